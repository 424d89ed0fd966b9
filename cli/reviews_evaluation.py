"""Sentiment's evaluation as a command: on a given file of reviews, or on the test parts of the public sets."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common.errors import BadRequest
from common.settings import settings
from ml_tools.reviews.sentiment.data import FOLDERS, PUBLIC, Review, part, read_reviews
from ml_tools.reviews.sentiment.evaluate import Metrics, Ours, Progress, Scorer, evaluate, named, without
from ml_tools.reviews.sentiment.reader import SentimentReader


def evaluate_reviews(
    reviews: Path, text: str, label: str, *, train: Path | None, peers: bool, progress: Progress
) -> dict[str, Any]:
    """The result as `report` prints it; raises BadRequest for a file of another form. `train` teaches peers alone."""
    started = time.perf_counter()
    progress(f"reading {reviews.name}")
    rows = read_reviews(reviews, text, label)
    learnt = read_reviews(train, text, label) if train else None
    if learnt is not None:
        rows = without(rows, learnt)
        if not rows:
            raise BadRequest("Every review of the file also stands in --train; give others.")
    reader = _reader()
    metrics = evaluate(rows, learnt, _scorers(reader, peers=peers, progress=progress), progress)
    return _result(reader, reviews.name, len(rows), metrics, train.name if train else None, started)


def evaluate_public(sets: Sequence[str], *, peers: bool, progress: Progress) -> dict[str, Any]:
    """The same of the test parts of the public sets (`sets`, or all), as far as they are there."""
    if unknown := [name for name in sets if name not in PUBLIC]:
        raise BadRequest(f"No public set is called {', '.join(unknown)}; there are {', '.join(PUBLIC)}.")
    started, folder, reader = time.perf_counter(), settings().shopclerk_data, _reader()
    found: Metrics = {}
    used: list[str] = []
    count = 0
    for name in sets or PUBLIC:
        if not (folder / FOLDERS[name]).is_dir():
            progress(f"{FOLDERS[name]} is not in {folder}: skipped")
            continue
        rows, learnt = _split(PUBLIC[name](folder))
        found |= named(name, evaluate(rows, learnt, _scorers(reader, peers=peers, progress=progress), progress))
        used, count = [*used, name], count + len(rows)
    data = ", ".join(f"{name} (test part)" for name in used) or f"nothing in {folder}"
    return _result(reader, data, count, found, "the train parts", started)


def _split(reviews: Sequence[Review]) -> tuple[list[Review], list[Review]]:
    return part(reviews, "test"), part(reviews, "train")


def _reader() -> SentimentReader:
    config = settings()
    return SentimentReader.open(config.models_dir, config.trained_dir, threads=config.threads)


def _scorers(reader: SentimentReader, *, peers: bool, progress: Progress) -> list[Scorer]:
    if not peers:
        return [Ours(reader)]
    from ml_tools.reviews.sentiment.peers import peers as every_peer

    return [Ours(reader), *every_peer(progress)]


def _result(
    reader: SentimentReader, data: str, rows: int, metrics: Metrics, taught: str | None, started: float
) -> dict[str, Any]:
    manifest = reader.manifest
    return {
        "tool": "reviews",
        "model": {"name": manifest.name, "version": manifest.version, "peers_learnt_from": taught},
        "data": data,
        "rows": rows,
        "metrics": metrics,
        "seconds": round(time.perf_counter() - started, 1),
    }
