"""What could have been shown at a moment of the past: days, caps, budgets, audiences, and the person as they were."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from ml_tools.promotions.decisions import decisions, may_see
from ml_tools.promotions.past import Memory, Past
from ml_tools.promotions.signals import SHARED, Bases
from store.promotion_history import PastShowing, Terms
from store.promotions import Interest
from tests.unit.ml_tools.promotions.deciding import candidate

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC).timestamp()
HOUR, DAY = 3600.0, 86400.0
SHOES = [Interest(1, "shoes", "fashion", None, 3)]


def showing(promotion: int = 4, *, at: float = NOON, who: str | None = "c1", **more: Any) -> PastShowing:
    given = {
        "impression_id": int(at), "promotion_id": promotion, "who": who, "customer": True, "slot": "home_hero",
        "at": at, "clicked": False, "signals": None, "propensity": 0.5, "place": 0, "segment": None,
    }  # fmt: skip
    return PastShowing(**(given | more))


def terms(**more: Any) -> Terms:
    given = {
        "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 31), "audience": {}, "daily_cap": 2, "budget": None,
        "cost_per_click": 1.0,
    }  # fmt: skip
    return Terms(**(given | more))


def memory(*touches: tuple[str, int, float, bool]) -> Memory:
    rows = pd.DataFrame(list(touches), columns=["who", "product", "at", "line"]).astype({"line": bool})
    past = Past.of(rows, {1: ("shoes", "fashion", None)})
    return Memory(past, {one: candidate(one) for one in (4, 7, 9)}, Bases())


def candidates(shown: list[PastShowing], known: dict[int, Terms]) -> list[list[int]]:
    return [one.candidates for one in decisions(shown, memory(), known)]


def test_a_promotion_could_be_shown_on_its_days() -> None:
    known = {4: terms(), 7: terms(starts_on=date(2026, 5, 5)), 9: terms(ends_on=date(2026, 5, 4))}
    assert candidates([showing(), showing(at=NOON + DAY)], known) == [[4, 9], [4, 7]]


def test_a_cap_is_a_person_s_and_a_day_s() -> None:
    shown = [showing(at=NOON + n) for n in range(3)] + [showing(at=NOON + 4, who="c2"), showing(at=NOON + DAY)]
    assert candidates(shown, {4: terms(), 7: terms()}) == [[4, 7], [4, 7], [7], [4, 7], [4, 7]]


def test_a_budget_is_spent_by_clicks() -> None:
    shown = [showing(at=NOON + n, who=f"c{n}", clicked=n < 2) for n in range(4)]
    assert candidates(shown, {4: terms(budget=2.5), 7: terms(budget=0.0)}) == [[4], [4], [], []]


def test_a_showing_says_which_of_them_it_was_and_how_often_each_was_seen() -> None:
    """What was shown although today's rules would not show it is none of them."""
    known = {4: terms(), 7: terms(), 9: terms(audience={"segments": ["gold"]})}
    first, again, odd, guest = decisions(
        [showing(7), showing(7, at=NOON + HOUR), showing(9, at=NOON + 2 * HOUR), showing(4, who=None)], memory(), known
    )
    assert [one.shown for one in (first, again, odd, guest)] == [1, 1, None, 0]
    assert again.seen.shared[:, SHARED.index("seen")].tolist() == pytest.approx([0.0, 0.6931], abs=1e-3)
    assert guest.seen.shared[:, SHARED.index("seen")].tolist() == [0.0, 0.0]
    assert len(again.event.signals or []) == len(first.event.signals or [])


def test_several_at_once_do_not_judge() -> None:
    shown = [showing(), showing(place=1, at=NOON + 1), showing(slot="chat", at=NOON + 2)]
    assert [one.alone for one in decisions(shown, memory(), {4: terms()})] == [True, False, False]


def test_what_somebody_touched_later_was_not_known() -> None:
    known = {4: terms(audience={"categories": ["shoes"]}, daily_cap=5), 7: terms(audience={"customers": "known"})}
    touched = memory(("c1", 1, NOON + HOUR, False), ("c1", 1, NOON + 2 * HOUR, True))
    shown = [showing(at=NOON + n * HOUR + 1) for n in range(3)]
    assert [one.candidates for one in decisions(shown, touched, known)] == [[], [4], [4, 7]]


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        ({}, "everybody"),
        ({"audience": "fashion"}, "everybody"),
        ({"audience": "phones"}, "untouched"),
        ({"customers": "new"}, "everybody"),
        ({"customers": "known"}, "nobody"),
        ({"categories": ["shoes", "phones"]}, "touched"),
        ({"categories": "shoes"}, "touched"),
        ({"slots": ["home_hero"]}, "everybody"),
        ({"slots": ["cart"]}, "nobody"),
        ({"segments": ["gold"]}, "everybody"),
        ({"segments": ["silver"]}, "nobody"),
        ({"segments": 3}, "nobody"),
        ({"weather": "rain"}, "nobody"),
        ({"audience": {"not": "fashion"}}, "nobody"),
        ({"slots": ["home_hero"], "segments": ["silver"]}, "nobody"),
    ],
)
def test_audiences(audience: dict[str, Any], seen_by: str) -> None:
    row = showing(segment="gold")
    found = [may_see(audience, row, interests, bought=False) for interests in (SHOES, [])]
    expected = {"everybody": [True, True], "touched": [True, False], "untouched": [False, True]}
    assert found == expected.get(seen_by, [False, False])
