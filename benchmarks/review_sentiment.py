"""How fast and how well reviews are read: one review of 60 words, batches, and sentences about phones.

    python -m benchmarks.review_sentiment

Speed is measured on the int8 graph with two threads, on texts of 60 words put together here; p50 and p95 of one review
at a time, then reviews a second in batches of 200, which hold 10 to 110 words. Sentences: 178 sentences about phones
and what belongs to them, from reviews that were never trained on, labelled by hand one by one; only the first ten
digits of each sentence's sha256 stand beside its label. They need SHOPCLERK_DATA and are skipped without it.
"""

import csv
import hashlib
import re
import time
from pathlib import Path

import numpy as np

from common.settings import settings
from ml_tools.reviews.sentiment.data import FOLDERS, amazon, part_of
from ml_tools.reviews.sentiment.evaluate import measures
from ml_tools.reviews.sentiment.reader import SentimentReader

LABELS = Path(__file__).with_name("review_sentences.csv")
SAID = [
    "the screen is bright and easy to read",
    "it arrived late and the box was torn",
    "the battery lasts all day",
    "i had to return it after a week",
    "the fabric feels soft and the colour is lovely",
    "it runs small so order a size up",
    "support never answered my mail",
    "for this price i could not ask for more",
    "the strap broke on the second day",
    "my daughter wears it all the time",
]
SINGLE, BATCHES, BATCH = 400, 8, 200


def review_of(words: int, rng: np.random.Generator) -> str:
    """A text of so many words, of sentences in random order."""
    found: list[str] = []
    while len(found) < words:
        found += SAID[int(rng.integers(len(SAID)))].split()
    return " ".join(found[:words])


def speed(reader: SentimentReader) -> None:
    rng = np.random.default_rng(7)
    singles = [review_of(60, rng) for _ in range(SINGLE)]
    reader.read(singles[:20])
    taken = []
    for text in singles:
        started = time.perf_counter()
        reader.read([text])
        taken.append((time.perf_counter() - started) * 1000)
    p50, p95 = np.percentile(taken, [50, 95])
    print(f"a review of 60 words: p50 {p50:.2f} ms, p95 {p95:.2f} ms ({SINGLE} reviews)")
    batches = [[review_of(int(rng.integers(10, 111)), rng) for _ in range(BATCH)] for _ in range(BATCHES)]
    started = time.perf_counter()
    for batch in batches:
        reader.read(batch)
    rate = BATCHES * BATCH / (time.perf_counter() - started)
    print(f"batches of {BATCH} with 60 words on average: {rate:.0f} reviews/s")


def phone_sentences(data: Path) -> list[tuple[str, int]]:
    """The labelled sentences of the reviews that were never trained on, found again by their sha256."""
    labels = {row["sha256"]: int(row["positive"]) for row in csv.DictReader(LABELS.open())}
    found: dict[str, int] = {}
    for review in amazon(data):
        if part_of(review.text) == "train":
            continue
        for sentence in re.split(r"(?<=[.!?])\s+", review.text):
            label = labels.get(hashlib.sha256(sentence.encode()).hexdigest()[:10])
            if label is not None:
                found[sentence] = label
    return list(found.items())


def sentences(reader: SentimentReader) -> None:
    data = settings().shopclerk_data
    if not (data / FOLDERS["amazon"]).is_dir():
        print(f"{FOLDERS['amazon']} is not in {data}: sentences are skipped")
        return
    rows = phone_sentences(data)
    found = measures(reader.positive([text for text, _ in rows]), np.array([label for _, label in rows]))
    print(f"{len(rows)} sentences about phones: " + ", ".join(f"{name} {value:.3f}" for name, value in found.items()))
    told = [reading.sentiment for reading in reader.read([text for text, _ in rows])]
    print(f"... all of one mind, but called mixed: {told.count('mixed') / len(told):.3f}")


if __name__ == "__main__":
    config = settings()
    opened = SentimentReader.open(config.models_dir, threads=2)
    speed(opened)
    sentences(opened)
