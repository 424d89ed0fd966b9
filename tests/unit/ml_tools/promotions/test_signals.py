"""What the model sees: interests against everybody's, the place, the page, and what is kept of it."""

from datetime import date
from math import log

import numpy as np
import pytest

from ml_tools.promotions.reasons import why
from ml_tools.promotions.signals import LOCAL, SHARED, WIDTH, Bases, Profile, readable, restored, signals
from store.promotions import About, Candidate, Interest

TODAY = date(2026, 5, 4)
BASES = Bases.of([("mugs", "table", "Ada", 60), ("plates", "table", None, 20), ("lamps", "light", "Bob", 20)])
LAMP = Interest(7, "lamps", "light", "Bob", 15)


def candidate(category: str | None = "lamps", department: str | None = "light", **more) -> Candidate:
    given = {
        "promotion_id": 1, "public_id": "pr_1", "title": "Offer", "discount_percent": 25.0,
        "starts_on": date(2026, 5, 1), "product_id": None, "category": category, "department": department,
        "brand": None, "seen": 0, "seen_today": 0, "pace": 1.0,
    }  # fmt: skip
    return Candidate(**{**given, **more})


def of(one: Candidate, interests=(LAMP,), **more) -> dict[str, float]:
    profile = Profile.of(interests, customer=True)
    found = signals(BASES, profile, [one], slot="cart", today=TODAY, **more)
    return dict(zip(SHARED, found.shared[0], strict=True))


def test_an_interest_is_the_log_of_how_much_more_than_everybody() -> None:
    seen = of(candidate(brand="Bob"))
    more = log((15 + 5 * 0.2) / 20 / 0.2)
    assert (seen["category"], seen["department"]) == pytest.approx((more, more))
    assert seen["brand"] > 0
    assert of(candidate("mugs", "table"))["category"] < 0


def test_somebody_without_a_history_has_no_interests() -> None:
    seen = of(candidate(), interests=())
    assert (seen["category"], seen["department"], seen["history"]) == (0, 0, 0)
    assert (seen["discount"], seen["slot_cart"], seen["slot_home_hero"]) == (0.25, 1, 0)


def test_a_department_s_promotion_goes_by_the_department() -> None:
    seen = of(candidate("light", "light"))
    assert seen["category"] == seen["department"] > 0


def test_what_nobody_touched_yet_is_finite() -> None:
    nobody = signals(Bases(), Profile.of([LAMP], customer=False), [candidate("new", "newer")], slot="chat", today=TODAY)
    assert np.isfinite(nobody.shared).all()
    assert nobody.local.shape == (1, len(LOCAL))


def test_showings_products_and_the_page() -> None:
    seen = of(candidate(product_id=7, seen=3, seen_today=1, starts_on=TODAY), context=[About(9, "lamps", "light")])
    assert (seen["seen"], seen["seen_today"]) == pytest.approx((log(4), log(2)))
    assert [seen[name] for name in ("touched", "new", "context_category", "context_department", "whole_shop")] == [
        1, 1, 1, 1, 0,
    ]  # fmt: skip
    assert of(candidate(None, None), context=[About(9, "lamps", "light")])["context_department"] == 0


def test_what_is_kept_is_read_again() -> None:
    found = signals(BASES, Profile.of([LAMP], customer=True), [candidate(), candidate("mugs", "table")], slot="cart",
                    today=TODAY)  # fmt: skip
    kept = [found.row(0), found.row(1)]
    assert len(kept[0]) == WIDTH
    back = restored(kept)
    assert np.allclose(back.shared, found.shared, atol=1e-4)
    assert np.allclose(back.local, found.local, atol=1e-4)
    assert len(restored([])) == 0


@pytest.mark.parametrize("kept", [None, [], [1.0], [0.0] * WIDTH, [3.0] + [0.0] * (WIDTH - 1)])
def test_what_means_something_else_is_not_read(kept) -> None:
    assert not readable(kept)


@pytest.mark.parametrize(
    ("one", "interests", "context", "spread", "expected"),
    [
        (candidate(), (LAMP,), (), 0.1, "interest"),
        (candidate(), (LAMP,), (About(1, "lamps", "light"),), 0.1, "this_page"),
        (candidate("mugs", "table"), (LAMP,), (), 0.9, "new"),
        (candidate("mugs", "table"), (LAMP,), (), 0.1, "discount"),
        (candidate("mugs", "table", discount_percent=5.0), (LAMP,), (), 0.1, "popular"),
    ],
)
def test_the_reason_is_the_first_that_holds(one, interests, context, spread, expected) -> None:
    profile = Profile.of(interests, customer=True)
    found = signals(BASES, profile, [one], slot="cart", today=TODAY, context=context)
    assert why(found, 0, spread=spread) == expected
