"""The assistant understands utterances that were written before it learnt, well enough to be let at customers."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from cli.assistant_evaluation import evaluate_assistant
from common.settings import Settings
from tests.stack import Stack

# The errors of the first were read while the assistant learnt; the second was written without sight of its examples.
HELD_OUT = [Path(__file__).parent / name for name in ("held_out.csv", "held_out_second.csv")]


@pytest.mark.parametrize("utterances", HELD_OUT, ids=lambda path: path.stem)
def test_a_held_out_set_is_large_and_a_quarter_of_it_lies_outside(utterances: Path) -> None:
    rows = list(csv.DictReader(utterances.open(newline="")))
    outside = Counter(row["intent"] for row in rows)["out_of_scope"]
    assert len({row["text"] for row in rows}) == len(rows) >= 300
    assert len(rows) - outside >= 250
    assert 0.25 <= outside / len(rows) <= 0.3


@pytest.mark.assistant
@pytest.mark.parametrize("utterances", HELD_OUT, ids=lambda path: path.stem)
def test_understanding_reaches_its_floor(stack: Stack, demo_database_url: str, utterances: Path) -> None:
    config = Settings(shopclerk_home=stack.home, database_url=demo_database_url)
    metrics = {name: by["assistant"] for name, by in evaluate_assistant(utterances, config)["metrics"].items()}
    assert metrics["intent_accuracy"] >= 0.93
    assert metrics["out_of_scope_recall"] >= 0.85
    assert metrics["in_scope_falsely_rejected"] <= 0.04
    assert metrics["product_resolution"] >= 0.95
    assert metrics["product_false_alarms"] <= 0.05
