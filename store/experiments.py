"""A/B tests: starting and stopping them, who is in which arm, and what was shown to whom.

An arm is not stored per person: it is drawn from the test's public id and the unit, the same at every visit. A unit is
a customer (by public id), or the session's subject for a guest. What counts as an outcome, and when a test is decided,
is in `store.experiment_outcomes`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import BadRequest, Conflict, NotFound
from common.ids import public_id
from store.experiment_outcomes import ArmReport, Comparison, arm_report, arm_sums, comparisons
from store.tables import Experiment, ExperimentArm, ExperimentSurface, Exposure

RECOMMENDER_SURFACES = ("chat", "home", "product", "cart")
ALL = "all"  # the recommender's surfaces, every one of them
PROMOTION_SURFACES = (
    "promotions-chat", "promotions-home", "promotions-product", "promotions-category", "promotions-cart",
)  # fmt: skip
PROMOTIONS = "promotions"  # the same of promotions
TOGETHER = {ALL: RECOMMENDER_SURFACES, PROMOTIONS: PROMOTION_SURFACES}
LONGEST_NAME = 80
LONGEST_WORD = 40  # of an arm, a policy, a surface


@dataclass(frozen=True)
class ArmPlan:
    """What part (0 to 1) of all units gets which policy."""

    name: str
    policy: str
    share: float


@dataclass(frozen=True)
class Assignment:
    """The running experiment of a surface, and the arm that a unit is in."""

    experiment_id: int
    arm_id: int
    experiment: str  # its name
    arm: str
    policy: str


@dataclass(frozen=True)
class RunningTest:
    """The experiment that runs on a surface, and its arms in order."""

    experiment_id: int
    key: str  # its public id
    name: str
    started_at: datetime
    arms: tuple[ExperimentArm, ...]

    def assigned(self, unit: str) -> Assignment:
        arm = drawn(self.key, unit, self.arms)
        return Assignment(self.experiment_id, arm.id, self.name, arm.name, arm.policy)


@dataclass(frozen=True)
class ListedExperiment:
    """An experiment at a glance; the first arm is the control."""

    name: str
    surfaces: tuple[str, ...]
    arms: tuple[ArmPlan, ...]
    started_at: datetime
    stopped_at: datetime | None

    @property
    def surface(self) -> str:
        return spoken_surfaces(self.surfaces)

    @property
    def of_promotions(self) -> bool:
        return is_of_promotions(self.surfaces)


@dataclass(frozen=True)
class ExperimentReport:
    """A test as it stands; the first arm is the control, which the comparisons hold the others against."""

    name: str
    surface: str  # "all", or the surfaces by name
    started_on: date
    days: int  # begun days, the first one counted
    running: bool
    currency: str | None  # of the revenue; None while there is none
    arms: list[ArmReport]
    comparisons: list[Comparison]
    of_promotions: bool = False


async def start_experiment(
    session: AsyncSession, name: str, arms: Sequence[ArmPlan], surfaces: Sequence[str] = (ALL,)
) -> ListedExperiment:
    """Start a test now; the first arm is the control.

    Raises BadRequest for a plan that makes no sense, Conflict where the name is taken or a test runs on a surface.
    """
    places = _places(surfaces)
    _check(name, arms, places)
    try:
        async with session.begin_nested():
            experiment = Experiment(public_id=public_id("x"), name=name)
            session.add(experiment)
            await session.flush()
            session.add_all(ExperimentSurface(experiment_id=experiment.id, surface=place) for place in places)
            session.add_all(
                ExperimentArm(
                    experiment_id=experiment.id, position=n, name=arm.name, policy=arm.policy, share=arm.share
                )
                for n, arm in enumerate(arms)
            )
    except IntegrityError as error:
        taken = "uq_experiments_name" in str(error.orig)
        reason = "There was a test of this name" if taken else "A test runs on one of these surfaces"
        remedy = "choose another name" if taken else "stop it first, or choose other surfaces"
        raise Conflict(f"{reason}: {remedy}.") from error
    return ListedExperiment(name, places, tuple(arms), experiment.started_at, None)


def _places(surfaces: Sequence[str]) -> tuple[str, ...]:
    named = [place for surface in surfaces for place in TOGETHER.get(surface, (surface,))]
    return tuple(dict.fromkeys(named))


def is_of_promotions(surfaces: Sequence[str]) -> bool:
    """Whether it is promotions that a test on these surfaces is about."""
    return any(surface == PROMOTIONS or surface in PROMOTION_SURFACES for surface in surfaces)


def _check(name: str, arms: Sequence[ArmPlan], places: Sequence[str]) -> None:
    words = [*places, *(arm.name for arm in arms), *(arm.policy for arm in arms)]
    if not name.strip() or len(name) > LONGEST_NAME or any(not w.strip() or len(w) > LONGEST_WORD for w in words):
        raise BadRequest(f"A test's name has 1 to {LONGEST_NAME} letters; arms, policies and surfaces, {LONGEST_WORD}.")
    if not places:
        raise BadRequest("Name at least one surface.")
    if is_of_promotions(places) and not set(places) <= set(PROMOTION_SURFACES):
        raise BadRequest("A test is of recommenders or of promotions: name surfaces of one kind.")
    if len(arms) < 2 or len({arm.name for arm in arms}) < len(arms):
        raise BadRequest("A test compares at least two arms of different names.")
    if any(not arm.share > 0 for arm in arms) or abs(sum(arm.share for arm in arms) - 1) > 1e-6:
        raise BadRequest("The arms' shares must be above zero and make 100 % together.")


async def stop_experiment(session: AsyncSession, name: str) -> None:
    """From now on nobody is in the test; orders still count for a week. Raises NotFound when it does not run."""
    stop = update(Experiment).where(Experiment.name == name, Experiment.stopped_at.is_(None))
    stopped = await session.scalar(stop.values(stopped_at=datetime.now(UTC)).returning(Experiment.id))
    if stopped is None:
        raise NotFound(f"No test named {name!r} is running.")
    over = update(ExperimentSurface).where(ExperimentSurface.experiment_id == stopped)
    await session.execute(over.values(running=False), execution_options={"synchronize_session": False})


async def list_experiments(session: AsyncSession) -> list[ListedExperiment]:
    """All tests: the running ones first, then the newest."""
    order = (Experiment.stopped_at.is_not(None), Experiment.started_at.desc(), Experiment.id.desc())
    experiments = (await session.scalars(select(Experiment).order_by(*order))).all()
    surfaces: dict[int, list[str]] = {}
    for row in await session.scalars(select(ExperimentSurface)):
        surfaces.setdefault(row.experiment_id, []).append(row.surface)
    arms: dict[int, list[ArmPlan]] = {}
    for arm in await session.scalars(select(ExperimentArm).order_by(ExperimentArm.position)):
        arms.setdefault(arm.experiment_id, []).append(ArmPlan(arm.name, arm.policy, arm.share))
    return [
        ListedExperiment(e.name, tuple(surfaces.get(e.id, ())), tuple(arms.get(e.id, ())), e.started_at, e.stopped_at)
        for e in experiments
    ]


async def newest_experiment(
    session: AsyncSession, about: str | None = None, *, of_promotions: bool | None = None
) -> ListedExperiment | None:
    """The running test, else the last one; `about` may name it, a policy or a surface of it, `of_promotions` say of
    which kind it is (None: any). None: there is none."""
    words = set((about or "").lower().split())
    found = [one for one in await list_experiments(session) if of_promotions in (None, one.of_promotions)]
    if not words:
        return next(iter(found), None)
    return next((experiment for experiment in found if words & _words(experiment)), None)


def _words(experiment: ListedExperiment) -> set[str]:
    names = (experiment.name, *experiment.surfaces, *(f"{arm.name} {arm.policy}" for arm in experiment.arms))
    return {word for name in names for word in (name.lower(), *name.lower().replace("-", " ").split())}


def spoken_surfaces(surfaces: Sequence[str]) -> str:
    """`all`, `promotions`, or the names of the surfaces in order."""
    together = (name for name, places in TOGETHER.items() if set(surfaces) == set(places))
    return next(together, ", ".join(sorted(surfaces)))


async def assign(session: AsyncSession, surface: str, unit: str) -> Assignment | None:
    """The arm that `unit` is in on this surface; None while no experiment runs there. It reads one index, and writes
    nothing."""
    found = (await running_tests(session, [surface])).get(surface)
    return found.assigned(unit) if found else None


async def running_tests(session: AsyncSession, surfaces: Sequence[str]) -> dict[str, RunningTest]:
    """By surface, where one runs."""
    running = (
        select(ExperimentSurface.surface, Experiment, ExperimentArm)
        .join(Experiment, Experiment.id == ExperimentSurface.experiment_id)
        .join(ExperimentArm, ExperimentArm.experiment_id == Experiment.id)
        .where(ExperimentSurface.surface.in_(surfaces), ExperimentSurface.running)
        .order_by(ExperimentArm.position)
    )
    found: dict[str, RunningTest] = {}
    for surface, test, arm in (await session.execute(running)).all():
        before = found[surface].arms if surface in found else ()
        found[surface] = RunningTest(test.id, test.public_id, test.name, test.started_at, (*before, arm))
    return found


def drawn(key: str, unit: str, arms: Sequence[ExperimentArm]) -> ExperimentArm:
    """The unit's arm: a hash of the experiment's public id and the unit, as a point between 0 and 1."""
    digest = hashlib.sha256(f"{key}:{unit}".encode()).digest()
    point = int.from_bytes(digest[:8]) / 2**64
    end = 0.0
    for arm in arms:
        end += arm.share
        if point < end:
            return arm
    return arms[-1]


async def expose(
    session: AsyncSession,
    assignment: Assignment,
    unit: str,
    *,
    customer_id: int | None,
    visitor: str | None,
    surface: str,
    products: Sequence[int],
) -> None:
    """Note that `unit` was shown these products (ids of the table, in their order); `visitor` is the session's
    subject."""
    row = {
        "experiment_id": assignment.experiment_id, "arm_id": assignment.arm_id, "unit": unit,
        "customer_id": customer_id, "session": visitor, "surface": surface, "product_ids": list(products),
    }  # fmt: skip
    await session.execute(insert(Exposure).values(row))


async def experiment_report(session: AsyncSession, name: str, *, now: datetime | None = None) -> ExperimentReport:
    """The test of this name, of all that is known at `now`; raises NotFound."""
    experiment = await session.scalar(select(Experiment).where(Experiment.name == name))
    if experiment is None:
        raise NotFound(f"There is no test named {name!r}.")
    now = now or datetime.now(UTC)
    started, ended = experiment.started_at, min(experiment.stopped_at or now, now)
    where = select(ExperimentSurface.surface).where(ExperimentSurface.experiment_id == experiment.id)
    surfaces = (await session.scalars(where)).all()
    of_promotions = is_of_promotions(surfaces)
    arms = await arm_sums(session, experiment.id, of_promotions=of_promotions, started=started, ended=ended, now=now)
    return ExperimentReport(
        name=experiment.name,
        surface=spoken_surfaces(surfaces),
        started_on=started.astimezone(UTC).date(),
        days=max((ended - started) // timedelta(days=1) + 1, 1),
        running=experiment.stopped_at is None,
        currency=next((arm.currency for arm in arms if arm.currency), None),
        arms=[arm_report(arm) for arm in arms],
        comparisons=comparisons(arms),
        of_promotions=of_promotions,
    )
