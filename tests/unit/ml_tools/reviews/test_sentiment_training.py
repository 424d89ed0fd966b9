"""Training goes on where it stopped, and a shop's own reviews change what is served only if that is better."""

from datetime import date

import numpy as np
import pytest

from common.errors import NotEnoughData
from common.settings import settings
from ml_tools.artefacts import open_artefact, versions
from ml_tools.reviews.sentiment.data import Review
from ml_tools.reviews.sentiment.fine_tune import FEWEST, fine_tune, judged, parts_of
from ml_tools.reviews.sentiment.network import SliceDropout
from ml_tools.reviews.sentiment.reader import TOOL
from ml_tools.reviews.sentiment.train import groups, loss_of, pretrained, train
from ml_tools.training import Checkpoints
from store.review_labels import Starred

DAY = date(2026, 1, 1)


def starred(count: int, rating: int) -> list[Starred]:
    said = "I like it, number" if rating > 3 else "I hate it, number"
    return [Starred("", f"{said} {place}", rating, DAY) for place in range(count)]


class Says:
    """A reader that always gives the same probability."""

    def __init__(self, positive: float) -> None:
        self._positive = positive

    def positive(self, texts):
        return np.full(len(texts), self._positive)


@pytest.mark.parametrize("rows", [[], starred(FEWEST, 5), starred(30, 1) + starred(600, 5)])
def test_too_few_reviews_are_refused_with_how_many_it_takes(rows: list[Starred]) -> None:
    with pytest.raises(NotEnoughData, match=str(FEWEST)):
        parts_of(rows)


def test_parts_share_no_review_and_three_stars_are_for_neither_side() -> None:
    parts = parts_of(starred(300, 5) + starred(200, 1) + [Starred("", f"so so {n}", 3, DAY) for n in range(100)])
    texts = [{one.text for one in rows} for rows in (parts.train, parts.calibrating, parts.judging)]
    assert not texts[0] & texts[1]
    assert not texts[0] & texts[2]
    assert not texts[1] & texts[2]
    assert {one.mixed for one in parts.train if "so so" in one.text} == {1.0}
    assert all(one.positive != 0.5 for one in parts.judging)


def test_better_means_by_more_than_chance() -> None:
    reviews = [Review(f"text {n}", 1.0) for n in range(50)]
    assert judged(Says(0.6), Says(0.9), reviews).better
    assert not judged(Says(0.9), Says(0.6), reviews).better
    assert not judged(Says(0.9), Says(0.9), reviews).better


def test_fine_tuning_that_gains_nothing_leaves_no_version(tmp_path) -> None:
    config = settings().model_copy(update={"shopclerk_home": tmp_path})
    parts = parts_of(starred(260, 5) + starred(200, 1))
    verdict = fine_tune(parts, open_artefact(config.models_dir / TOOL), config, as_of=DAY)
    assert bool(versions(config.trained_dir, TOOL)) == verdict.better
    assert not list((config.trained_dir / ".training").glob(f"{TOOL}/*"))


def test_training_learns_and_goes_on_where_it_stopped(tmp_path, capsys) -> None:
    rows = [Review(f"{word} number {n}", label) for n in range(40) for word, label in (("blue", 1.0), ("red", 0.0))]
    checkpoints = Checkpoints(tmp_path / "state")
    train(rows, checkpoints, seed=1, epochs=2, stop_after=1)
    capsys.readouterr()
    train(rows, checkpoints, seed=1, epochs=2)
    said = capsys.readouterr().out
    assert "epoch 2/2" in said
    assert "epoch 1/2" not in said


def test_lower_layers_learn_slower_and_every_parameter_once() -> None:
    network = pretrained()
    found = groups(network, 1e-4)
    assert sum(len(group["params"]) for group in found) == len(list(network.parameters()))
    speeds = {name: group["rate"] for group in found for name, one in network.named_parameters()
              if any(one is parameter for parameter in group["params"])}  # fmt: skip
    assert speeds["encoder.encoder.layer.0.output.dense.weight"] < speeds["encoder.encoder.layer.5.output.dense.weight"]
    assert speeds["encoder.embeddings.word_embeddings.weight"] < speeds["heads.weight"]


def test_what_is_not_known_of_a_review_weighs_nothing() -> None:
    import torch

    logits = torch.tensor([[2.0, 9.0]])
    assert loss_of(logits, [Review("a", 0.5)]) == 0
    assert loss_of(logits, [Review("a", 1.0)]) == loss_of(torch.tensor([[2.0, -9.0]]), [Review("a", 1.0)])
    assert loss_of(logits, [Review("a", 0.5, mixed=0.0)]) > loss_of(logits, [Review("a", 0.5, mixed=1.0)])


def test_the_drawn_dropout_keeps_the_mean_and_is_off_in_use() -> None:
    import torch

    dropout = SliceDropout(0.25, seed=3)
    states = torch.ones(200, 500)
    seen = dropout(states)
    assert float((seen == 0).float().mean()) == pytest.approx(0.25, abs=0.01)
    assert float(seen.mean()) == pytest.approx(1.0, abs=0.02)
    assert torch.equal(dropout.eval()(states), states)
