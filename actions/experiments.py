"""How the tests of recommenders fare, for marketers: figures with their intervals, and whether anything is decided."""

from actions.base import ShopAction
from actions.formats import count, day, listing, money, percent
from actions.turn import Turn
from common.caller import Role
from common.sequential import Interval
from store.experiment_outcomes import ArmReport, Comparison
from store.experiments import ExperimentReport, experiment_report, newest_experiment

START_COMMAND = 'shopclerk experiment start "Autumn" --arm item-knn --arm hybrid'
METRICS = {"ctr": "CTR", "conversion": "conversion", "revenue": "revenue"}


class ExperimentReportAction(ShopAction):
    """ "How is the recommender test doing?": the test that runs, else the last one."""

    name, role, intent = "action_experiment_report", Role.MARKETER, "experiment_report"

    async def answer(self, turn: Turn) -> None:
        async with self.services.database.read() as session:
            newest = await newest_experiment(session)
            report = await experiment_report(session, newest.name, now=self.services.clock()) if newest else None
        if report is None:
            turn.reply.say("utter_no_experiment", command=START_COMMAND)
            return
        _say_figures(turn, report)
        _say_decided(turn, report)


def _say_figures(turn: Turn, report: ExperimentReport) -> None:
    turn.reply.say(
        "utter_experiment" if report.running else "utter_experiment_over",
        name=report.name, start=day(report.started_on), days="1 day" if report.days == 1 else f"{report.days} days",
    )  # fmt: skip
    turn.reply.table(
        ["Arm", "Visitors", "Lists shown", "CTR", "Conversion", "Revenue per visitor"],
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
