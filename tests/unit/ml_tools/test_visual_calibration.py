"""What is chosen on validation data: temperatures, thresholds, weights; and the shape that ships."""

import json

import numpy as np
import pytest

from ml_tools.errors import BrokenArtefact
from ml_tools.visual_search.calibrate import Outputs, calibrate
from ml_tools.visual_search.calibration import Calibration, fit_temperature, fit_threshold, softmax
from ml_tools.visual_search.vocabulary import ATTRIBUTES

RNG = np.random.default_rng(5)


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_an_overconfident_network_is_cooled_down_and_a_shy_one_warmed_up():
    truth = RNG.integers(4, size=4000)
    fair = np.eye(4)[truth] * 2 + RNG.gumbel(size=(4000, 4))
    for factor in (0.4, 1.0, 3.0):
        temperature = fit_temperature((fair * factor).astype(np.float32), truth)
        again = fit_temperature((fair * factor / temperature).astype(np.float32), truth)
        assert again == pytest.approx(1.0, abs=0.05)
    assert fit_temperature((fair * 3).astype(np.float32), truth) > fit_temperature(fair.astype(np.float32), truth)


def test_a_threshold_lets_through_what_is_right_often_enough_and_not_more():
    confidence = RNG.uniform(size=20_000).astype(np.float32)
    right = RNG.uniform(size=20_000) < confidence  # perfectly calibrated: precision above t is (1 + t) / 2
    threshold = fit_threshold(confidence, right, precision=0.95)
    assert threshold == pytest.approx(0.9, abs=0.03)
    assert right[confidence >= threshold].mean() >= 0.95


def test_nothing_is_accepted_where_nothing_is_sure_enough():
    confidence = RNG.uniform(size=2000).astype(np.float32)
    right = RNG.uniform(size=2000) < 0.5
    assert fit_threshold(confidence, right) > 1
    assert fit_threshold(confidence[:3], np.array([True, True, True])) > 1, "three lucky ones prove nothing"


def outputs(count, seed, *, noise=1.5):
    """Pictures of 5 kinds and 4 colours whose parts and logits tell both, with noise."""
    rng = np.random.default_rng(seed)
    kind, colour = rng.integers(5, size=count), rng.integers(4, size=count)
    centres = np.random.default_rng(0)
    kinds, colours = unit(centres.normal(size=(5, 96))), unit(centres.normal(size=(4, 64)))
    parts = {
        "kind": unit(kinds[kind] + noise / 10 * rng.normal(size=(count, 96))),
        "colour": unit(colours[colour] + noise / 8 * rng.normal(size=(count, 64))),
        "product": unit(rng.normal(size=(count, 96))),
    }
    targets = {name: np.zeros(count, dtype=np.int64) for name in ATTRIBUTES} | {"kind": kind, "colour": colour}
    sizes = {"kind": 5, "colour": 4}
    logits = {
        name: (4 * np.eye(sizes.get(name, 2))[targets[name]] + rng.normal(size=(count, sizes.get(name, 2)))).astype(
            np.float32
        )
        for name in ATTRIBUTES
    }
    return Outputs(parts, logits, targets)


@pytest.fixture(scope="module")
def chosen():
    validation = outputs(300, 2)
    disturbed = {name: unit(part + 0.02 * RNG.normal(size=part.shape)) for name, part in validation.parts.items()}
    return calibrate(outputs(600, 1), validation, disturbed)


def test_a_whole_calibration_survives_json_and_makes_unit_vectors(chosen):
    again = Calibration.from_json(json.loads(json.dumps(chosen.to_json())))
    assert again == chosen
    vectors = again.vectors(outputs(20, 3).parts)
    assert vectors.shape == (20, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_likeness_means_a_chance_that_grows_and_what_is_sold_is_close(chosen):
    chances = [chosen.chance_of_same(likeness) for likeness in (0.0, 0.5, 0.9, 1.0)]
    assert chances == sorted(chances)
    assert chances[0] < 0.2 < 0.8 < chances[-1]
    assert 0 < chosen.nothing_close < 1


@pytest.mark.parametrize("change", [{"weights": {}}, {"likeness": [1]}, {"thresholds": None}, {"weights": {
    "kind": 1, "colour": 1, "product": 1}}, {"nothing_close": "near"}])  # fmt: skip
def test_a_calibration_of_another_shape_is_refused(chosen, change):
    with pytest.raises(BrokenArtefact):
        Calibration.from_json(chosen.to_json() | change)


def test_chances_sum_to_one_however_large_the_logits():
    assert np.allclose(softmax(np.array([[1e4, 0, -1e4]], dtype=np.float32)).sum(), 1)
