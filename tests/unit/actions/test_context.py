"""The context slot: whatever stands in it, a valid context comes out, and it holds no role, price or customer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.context import Context, Filters, Pending

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(Context.model_fields, JSON)))
def test_any_slot_gives_a_context(slot: Any) -> None:
    assert isinstance(Context.of(slot), Context)


def test_what_is_dumped_is_read_back() -> None:
    context = Context(focus=["p_1"], question="ask_price", search=Filters(colour="Red", at_least={"ram_gb": 8}))
    context.pending = Pending(step="cancel_order", order_number="S-1", asked_at=NOW)
    assert Context.of(context.dump()) == context
    assert Context().dump() == {}


@pytest.mark.parametrize(
    "slot",
    [
        {"role": "marketer"},
        {"price": 1},
        {"customer_id": 3},
        {"focus": ["p_1"] * 50},
        {"focus": ["1; DROP TABLE"]},
        {"question": "ask_order_status"},
        {"pending": {"step": "refund_everything", "order_number": "S-1", "asked_at": "2026-11-21T12:00:00Z"}},
    ],
)
def test_what_does_not_belong_there_is_not_taken_over(slot: dict[str, Any]) -> None:
    assert Context.of(slot) == Context()


def test_a_page_takes_the_focus_when_it_is_opened_and_not_again() -> None:
    context = Context()
    context.visit("p_page")
    assert context.focus == ["p_page"]
    context.focus = ["p_other"]
    context.visit("p_page")
    assert context.focus == ["p_other"]
    context.visit(None)
    assert context.focus == ["p_other"]


def test_a_step_waits_ten_minutes() -> None:
    context = Context(pending=Pending(step="cancel_order", order_number="S-1", asked_at=NOW))
    assert context.pending_at(NOW + timedelta(minutes=10)) is not None
    assert context.pending_at(NOW + timedelta(minutes=10, seconds=1)) is None
