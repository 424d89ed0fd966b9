"""One row of a report: what was counted, what was to be expected, and a verdict over all rows together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, pstdev
from typing import Literal

import numpy as np

from ml_tools.promotions.campaigns.expectation import Expected, Fitted, expected_of
from ml_tools.promotions.campaigns.intervals import Lift, discoveries, lift, wilson
from ml_tools.promotions.campaigns.schemas import Report, Verdict, WhyClicks
from store.promotion_reports import Cell, Shown

TELLING = 0.15  # log-odds by which slots or audiences must differ from the average to be worth a word
MOSTLY = 0.5
Sort = Literal["ctr", "below_expectation", "conversion", "clicks"]
_FEWEST_TO_RANK = 20  # impressions below which a rate is no rate


@dataclass(frozen=True)
class Subject:
    """What a row is about: a promotion, and the slot and segment where it is narrowed to one."""

    promotion: Shown
    slot: str | None = None
    segment: str | None = None


@dataclass(frozen=True)
class Judged:
    """A subject's counts against its expectation."""

    subject: Subject
    impressions: int
    clicks: int
    conversions: int
    expected: Expected
    lift: Lift
    slots: float  # mean log-odds that its places gave it
    audience: float
    seen_before: float

    @property
    def ctr(self) -> float:
        return self.clicks / self.impressions if self.impressions else 0.0


def judged(fitted: Fitted, subject: Subject, cells: Sequence[Cell]) -> Judged:
    """From the subject's cells, of which there is at least one."""
    shown = np.array([cell.impressions for cell in cells], dtype=np.float64)
    clicks = sum(cell.clicks for cell in cells)
    expected = expected_of(fitted, subject.promotion.promotion_id, cells)
    effects = fitted.effects

    def mean(values: Sequence[float]) -> float:
        return float(np.average(values, weights=shown)) if shown.sum() else 0.0

    return Judged(
        subject, int(shown.sum()), clicks, sum(cell.conversions for cell in cells), expected,
        lift(clicks, expected.clicks, deviation=expected.deviation, dispersion=fitted.dispersion),
        mean([effects.get(f"slot_{cell.slot}", 0.0) + bool(cell.place) * effects.get("place", 0.0) for cell in cells]),
        mean([effects.get(f"fit_{cell.fit}", 0.0) for cell in cells]),
        mean([float(cell.seen > 0) for cell in cells]),
    )  # fmt: skip


def verdicts(rows: Sequence[Judged]) -> list[Verdict]:
    """Above or below where the difference is no chance, looked at all of them; as expected where a noteworthy
    difference is ruled out; else there is too little to tell."""
    tested = [row.lift.p_value if row.expected.known else 1.0 for row in rows]
    found = discoveries(tested)
    return [_verdict(row, different) for row, different in zip(rows, found, strict=True)]


def _verdict(row: Judged, different: bool) -> Verdict:
    if not row.expected.known:
        return "too_little"
    if different:
        return "above" if row.lift.value > 1 else "below"
    return "as_expected" if row.lift.settles else "too_little"


def reports(
    rows: Sequence[Judged], spent: Mapping[int, float], *, today: date, whole: bool = True
) -> list[tuple[Judged, Report]]:
    """`spent` is by promotion; where rows are parts of promotions (not `whole`), clicks share it."""
    discounts = [row.subject.promotion.discount for row in rows]
    usual = (fmean(discounts), pstdev(discounts)) if len(rows) > 2 else (0.0, 0.0)
    slots = _weighted([row.slots for row in rows], rows)
    audience = _weighted([row.audience for row in rows], rows)
    made = []
    for row, verdict in zip(rows, verdicts(rows), strict=True):
        why = _why(row, verdict, usual, slots, audience)
        made.append((row, _report(row, verdict, why, spent, today=today, whole=whole)))
    return made


def _weighted(values: Sequence[float], rows: Sequence[Judged]) -> float:
    total = sum(row.impressions for row in rows)
    return sum(v * row.impressions for v, row in zip(values, rows, strict=True)) / total if total else 0.0


def _why(
    row: Judged, verdict: Verdict, discounts: tuple[float, float], slots: float, audience: float
) -> list[WhyClicks]:
    why: list[WhyClicks] = []
    if not row.expected.known:
        why.append("few_promotions")
    elif verdict == "too_little":
        why.append("few_showings")
    elif verdict != "as_expected":
        why.append("more_clicks" if verdict == "above" else "fewer_clicks")
    if abs(row.slots - slots) > TELLING:
        why.append("good_slot" if row.slots > slots else "bad_slot")
    if abs(row.audience - audience) > TELLING:
        why.append("fitting_audience" if row.audience > audience else "strange_audience")
    if row.seen_before > MOSTLY:
        why.append("seen_too_often")
    mean, deviation = discounts
    if deviation and abs(row.subject.promotion.discount - mean) > deviation:
        why.append("deep_discount" if row.subject.promotion.discount > mean else "small_discount")
    return why


def _report(
    row: Judged, verdict: Verdict, why: list[WhyClicks], spent: Mapping[int, float], *, today: date, whole: bool
) -> Report:
    promotion = row.subject.promotion
    ctr = wilson(row.clicks, row.impressions)
    conversion = wilson(min(row.conversions, row.clicks), row.clicks)
    known = row.expected.known and row.impressions > 0
    cost = spent.get(promotion.promotion_id, 0.0) if whole else row.clicks * promotion.cost_per_click
    return Report(
        promotion_id=promotion.public_id, title=promotion.title,
        running=promotion.starts_on <= today <= promotion.ends_on, slot=row.subject.slot, segment=row.subject.segment,
        impressions=row.impressions, clicks=row.clicks, conversions=row.conversions,
        ctr=ctr.value, ctr_low=ctr.low, ctr_high=ctr.high,
        expected_ctr=min(row.expected.clicks / row.impressions, 1.0) if known else None,
        lift=row.lift.value if known else None, lift_low=row.lift.low if known else None,
        lift_high=row.lift.high if known else None,
        conversion_rate=conversion.value, conversion_low=conversion.low, conversion_high=conversion.high,
        spent=round(cost, 2), verdict=verdict, why=why,
    )  # fmt: skip


def ordered(made: Sequence[tuple[Judged, Report]], sort: Sort) -> list[Report]:
    """Best first; for `below_expectation` what falls short most surely first, and only what falls short."""
    if sort == "below_expectation":
        short = [(row, one) for row, one in made if row.expected.known and row.lift.value < 1]
        return [one for _, one in sorted(short, key=lambda m: (m[1].verdict != "below", m[0].lift.p_value))]
    if sort == "clicks":
        return [one for _, one in sorted(made, key=lambda m: -m[0].clicks)]
    if sort == "conversion":
        return [one for _, one in sorted(made, key=lambda m: (-(m[1].conversion_low or 0), -m[0].clicks))]
    return [one for _, one in sorted(made, key=lambda m: (m[0].impressions < _FEWEST_TO_RANK, -m[0].ctr))]
