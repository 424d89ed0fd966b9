"""From a trained network to what ships: exported, calibrated on validation, measured on the test part, written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from ml_tools.artefacts import Manifest, open_artefact, ship
from ml_tools.reviews.sentiment.augmentation import pairs
from ml_tools.reviews.sentiment.calibration import Calibration, fit
from ml_tools.reviews.sentiment.card import card_text
from ml_tools.reviews.sentiment.data import PUBLIC, Review, part
from ml_tools.reviews.sentiment.evaluate import measures
from ml_tools.reviews.sentiment.export import onnx_bytes, weights_bytes
from ml_tools.reviews.sentiment.network import SentimentNetwork
from ml_tools.reviews.sentiment.reader import CALIBRATION, GRAPH, TOKENIZER, WEIGHTS, SentimentReader

NAME = "all-MiniLM-L6-v2-reviews"
CARD = "MODEL_CARD.md"
LICENCE = "Apache-2.0; trained on amazon-reviews (MIT) and womens-clothing-reviews (CC0)"
TRAINED_ON = "amazon-reviews and womens-clothing-reviews (train parts); all-MiniLM-L6-v2"
PAIRS, PAIR_SEED = 200, 5


def finish(network: SentimentNetwork, tokenizer: Tokenizer, data: Path, target: Path) -> Manifest:
    """Write the artefact into `target`; returns its manifest, with what the very files measured on the test parts."""
    files = {
        GRAPH: onnx_bytes(network),
        WEIGHTS: weights_bytes(network),
        TOKENIZER: tokenizer.to_str().encode(),
        CALIBRATION: json.dumps(asdict(Calibration()), indent=1).encode(),
    }
    write(target, files, {})
    validation = {name: part(read(data), "validation") for name, read in PUBLIC.items()}
    chosen = calibrated(SentimentReader.of(open_artefact(target)), validation)
    files[CALIBRATION] = json.dumps(asdict(chosen), indent=1).encode()
    write(target, files, {})
    return write(target, files, quality(SentimentReader.of(open_artefact(target)), data))


def calibrated(reader: SentimentReader, validation: Mapping[str, Sequence[Review]]) -> Calibration:
    """Fitted to the logits of the served graph; pairs that disagree teach what is mixed beside three stars."""
    reviews = [one for rows in validation.values() for one in rows]
    clear = [one for one in reviews if one.positive in (0.0, 1.0)]
    known = [one for one in reviews if one.mixed is not None]
    known += pairs(reviews, PAIRS, np.random.default_rng(PAIR_SEED))
    return fit(
        reader.logits([one.titled for one in clear])[:, 0],
        np.array([int(one.positive) for one in clear]),
        reader.logits([one.titled for one in known])[:, 1],
        np.array([int(one.mixed or 0) for one in known]),
    )


def quality(reader: SentimentReader, data: Path) -> dict[str, float | int | None]:
    """What `shopclerk evaluate reviews` prints of the test parts."""
    found: dict[str, float | int | None] = {}
    for name, read in PUBLIC.items():
        rows = part(read(data), "test")
        scored = measures(reader.positive([one.titled for one in rows]), np.array([one.positive for one in rows]))
        found |= {f"{name} {measure}": round(value, 4) for measure, value in scored.items()}
        found[f"{name} reviews"] = len(rows)
    return found


def write(target: Path, files: Mapping[str, bytes], measured: Mapping[str, float | int | None]) -> Manifest:
    """The artefact and its card."""
    manifest = ship(target, files, name=NAME, version="1", trained_on=TRAINED_ON, licence=LICENCE, quality=measured)
    (target / CARD).write_text(card_text(manifest))
    return manifest
