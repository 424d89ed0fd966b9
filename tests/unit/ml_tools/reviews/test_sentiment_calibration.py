"""Probabilities that can be believed, and what is said when they cannot decide."""

import numpy as np
import pytest

from ml_tools.reviews.sentiment.calibration import Calibration, Judged, calibration_error, fit
from ml_tools.reviews.sentiment.reader import MOST_PIECES, PIECE, WHOLE, pieces_of, reading_of


def test_platt_scaling_takes_back_what_made_logits_too_sure() -> None:
    rng = np.random.default_rng(5)
    true = rng.normal(0, 2, 4000)
    labels = (rng.random(4000) < 1 / (1 + np.exp(-true))).astype(int)
    chosen = fit(true * 3 + 1, labels, true * 3 + 1, labels)
    before, after = 1 / (1 + np.exp(-(true * 3 + 1))), chosen.positive(true * 3 + 1)
    assert calibration_error(after, labels) < 0.02 < calibration_error(before, labels)


def test_calibration_error_of_known_cases() -> None:
    assert calibration_error(np.array([0.9] * 10), np.array([1] * 9 + [0])) == pytest.approx(0, abs=1e-9)
    assert calibration_error(np.array([0.95] * 10), np.array([0] * 10)) == pytest.approx(0.95)
    assert calibration_error(np.array([0.05] * 10), np.array([0] * 10)) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("judged", "sentiment", "reason"),
    [
        (Judged(0.95, 0.1), "positive", None),
        (Judged(0.05, 0.3), "negative", None),
        (Judged(0.95, 0.7), "mixed", None),
        (Judged(0.52, 0.2), "unclear", "not_sure"),
    ],
)
def test_what_is_said_of_probabilities(judged: Judged, sentiment: str, reason: str | None) -> None:
    found = reading_of(judged)
    assert (found.sentiment, found.reason) == (sentiment, reason)
    assert 0.5 <= found.confidence <= 1


def test_pieces_that_contradict_each_other_are_mixed() -> None:
    calibration = Calibration()
    assert calibration.judge(np.array([[4.0, -6.0], [-4.0, -6.0]])).mixed > 0.9
    assert calibration.judge(np.array([[4.0, -6.0], [4.0, -6.0]])).mixed < 0.1


def test_pieces_cover_a_long_text_once_and_are_never_too_many() -> None:
    ids = [101, *range(1000, 2000), 102]
    found = pieces_of(ids)
    assert [one for piece in found for one in piece[1:-1]] == ids[1:-1]
    assert all(piece[0] == 101 and piece[-1] == 102 and len(piece) <= PIECE + 2 for piece in found)
    many = pieces_of([101, *([7] * 100_000), 102])
    assert len(many) == MOST_PIECES
    assert pieces_of([101] * WHOLE) == [[101] * WHOLE]
