"""The assistant understands utterances that were written before it learnt, well enough to be let at customers."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from cli.assistant_evaluation import evaluate_assistant
from common.settings import Settings
from tests.stack import Stack

HERE = Path(__file__).parent
# The errors of the first were read while the assistant learnt; the second was written without sight of its examples.
HELD_OUT = [HERE / "held_out.csv", HERE / "held_out_second.csv"]
# About one thing each: what is said around pictures and tags, recommendations, forecasts, promotions, reviews or what
# is broken, and messages of a word or two, with slips of the finger or with no word in them at all.
ABOUT = ("pictures", "recommendations", "forecasts", "promotions", "reviews", "damage", "short")
FOCUSED = [HERE / f"held_out_{about}.csv" for about in ABOUT]
# The least share of intents and of what lies outside that is understood. A short message with slips may mean anything.
FLOORS = {
    "held_out": (0.93, 0.85),
    "held_out_second": (0.93, 0.85),
    "held_out_pictures": (0.9, 0.7),
    "held_out_recommendations": (0.84, 0.7),
    "held_out_forecasts": (0.93, 0.7),
    "held_out_promotions": (0.84, 0.7),
    "held_out_short": (0.75, 0.85),
    "held_out_reviews": (0.87, 0.85),
    "held_out_damage": (0.82, 0.8),
}


def read(utterances: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(utterances.open(newline="")))


@pytest.mark.parametrize("utterances", HELD_OUT, ids=lambda path: path.stem)
def test_a_held_out_set_is_large_and_a_quarter_of_it_lies_outside(utterances: Path) -> None:
    rows = read(utterances)
    outside = Counter(row["intent"] for row in rows)["out_of_scope"]
    assert len({row["text"] for row in rows}) == len(rows) >= 300
    assert len(rows) - outside >= 250
    assert 0.25 <= outside / len(rows) <= 0.3


@pytest.mark.parametrize("utterances", FOCUSED, ids=lambda path: path.stem)
def test_a_focused_set_has_neighbours_that_must_stay_what_they_are(utterances: Path) -> None:
    intents = Counter(row["intent"] for row in read(utterances))
    assert len({row["text"] for row in read(utterances)}) == intents.total() >= 100
    assert len(intents) >= 15
    assert intents["out_of_scope"] >= 10


@pytest.mark.assistant
@pytest.mark.parametrize("utterances", HELD_OUT + FOCUSED, ids=lambda path: path.stem)
def test_understanding_reaches_its_floor(stack: Stack, demo_database_url: str, utterances: Path) -> None:
    config = Settings(shopclerk_home=stack.home, database_url=demo_database_url)
    metrics = {name: by["assistant"] for name, by in evaluate_assistant(utterances, config)["metrics"].items()}
    intents, outside = FLOORS[utterances.stem]
    assert metrics["intent_accuracy"] >= intents
    assert metrics["out_of_scope_recall"] >= outside
    assert metrics["in_scope_falsely_rejected"] <= 0.04
    assert metrics["product_resolution"] >= 0.95
    assert metrics["product_false_alarms"] <= 0.05
