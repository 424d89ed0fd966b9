"""Teaches the sentiment this shop's own starred reviews; what comes of it is kept only where it is better.

    python -m ml_tools.reviews.sentiment.fine_tune        (`shopclerk train reviews`)

One short epoch on four or five stars against one or two; three stars count as mixed. A quarter of the reviews, by a
hash of their words, is kept aside: half of it calibrates, the other half judges the old weights and the new.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch

from common.errors import NotEnoughData
from common.logs import configure_logging
from common.settings import Settings, settings
from ml_tools.artefacts import Artefact, newest, open_artefact, save
from ml_tools.reviews.sentiment.calibration import Calibration
from ml_tools.reviews.sentiment.data import Review, bucket
from ml_tools.reviews.sentiment.export import onnx_bytes, weights_bytes
from ml_tools.reviews.sentiment.finish import NAME, calibrated, write
from ml_tools.reviews.sentiment.network import SentimentNetwork, bare_encoder
from ml_tools.reviews.sentiment.reader import CALIBRATION, GRAPH, TOKENIZER, TOOL, WEIGHTS, SentimentReader
from ml_tools.reviews.sentiment.train import train
from ml_tools.training import Checkpoints
from store.review_labels import Starred, starred_reviews
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

FEWEST, FEWEST_OF_EACH, MOST = 400, 60, 20_000
CALIBRATING, ASIDE = 12, 25  # in 100, by the hash of the words
SEED, RATE = 17, 2e-5


@dataclass(frozen=True)
class Parts:
    """Reviews to learn from, to calibrate on, and to judge by."""

    train: list[Review]
    calibrating: list[Review]
    judging: list[Review]


@dataclass(frozen=True)
class Verdict:
    """Mean log-loss of the judging reviews before and after, and the standard error of the difference."""

    before: float
    after: float
    error: float

    @property
    def better(self) -> bool:
        """By more than chance: the gain is above two standard errors."""
        return self.before - self.after > 2 * self.error


def parts_of(starred: Sequence[Starred]) -> Parts:
    """Split by the words; NotEnoughData says how many there are and how many it takes."""
    reviews = [_labelled(one) for one in starred]
    clear = [one for one in reviews if one.positive != 0.5]
    glad = sum(one.positive == 1.0 for one in clear)
    if len(clear) < FEWEST or min(glad, len(clear) - glad) < FEWEST_OF_EACH:
        raise NotEnoughData(
            f"There are {glad} reviews with four or five stars and {len(clear) - glad} with one or two; "
            f"it takes {FEWEST} together and {FEWEST_OF_EACH} of each."
        )
    aside = [one for one in clear if bucket(one.text) < ASIDE]
    parts = Parts(
        train=[one for one in reviews if bucket(one.text) >= ASIDE],
        calibrating=[one for one in reviews if bucket(one.text) < CALIBRATING],
        judging=[one for one in aside if bucket(one.text) >= CALIBRATING],
    )
    for name, rows in (("calibrate on", parts.calibrating), ("judge by", parts.judging)):
        if len({one.positive for one in rows} - {0.5}) < 2:
            raise NotEnoughData(f"The reviews kept aside to {name} are all positive or all negative; it takes more.")
    return parts


def fine_tune(parts: Parts, old: Artefact, config: Settings, *, as_of: date | None, epochs: int = 1) -> Verdict:
    """Train, judge, and save a version if it is better."""
    torch.set_num_threads(config.threads)
    reader = SentimentReader.of(old, threads=config.threads)
    network = SentimentNetwork(bare_encoder())
    network.load_state_dict({name: torch.from_numpy(one).float() for name, one in old.tensors(WEIGHTS).items()})
    checkpoints = Checkpoints(config.trained_dir / ".training" / TOOL)
    checkpoints.forget()  # another day's reviews are other reviews
    learnt = train(parts.train, checkpoints, seed=SEED, epochs=epochs, start=network, rate=RATE)
    checkpoints.forget()
    files = {
        GRAPH: onnx_bytes(learnt),
        WEIGHTS: weights_bytes(learnt),
        TOKENIZER: old.read(TOKENIZER),
        CALIBRATION: json.dumps(asdict(Calibration())).encode(),
    }
    with tempfile.TemporaryDirectory() as scratch:
        raw = _reader(Path(scratch), files, config)
        files[CALIBRATION] = json.dumps(asdict(calibrated(raw, {"shop": parts.calibrating}))).encode()
        verdict = judged(reader, _reader(Path(scratch), files, config), parts.judging)
    if verdict.better:
        save(
            config.trained_dir, TOOL, files, name=f"{NAME}-shop", trained_on="this shop's starred reviews",
            as_of=as_of, licence="the shop's own", quality={
                "log-loss": round(verdict.after, 4), "log-loss before": round(verdict.before, 4),
                "judged reviews": len(parts.judging),
            },
        )  # fmt: skip
    return verdict


def _reader(folder: Path, files: Mapping[str, bytes], config: Settings) -> SentimentReader:
    write(folder, files, {})
    return SentimentReader.of(open_artefact(folder), threads=config.threads)


def judged(old: SentimentReader, new: SentimentReader, reviews: Sequence[Review]) -> Verdict:
    """Both on the same reviews, pairwise."""
    texts, labels = [one.titled for one in reviews], np.array([one.positive for one in reviews])
    before, after = (_losses(reader.positive(texts), labels) for reader in (old, new))
    error = float((before - after).std(ddof=1) / np.sqrt(len(labels)))
    return Verdict(float(before.mean()), float(after.mean()), error)


def _losses(positive: np.ndarray, labels: np.ndarray) -> np.ndarray:
    sure = np.clip(np.where(labels > 0.5, positive, 1 - positive), 1e-4, 1.0)
    return -np.log(sure)


def _labelled(one: Starred) -> Review:
    positive = 0.5 if one.rating == 3 else float(one.rating > 3)
    return Review(one.body, positive, mixed=float(one.rating == 3), title=one.title)


async def _starred(config: Settings) -> list[Starred]:
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set. `shopclerk train reviews` sets it.")
    database = Database(config.database_url, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        async with database.read() as session:
            return await starred_reviews(session, most=MOST)
    finally:
        await database.close()


def main() -> None:
    config = settings()
    configure_logging("train", config.log_level)
    try:
        starred = asyncio.run(_starred(config))
        parts = parts_of(starred)
    except NotEnoughData as error:
        raise SystemExit(error.message) from error
    old = newest(config.trained_dir, TOOL) or open_artefact(config.models_dir / TOOL)
    verdict = fine_tune(parts, old, config, as_of=max(one.written_on for one in starred))
    said = {"kept": verdict.better, "log-loss before": round(verdict.before, 4), "after": round(verdict.after, 4)}
    print(json.dumps(said))  # noqa: T201 (what was trained is this command's output)


if __name__ == "__main__":
    main()
