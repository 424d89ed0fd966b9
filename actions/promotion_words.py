"""Figures of promotions in words: rates with their intervals, verdicts, and reasons."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from actions.formats import count, listing, percent
from actions.promotion_answers import CampaignRow, Report, Slot, ValueReason, Verdict, Worth
from common import shares


class Rate(NamedTuple):
    """A share with its interval, 0 to 1."""

    mean: float
    low: float
    high: float


SLOTS: Mapping[Slot, str] = {
    "home_hero": "at the top of the home page",
    "home_row": "in a row of the home page",
    "category_top": "at the top of category pages",
    "product_side": "beside products",
    "cart": "in the cart",
    "chat": "in the chat",
}
VERDICTS: Mapping[Verdict, str] = {
    "above": "clearly above expectation",
    "as_expected": "as expected",
    "below": "clearly below expectation",
    "too_little": "too little to tell",
}
WORTH: Mapping[Worth, str] = {
    "worth": "is worth the money",
    "not_worth": "is not worth the money",
    "unclear": "may or may not be worth the money",
}
WHY_CLICKS: Mapping[str, str] = {
    "more_clicks": "it was clicked more than a usual promotion would have been there",
    "fewer_clicks": "it was clicked less than a usual promotion would have been there",
    "good_slot": "it stood where promotions are clicked a lot anyway",
    "bad_slot": "it stood where promotions are clicked seldom anyway",
    "fitting_audience": "it was shown mostly to people who buy such things",
    "strange_audience": "it was shown mostly to people who buy other things",
    "seen_too_often": "most of its showings were to people who had seen it before",
    "deep_discount": "it takes off more than the others",
    "small_discount": "it takes off less than the others",
    "few_showings": "it was shown too seldom to be sure",
    "few_promotions": "there are too few others to know what is usual",
}
WHY_SEGMENT: Mapping[str, str] = {
    "clicked_here": "these customers click it more than others do",
    "clicked_everywhere": "everybody clicks it more than is usual",
    "fits": "it is about what they buy",
    "discount": "it takes off a lot",
    "untested": "too few of them have seen it: judged by what it is like",
    "usual": "as good as others",
}
_FEATURES: Mapping[str, str] = {
    "discount": "discount",
    "days": "length",
    "cost_per_click": "cost per click",
    "showings_per_day": "number of showings a day",
    "ctr": "CTR",
    "lift": "number of clicks per expected click",
    "seen_before": "share of people who had seen it before",
    "fitting": "share of people who buy such things",
    "covered": "reach",
    "conversion_rate": "conversion rate",
    "order_value": "revenue per order",
    "clicks": "number of clicks",
    "conversions": "number of orders",
}
_IN_PERCENT = {"ctr", "seen_before", "fitting", "conversion_rate"}
_CODES: Mapping[str, str] = {
    "at_least": "a {feature} of at least {value}",
    "below": "a {feature} below {value}",
    "high": "a high {feature} ({value})",
    "low": "a low {feature} ({value})",
    "few": "a small {feature} ({value})",
}


def wilson(hits: int, of: int) -> Rate:
    """A share with its 95 % interval; `of` is at least 1."""
    return Rate(hits / of, *shares.wilson(hits / of, of))


def rate(share: Rate | None) -> str:
    """`8.1 % (7.0 % to 9.3 %)`; a dash for none."""
    if share is None:
        return "–"
    mean, low, high = (percent(part * 100) for part in share)
    return f"{mean} ({low} to {high})"


def ctr(report: Report) -> Rate | None:
    return _rate(report.ctr, report.ctr_low, report.ctr_high)


def conversion(report: Report) -> Rate | None:
    return _rate(report.conversion_rate, report.conversion_low, report.conversion_high)


def _rate(mean: float | None, low: float | None, high: float | None) -> Rate | None:
    return None if mean is None or low is None or high is None else Rate(mean, low, high)


def share(value: float | None) -> str:
    return "–" if value is None else percent(value * 100)


def times(number: int, one: str, many: str) -> str:
    """`1 order`, `1,204 orders`."""
    return f"{count(number)} {one if number == 1 else many}"


def because(codes: Sequence[str], words: Mapping[str, str]) -> str | None:
    """The reasons that there are words for, as one sentence without its end."""
    known = [words[code] for code in codes if code in words]
    return listing(known) or None


def predicted(row: CampaignRow) -> str:
    """`3.20 (1.90 to 4.80)`: units of revenue per unit of spend."""
    if row.predicted_roas is None or row.low is None or row.high is None:
        return "–"
    return f"{row.predicted_roas:,.2f} ({row.low:,.2f} to {row.high:,.2f})"


def roas(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}"


def reasons(found: Sequence[ValueReason]) -> str | None:
    """`a discount of at least 25 % and clicks below 120`; covers are said as what they cover."""
    return listing([_reason(one) for one in found if one.feature in _FEATURES]) or None


def _reason(one: ValueReason) -> str:
    if one.feature == "covered":
        return "more than one product" if one.code in ("at_least", "high") else "a narrower range"
    if one.feature in _IN_PERCENT:
        value = percent(one.value * 100)
    elif one.feature == "discount":
        value = percent(one.value)
    elif one.feature == "days":
        value = times(round(one.value), "day", "days")
    else:
        value = f"{one.value:,.2f}".removesuffix(".00")
    return _CODES[one.code].format(feature=_FEATURES[one.feature], value=value)
