"""Arms as people write them, and reports as they read them."""

from datetime import date

import pytest
from typer.testing import CliRunner

from cli.experiments import arm_plans, verdict
from cli.main import app
from common.errors import BadRequest
from common.sequential import Interval
from store.experiment_outcomes import ArmReport, Comparison, Decided
from store.experiments import ArmPlan, ExperimentReport

SOME = Interval(0.1, 0.05, 0.2)


def report(*decided: Decided) -> ExperimentReport:
    arms = [ArmReport(name, name, 10, 20, SOME, SOME, SOME) for name in ("item-knn", "hybrid")]
    lifts = [Comparison("hybrid", "ctr", Interval(20.0, 5.0, 40.0), one) for one in decided]
    return ExperimentReport("Autumn", "all", date(2026, 9, 1), 3, True, "USD", arms, lifts)


@pytest.mark.parametrize(
    ("written", "plans"),
    [
        (["item-knn", "hybrid"], [("item-knn", "item-knn", 0.5), ("hybrid", "hybrid", 0.5)]),
        (["popularity:80", "hybrid"], [("popularity", "popularity", 0.8), ("hybrid", "hybrid", 0.2)]),
        (["popularity:80%", "hybrid:20%"], [("popularity", "popularity", 0.8), ("hybrid", "hybrid", 0.2)]),
        (["a=hybrid", "b=hybrid"], [("a", "hybrid", 0.5), ("b", "hybrid", 0.5)]),
        (["a=hybrid:50", "popularity", "item-knn"],
         [("a", "hybrid", 0.5), ("popularity", "popularity", 0.25), ("item-knn", "item-knn", 0.25)]),
    ],
)  # fmt: skip
def test_arms_are_read_as_people_write_them(written: list[str], plans: list[tuple[str, str, float]]) -> None:
    found = arm_plans(written)
    assert [(arm.name, arm.policy) for arm in found] == [(name, policy) for name, policy, _ in plans]
    assert [arm.share for arm in found] == pytest.approx([share for *_, share in plans])


@pytest.mark.parametrize("written", ["best", "", "a=", "hybrid:", "hybrid:many", "=hybrid:x"])
def test_an_arm_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(BadRequest):
        arm_plans([written, "popularity"])


def test_shares_that_leave_nothing_are_left_to_the_store_to_refuse() -> None:
    assert arm_plans(["hybrid:100", "popularity"])[1] == ArmPlan("popularity", "popularity", 0.0)


def test_the_verdict_says_what_is_decided_and_what_is_not() -> None:
    assert "Nothing is decided yet" in verdict(report("not yet", "not yet"))
    assert "Against item-knn, hybrid is better in ctr." in verdict(report("not yet", "better"))
    assert "hybrid is worse in ctr" in verdict(report("worse"))


def test_the_command_is_there_with_its_four_parts() -> None:
    shown = CliRunner().invoke(app, ["experiment", "--help"]).output
    assert all(part in shown for part in ("start", "stop", "list", "report"))
