"""`shopclerk experiment`: A/B tests of recommenders and of promotions, started, stopped and read here."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from cli.state import Store
from common.errors import BadRequest, NotFound, ShopclerkError
from common.sequential import Interval
from common.settings import settings
from store.experiments import (
    ArmPlan,
    ExperimentReport,
    ListedExperiment,
    experiment_report,
    is_of_promotions,
    list_experiments,
    newest_experiment,
    start_experiment,
    stop_experiment,
)
from store.session import Database

app = typer.Typer(
    help="A/B tests: which recommender, or which way of choosing promotions, sells more.", no_args_is_help=True
)
console = Console()
Result = TypeVar("Result")


class SurfaceName(StrEnum):
    ALL = "all"
    CHAT = "chat"
    HOME = "home"
    PRODUCT = "product"
    CART = "cart"
    PROMOTIONS = "promotions"
    PROMOTIONS_CHAT = "promotions-chat"
    PROMOTIONS_HOME = "promotions-home"
    PROMOTIONS_PRODUCT = "promotions-product"
    PROMOTIONS_CATEGORY = "promotions-category"
    PROMOTIONS_CART = "promotions-cart"


@app.command()
def start(
    name: Annotated[str, typer.Argument(help="what people will call the test")],
    arm: Annotated[
        list[str],
        typer.Option(help="[NAME=]POLICY[:PERCENT], twice or more, the control first; a policy: hybrid, greedy"),
    ],
    surface: Annotated[list[SurfaceName] | None, typer.Option(help="where it runs")] = None,
) -> None:
    """Start a test. Arms without a percentage share what the others leave."""
    places = [place.value for place in surface or [SurfaceName.ALL]]

    async def run(session: AsyncSession) -> ListedExperiment:
        arms = arm_plans(arm, of_promotions=is_of_promotions(places))
        return await start_experiment(session, name, arms, places)

    started = _with_store(run)
    console.print(f"The test {started.name} runs on {started.surface}: {_arms(started.arms)}.", markup=False)


@app.command()
def stop(name: Annotated[str, typer.Argument(help="the test's name")]) -> None:
    """Stop a test; everybody gets what is served without one. Orders of the next 7 days still count."""

    async def run(session: AsyncSession) -> None:
        await stop_experiment(session, name)

    _with_store(run)
    console.print(f"The test {name} is stopped.", markup=False)


@app.command("list")
def list_all() -> None:
    """All tests, the running ones first."""
    found = _with_store(list_experiments)
    if not found:
        console.print("There is no test yet: start one with `shopclerk experiment start`.")
        return
    table = Table("test", "where", "arms", "started", "stopped")
    for one in found:
        stopped = f"{one.stopped_at:%Y-%m-%d}" if one.stopped_at else "runs"
        table.add_row(one.name, one.surface, _arms(one.arms), f"{one.started_at:%Y-%m-%d}", stopped)
    console.print(table)


@app.command()
def report(
    name: Annotated[
        str | None, typer.Argument(help="the test's name; without one, the running or the last one")
    ] = None,
) -> None:
    """How a test is doing. Look as often as you like: "better" and "worse" allow for it."""

    async def run(session: AsyncSession) -> ExperimentReport:
        chosen = name or await _newest_name(session)
        return await experiment_report(session, chosen)

    found = _with_store(run)
    console.print(_arms_table(found))
    if found.comparisons:
        console.print(_comparisons_table(found))
    console.print(verdict(found), markup=False)


async def _newest_name(session: AsyncSession) -> str:
    found = await newest_experiment(session)
    if found is None:
        raise NotFound("There is no test yet: start one with `shopclerk experiment start`.")
    return found.name


def arm_plans(written: list[str], *, of_promotions: bool = False) -> list[ArmPlan]:
    """Arms as people write them, `[NAME=]POLICY[:PERCENT]`; raises BadRequest."""
    known = promotion_policies() if of_promotions else policies()
    parsed = [_parsed(text, known) for text in written]
    left = 1 - sum(share for _, _, share in parsed if share is not None)
    open_arms = sum(share is None for _, _, share in parsed)
    return [ArmPlan(n, policy, left / open_arms if share is None else share) for n, policy, share in parsed]


def policies() -> list[str]:
    """What an arm may serve. Imported late: the models behind it need a moment, and other commands none of them."""
    from ml_tools.recommender.policies import MAKERS

    return sorted(MAKERS)


def promotion_policies() -> list[str]:
    """The same of a test of promotions."""
    from ml_tools.promotions.policies import RULES

    return sorted(RULES)


def _parsed(text: str, known: list[str]) -> tuple[str, str, float | None]:
    name, named, rest = text.rpartition("=")
    policy, colon, percent = rest.partition(":")
    if policy not in known:
        raise BadRequest(f"There is no policy {policy!r}: choose one of {', '.join(known)}.")
    try:
        share = float(percent.removesuffix("%")) / 100 if colon else None
    except ValueError:
        raise BadRequest(f"An arm's percentage is a number such as 20, not {percent!r}.") from None
    return (name if named else policy), policy, share


def _arms(arms: tuple[ArmPlan, ...]) -> str:
    return ", ".join(f"{arm.name} {arm.share:.0%}{_policy(arm)}" for arm in arms)


def _policy(arm: ArmPlan) -> str:
    return "" if arm.name == arm.policy else f" ({arm.policy})"


def _arms_table(found: ExperimentReport) -> Table:
    state = "running" if found.running else "stopped"
    title = f"{found.name} on {found.surface}, since {found.started_on:%Y-%m-%d} ({found.days} days, {state})"
    money = f"revenue per unit{f', {found.currency}' if found.currency else ''}"
    shown = "showings" if found.of_promotions else "answers"
    table = Table("arm", "policy", "units", shown, "clicked", "ordered", money, title=title)
    for arm in found.arms:
        table.add_row(
            arm.name, arm.policy, f"{arm.units:,}", f"{arm.exposures:,}", _spoken(arm.ctr, percent=True),
            _spoken(arm.conversion, percent=True), _spoken(arm.revenue),
        )  # fmt: skip
    return table


def _comparisons_table(found: ExperimentReport) -> Table:
    table = Table("arm", "metric", "lift", f"against {found.arms[0].name}")
    for one in found.comparisons:
        lift = one.lift_percent
        text = f"{lift.mean:+.1f} % ({lift.lo:+.1f} to {lift.hi:+.1f})" if lift else "too few to say"
        table.add_row(one.arm, one.metric, text, one.decided)
    return table


def _spoken(interval: Interval, *, percent: bool = False) -> str:
    mean, lo, hi = (100 * value if percent else value for value in interval)
    return f"{mean:.2f} ({lo:.2f} to {hi:.2f}){' %' if percent else ''}"


def verdict(found: ExperimentReport) -> str:
    """The test's outcome so far, as one says it."""
    clear = [one for one in found.comparisons if one.decided != "not yet"]
    if not clear:
        return "Nothing is decided yet. Looking every day does no harm; stopping because it looks good would."
    words = ", ".join(f"{one.arm} is {one.decided} in {one.metric}" for one in clear)
    return (
        f"Against {found.arms[0].name}, {words}. Of 100 tests between equals, at most 5 would ever say so of a metric,"
        " however often one looks."
    )


def _with_store(run: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """What `run` returns of a transaction on the store; an error is said in words, and ends the command."""
    try:
        return asyncio.run(_run(run))
    except ShopclerkError as error:
        console.print(f"[red]{error.message}[/red]")
        raise typer.Exit(1) from error


async def _run(run: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    with Store(settings()) as store:
        database = Database(store.url, pool_size=1)
        try:
            async with database.begin() as session:
                return await run(session)
        finally:
            await database.close()
