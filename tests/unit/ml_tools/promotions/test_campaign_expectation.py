"""What is expected of a promotion follows from where it stood and who saw it; its own merit is what is left."""

import numpy as np
import pytest

from ml_tools.promotions.campaigns.expectation import expected_of, fit
from ml_tools.promotions.campaigns.report import Subject, judged, ordered, reports, verdicts
from store.promotion_reports import Cell
from tests.unit.ml_tools.promotions.campaign_shop import BASE, FITS, SLOTS, START, cells_of, shown

MERITS = [float(m) for m in np.random.default_rng(9).normal(0, 0.3, 16)]


def judged_of(cells: list[Cell], fitted=None):
    fitted = fitted or fit(cells)
    ids = sorted({cell.promotion_id for cell in cells})
    return [judged(fitted, Subject(shown(one)), [c for c in cells if c.promotion_id == one]) for one in ids]


def test_effects_of_places_and_people_are_found_again() -> None:
    fitted = fit(cells_of(MERITS, each=2000))
    effects = fitted.effects
    assert effects["slot_home_hero"] - effects["slot_home_row"] == pytest.approx(0.9, abs=0.06)
    assert effects["slot_product_side"] - effects["slot_home_row"] == pytest.approx(-0.5, abs=0.06)
    assert effects["fit_category"] - effects["fit_other"] == pytest.approx(1.0, abs=0.06)
    assert fitted.tau == pytest.approx(np.std(MERITS), abs=0.08)
    assert fitted.dispersion < 1.6
    centred = np.array(MERITS) - np.mean(MERITS)
    assert np.corrcoef(fitted.merits, centred)[0, 1] > 0.97


def test_a_good_slot_is_no_merit() -> None:
    """The same promotion everywhere: where all showings are in the best slot, its CTR is twice as high, as expected."""
    cells = cells_of([0.0] * 12, slots={0: "home_hero", 1: "product_side"}, each=800)
    best, worst, *_ = rows = judged_of(cells)
    assert best.ctr > 2 * worst.ctr
    assert {verdicts(rows)[0], verdicts(rows)[1]} == {"as_expected"}
    assert best.lift.value == pytest.approx(1.0, abs=0.12)
    made = reports(rows, {}, today=START)
    assert "good_slot" in made[0][1].why
    assert "bad_slot" in made[1][1].why


def test_what_is_clicked_more_or_less_is_said_and_what_is_seldom_shown_is_not_judged() -> None:
    cells = cells_of([0.0] * 12 + [0.7, -0.7], each=700)
    few = [cell._replace(promotion_id=99, impressions=4, clicks=1) for cell in cells_of([0.0])]
    rows = judged_of(cells + few)
    said = dict(zip([row.subject.promotion.promotion_id for row in rows], verdicts(rows), strict=True))
    assert (said[12], said[13], said[99]) == ("above", "below", "too_little")
    assert sum(one in ("above", "below") for one in said.values()) <= 3
    made = reports(rows, {12: 7.5}, today=START)
    assert ordered(made, "ctr")[0].promotion_id == "pr_12" or ordered(made, "ctr")[0].promotion_id == "pr_99"
    short = ordered(made, "below_expectation")
    assert short[0].promotion_id == "pr_13"
    assert all(one.lift is not None and one.lift < 1 for one in short)
    assert next(one for _, one in made if one.promotion_id == "pr_12").spent == 7.5
    assert [one.clicks for one in ordered(made, "clicks")] == sorted((r.clicks for r in rows), reverse=True)


def test_a_promotion_is_held_against_the_others_not_against_itself() -> None:
    """One of three that is clicked three times as much does not raise what is expected of it."""
    cells = cells_of([0.0, 0.0, 1.2], each=1500)
    fitted = fit(cells)
    usual = [fitted.usual_for(one)[0] for one in range(3)]
    assert usual[2] < usual[0]
    mine = [cell for cell in cells if cell.promotion_id == 2]
    hero = SLOTS["home_hero"]
    expected = expected_of(fitted, 2, [c for c in mine if c.slot == "home_hero" and c.fit == "category"]).clicks
    assert expected == pytest.approx(1500 / (1 + np.exp(-(BASE + hero + FITS["category"]))), rel=0.25)


def test_without_other_promotions_nothing_is_expected() -> None:
    """One promotion alone, and none at all: no verdict, and no division by nothing."""
    (row,) = rows = judged_of(cells_of([0.0]))
    assert not row.expected.known
    assert verdicts(rows) == ["too_little"]
    ((_, made),) = reports(rows, {}, today=START)
    assert (made.expected_ctr, made.lift, made.why[0]) == (None, None, "few_promotions")
    nothing = fit([])
    assert not expected_of(nothing, 1, []).known
    assert nothing.merit_of(5) == (0.0, nothing.tau)
    assert verdicts([]) == []


def test_impressions_without_a_click_are_no_trouble() -> None:
    cells = [cell._replace(clicks=0) for cell in cells_of([0.0] * 5)]
    fitted = fit(cells)
    assert np.isfinite(fitted.merits).all()
    assert expected_of(fitted, 0, cells[:6]).clicks < 20
