"""What was found in a message is checked before it is used."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.entities import entities_of
from tests.actions_kit import entity


def test_products_keep_their_order_and_candidates() -> None:
    found = entities_of({
        "entities": [
            entity("product", "p_1", name="One", candidates=[{"id": "p_2", "name": "Two", "score": 0.8}]),
            entity("product", "p_3"),
            entity("ordinal", 2),
            entity("ordinal", -1),
        ]
    })  # fmt: skip
    assert [mention.value for mention in found.products] == ["p_1", "p_3"]
    assert found.products[0].candidates[0].name == "Two"
    assert found.ordinals == [2, -1]


def test_times_and_amounts_are_read() -> None:
    found = entities_of({
        "entities": [
            entity("horizon", {"days": None, "problem": "past"}),
            entity("period", {"start": "2026-10-01", "end": "2026-10-31", "label": "last month"}),
            entity("amount", {"min": None, "max": 300, "currency": "USD"}),
        ]
    })  # fmt: skip
    assert found.horizon
    assert (found.horizon.days, found.horizon.problem) == (None, "past")
    assert found.period
    assert found.period.end.isoformat() == "2026-10-31"
    assert found.amount
    assert found.amount.max == 300


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("product", "x' OR 1=1"),
        ("product", {"nested": "p_1"}),
        ("period", {"start": "2026-10-31", "end": "2026-10-01"}),
        ("amount", {"min": -5}),
        ("colour", "x" * 500),
        ("quantity", "many"),
        ("no_such_kind", "p_1"),
    ],
)
def test_a_malformed_entity_is_left_out(kind: str, value: Any) -> None:
    found = entities_of({"entities": [entity(kind, value), entity("size", "M")]})
    assert found == entities_of({"entities": [entity("size", "M")]})


KINDS = st.sampled_from(["product", "horizon", "period", "amount", "ordinal", "colour"])


@given(KINDS, st.text() | st.integers() | st.none())
def test_no_value_breaks_the_reading(kind: str, value: Any) -> None:
    entities_of({"entities": [entity(kind, value)]})
