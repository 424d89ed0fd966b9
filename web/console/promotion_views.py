"""What the console's page shows of promotions and campaigns: the tool's answers as words and drawings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from web.console.campaign_reports import CampaignReport, Campaigns, PromotionReport, Reason, Reports, Rule

WIDTH, EDGE = 200.0, 8.0  # of a drawing, in its own units
VERDICTS = {
    "above": "More clicks than expected", "below": "Fewer clicks than expected", "as_expected": "As expected",
    "too_little": "Too little to tell",
}  # fmt: skip
WHY = {
    "good_slot": "it stood in good places", "bad_slot": "it stood in places that are clicked little",
    "fitting_audience": "it was shown to people who buy such things",
    "strange_audience": "it was shown to people who buy other things",
    "seen_too_often": "most had seen it before", "deep_discount": "its discount is larger than the others’",
    "small_discount": "its discount is smaller than the others’", "few_showings": "it was shown too little so far",
    "few_promotions": "there are too few promotions to know what is usual",
}  # fmt: skip
WORTH = {"worth": "Worth it", "not_worth": "Not worth it", "unclear": "Not clear"}
_FEATURES = {
    "conversion_rate": "orders per click", "order_value": "order value", "cost_per_click": "the price of a click",
    "discount": "discount", "days": "length", "showings_per_day": "showings a day", "ctr": "clicks per showing",
    "lift": "clicks per expected click", "seen_before": "showings to people who had seen it",
    "fitting": "showings to people who buy such things", "clicks": "clicks", "conversions": "orders",
}  # fmt: skip
_SHARES = {"conversion_rate", "ctr", "seen_before", "fitting"}


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


@dataclass(frozen=True)
class Whisker:
    """An interval with its middle and what was expected, in a drawing's units."""

    low: float
    high: float
    at: float
    expected: float | None


@dataclass(frozen=True)
class PromotionView:
    report: PromotionReport
    whisker: Whisker | None

    @property
    def ctr(self) -> str:
        return percent(self.report.ctr)

    @property
    def range95(self) -> str:
        return f"{percent(self.report.ctr_low)} to {percent(self.report.ctr_high)}"

    @property
    def expected(self) -> str:
        return percent(self.report.expected_ctr)

    @property
    def verdict(self) -> str:
        return VERDICTS[self.report.verdict]

    @property
    def marked(self) -> bool:
        return self.report.verdict == "below"

    @property
    def why(self) -> str:
        """One sentence, or nothing."""
        words = [WHY[code] for code in self.report.why if code in WHY]
        joined = "; ".join(words)
        return f"{joined[:1].upper()}{joined[1:]}." if joined else ""

    @property
    def alt(self) -> str:
        expected = f"; {self.expected} were expected" if self.report.expected_ctr is not None else ""
        return f"{self.ctr} of showings were clicked, most likely {self.range95}{expected}."


def promotion_views(reports: Reports) -> list[PromotionView]:
    """All drawn to one scale, from 0 to the largest number that is drawn."""
    numbers = [n for one in reports.rows for n in (one.ctr_high, one.expected_ctr) if n is not None]
    most = max(numbers, default=0.0) or 1.0

    def at(share: float) -> float:
        return round(EDGE + (WIDTH - 2 * EDGE) * share / most, 1)

    return [PromotionView(one, _whisker(one, at)) for one in reports.rows]


def _whisker(one: PromotionReport, at: Callable[[float], float]) -> Whisker | None:
    if one.ctr is None or one.ctr_low is None or one.ctr_high is None:
        return None
    expected = None if one.expected_ctr is None else at(one.expected_ctr)
    return Whisker(at(one.ctr_low), at(one.ctr_high), at(one.ctr), expected)


def feature(name: str, value: float) -> str:
    """A number as its feature is said."""
    if name in _SHARES:
        return percent(value)
    if name == "discount":
        return f"{value:.0f} %"
    return f"{value:,.0f}" if value >= 20 or value == round(value) else f"{value:.2f}"


def condition(one: Reason) -> str:
    """A step of the tree in words."""
    if one.feature == "covered":
        return _covered(one)
    name = _FEATURES.get(one.feature, one.feature)
    limit = "at least" if one.code == "at_least" else "below"
    return f"{name} {limit} {feature(one.feature, one.value)}"


def _covered(one: Reason) -> str:
    """What it covers: 0 a product, 1 a category, 2 the whole shop."""
    if one.code == "at_least":
        return "for a whole category or more" if one.value <= 1 else "for the whole shop"
    return "for a single product" if one.value <= 1 else "for a product or a category"


def reason(one: Reason) -> str:
    if one.code == "few":
        return _few(_FEATURES.get(one.feature, one.feature), round(one.value))
    if one.code in ("high", "low"):
        return f"{_FEATURES.get(one.feature, one.feature)} {one.code} ({feature(one.feature, one.value)})"
    return condition(one)


def _few(name: str, count: int) -> str:
    if not count:
        return f"no {name} so far"
    return f"only one {name.removesuffix('s')} so far" if count == 1 else f"only {count:,} {name} so far"


@dataclass(frozen=True)
class CampaignView:
    report: CampaignReport

    @property
    def verdict(self) -> str:
        return WORTH[self.report.verdict]

    @property
    def roas(self) -> str:
        return "–" if self.report.roas is None else f"{self.report.roas:,.1f}"

    @property
    def predicted(self) -> str:
        one = self.report
        if one.predicted_roas is None or one.low is None or one.high is None:
            return "costs nothing"
        return f"{one.predicted_roas:,.1f} ({one.low:,.1f} to {one.high:,.1f})"

    @property
    def reasons(self) -> str:
        """What stands out of this very campaign; what the tree says of many stands below."""
        words = [reason(one) for one in self.report.reasons if one.code in ("high", "low", "few")]
        joined = "; ".join(words)
        return joined[:1].upper() + joined[1:]


@dataclass(frozen=True)
class RuleView:
    rule: Rule

    @property
    def words(self) -> str:
        joined = " and ".join(condition(one) for one in self.rule.when) or "all campaigns"
        return joined[:1].upper() + joined[1:]

    @property
    def share(self) -> str:
        return f"{round(self.rule.worth_share * self.rule.campaigns)} of {self.rule.campaigns}"


def campaign_views(campaigns: Campaigns) -> list[CampaignView]:
    return [CampaignView(one) for one in campaigns.rows]


def rule_views(rules: Sequence[Rule]) -> list[RuleView]:
    return [RuleView(one) for one in rules]
