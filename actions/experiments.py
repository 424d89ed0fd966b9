"""How the tests of recommenders and of promotions fare, for marketers: figures with their intervals, and whether
anything is decided."""

import re

from actions.base import ShopAction
from actions.formats import count, day, listing, money, percent
from actions.turn import Turn
from common.caller import Role
from common.sequential import Interval
from store.experiment_outcomes import ArmReport, Comparison
from store.experiments import ExperimentReport, experiment_report, newest_experiment

START_COMMAND = 'shopclerk experiment start "Autumn" --arm item-knn --arm hybrid'
PROMOTION_COMMAND = 'shopclerk experiment start "Banners" --arm thompson --arm greedy --surface promotions'
PROMOTIONS = re.compile(r"\b(promotion|promo|banner|offer|deal)s?\b", re.IGNORECASE)
RECOMMENDERS = re.compile(r"\brecommend", re.IGNORECASE)
METRICS = {"ctr": "CTR", "conversion": "conversion", "revenue": "revenue"}


class ExperimentReportAction(ShopAction):
    """ "How is the recommender test doing?": the test that runs, else the last one; of promotions if so said."""

    name, role, intent = "action_experiment_report", Role.MARKETER, "experiment_report"

    async def answer(self, turn: Turn) -> None:
        async with self.services.database.read() as session:
            of_promotions = _about_promotions(turn.text)
            newest = await newest_experiment(session, of_promotions=of_promotions)
            report = await experiment_report(session, newest.name, now=self.services.clock()) if newest else None
        if report is None:
            _say_none(turn, of_promotions)
            return
        _say_figures(turn, report)
        _say_decided(turn, report)


def _about_promotions(text: str) -> bool | None:
    """Whether a test of promotions is meant, or one of recommenders; None where the words leave it open."""
    if PROMOTIONS.search(text):
        return True
    return False if RECOMMENDERS.search(text) else None


def _say_none(turn: Turn, of_promotions: bool | None) -> None:
    if of_promotions:
        turn.reply.say("utter_no_promotion_experiment", command=PROMOTION_COMMAND)
    else:
        turn.reply.say("utter_no_experiment", command=START_COMMAND)


def _say_figures(turn: Turn, report: ExperimentReport) -> None:
    kind = "promotion_experiment" if report.of_promotions else "experiment"
    turn.reply.say(
        f"utter_{kind}" if report.running else f"utter_{kind}_over",
        name=report.name, start=day(report.started_on), days="1 day" if report.days == 1 else f"{report.days} days",
    )  # fmt: skip
    turn.reply.table(
        [
            "Arm",
            "Visitors",
            "Promotions shown" if report.of_promotions else "Lists shown",
            "CTR",
            "Conversion",
            "Revenue per visitor",
        ],
        [_row(arm, report.currency) for arm in report.arms],
    )


def _row(arm: ArmReport, currency: str | None) -> list[str]:
    title = arm.name if arm.policy == arm.name else f"{arm.name} ({arm.policy})"
    figures = [_share(arm.ctr), _share(arm.conversion), _amount(arm.revenue, currency)]
    return [title, count(arm.units), count(arm.exposures), *figures]


def _share(figure: Interval) -> str:
    """`4.2 % (3.9 % to 4.5 %)`."""
    mean, lo, hi = (percent(part * 100) for part in figure)
    return f"{mean} ({lo} to {hi})"


def _amount(figure: Interval, currency: str | None) -> str:
    if currency is None:
        return "–"
    mean, lo, hi = (money(part, currency) for part in figure)
    return f"{mean} ({lo} to {hi})"


def _say_decided(turn: Turn, report: ExperimentReport) -> None:
    """What is decided, a sentence each; then that the rest is not yet, or when all of it is still open."""
    decided = [one for one in report.comparisons if one.decided != "not yet"]
    for one in decided:
        _say_lift(turn, report, one)
    if not report.running and not decided:
        turn.reply.say("utter_experiment_never_decided")
    elif report.running and not decided:
        turn.reply.say("utter_experiment_undecided")
    elif report.running and (still_open := [one for one in report.comparisons if one.decided == "not yet"]):
        metrics = dict.fromkeys(METRICS[one.metric] for one in still_open)
        turn.reply.say("utter_experiment_open", metrics=listing(list(metrics)))


def _say_lift(turn: Turn, report: ExperimentReport, one: Comparison) -> None:
    assert one.lift_percent is not None
    near, mean, far = (percent(part) for part in sorted(map(abs, one.lift_percent)))  # all on one side of zero
    turn.reply.say(
        f"utter_experiment_{one.decided}",
        arm=one.arm, control=report.arms[0].name, metric=METRICS[one.metric], lift=f"{mean} ({near} to {far})",
    )  # fmt: skip
