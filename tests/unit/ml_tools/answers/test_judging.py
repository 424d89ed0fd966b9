"""Yes, no, or neither, from the value of a specification."""

from typing import Any

import pytest

from ml_tools.answers.judging import Unsettled, judge
from ml_tools.answers.passages import Passage, label, spoken
from ml_tools.answers.question import Question
from ml_tools.answers.topics import lexicon
from ml_tools.answers.words import stems_of


def row(key: str, value: Any) -> Passage:
    said = ", ".join(value) if isinstance(value, list) else spoken(key, value)
    asks = frozenset(one for topic in lexicon().of(key) for one in topic.asks)
    text = f"{label(key)}: {said}"
    return Passage("specification", label(key), text, said, None, key, value, asks=asks, content=stems_of(text))


@pytest.mark.parametrize(
    ("question", "key", "value", "verdict"),
    [
        ("is it waterproof", "water_resistance", "IP68", True),
        ("is it waterproof", "water_resistance", "IP52", False),
        ("can I wear it in the rain", "water_resistance", "IP52", True),
        ("can I swim with it", "water_resistance", "3 ATM", False),
        ("can I swim with it", "water_resistance", "10 ATM", True),
        ("can I dive with it", "water_resistance", "10 ATM", False),
        ("can I dive with it", "water_resistance", "20 ATM", True),
        ("does it have 5G?", "network", "5G", True),
        ("does it have 5G?", "network", "LTE", False),
        ("does it have wireless charging", "charging", "25 W wired, 15 W wireless", True),
        ("does it charge wirelessly", "charging", "15 W wired", False),
        ("is it cotton", "material", "Organic Cotton", True),
        ("is it polyester", "material", "Organic Cotton", False),
        ("is it real leather", "material", "Vegan Leather", False),
        ("is it vegan", "material", "Wool", False),
        ("is it vegan", "material", "Linen", True),
        ("is it heavier than 1 kg", "weight_g", 1600, True),
        ("is it heavier than 1 kg", "weight_kg", 1.6, True),
        ("is it heavier than 900 g", "weight_kg", 0.8, False),
        ("is it lighter than 150 g", "weight_g", 168, False),
        ("does it fit in a handbag", "dimensions", "161.6 x 75.2 x 8.3 mm", True),
        ("does it fit in a handbag", "dimensions", "72 x 76 x 78 cm", False),
        ("do you have it in red", "colour", ["Navy", "Dark Red"], True),
        ("do you have it in red", "colour", ["Navy"], False),
        ("do you have it in medium", "size", ["S", "M"], True),
        ("is size 14 available", "size", ["8", "9"], False),
        ("is there a 512gb version", "storage", ["128GB", "512GB"], True),
        ("can I machine wash it", "care", "Machine wash at 30 °C", True),
        ("can I machine wash it", "care", "Hand wash cold, dry flat", False),
        ("is it suitable for winter", "season", "summer", False),
        ("is it for men", "audience", "unisex", True),
        ("is it dual sim", "sim", "Nano-SIM and eSIM", True),
    ],
)  # fmt: skip
def test_what_a_value_settles(question: str, key: str, value: Any, verdict: bool | None) -> None:
    assert judge(Question.of(question), row(key, value)) is verdict


@pytest.mark.parametrize(
    ("question", "key", "value"),
    [
        ("is the screen made of sapphire", "display", '6.1" AMOLED'),
        ("is it microwave safe", "care", "Dishwasher safe"),
        ("is the battery removable", "battery_mah", 4000),
        ("is the wool mulesing-free", "material", "Wool"),
        ("is it waterproof", "water_resistance", "yes"),
    ],
)
def test_what_a_value_does_not_settle(question: str, key: str, value: Any) -> None:
    with pytest.raises(Unsettled):
        judge(Question.of(question), row(key, value))
