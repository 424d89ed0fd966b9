"""Learning as the events come: the next impressions are read, learnt, and kept with how far was read, as one step."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from ml_tools.artefacts import tensors_in, tensors_of
from ml_tools.errors import BrokenArtefact
from ml_tools.promotions.belief import Belief, Examples, prior
from ml_tools.promotions.signals import LOCAL, SHARED, VERSION, WITHOUT_MODEL, readable, restored
from store.promotion_learning import (
    Frontier,
    Kept,
    LateClick,
    Learnable,
    begin_belief,
    frontier,
    keep_belief,
    kept_belief,
    late_clicks,
    learnable,
    ripe_until,
)
from store.promotions import known_promotions
from store.session import Database

log = structlog.get_logger()

NAME = "promotions"
MODEL = "bayesian-logistic"
MOST_AT_ONCE = 4000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Learnt:
    """A belief, and what it comes from: `examples` impressions, the newest shown at `as_of`."""

    belief: Belief
    version: int
    examples: int
    as_of: datetime | None


def first() -> Kept:
    """Before anything was learnt."""
    content, sha256 = tensors_of(_arrays(prior()))
    return Kept(0, 0, 0, 0, None, content, sha256)


def read(kept: Kept) -> Learnt:
    """BrokenArtefact when it is damaged, or of another shape than today's signals."""
    arrays = tensors_in(kept.content, kept.sha256, "What was learnt of promotions")
    try:
        found = Belief(*(arrays[name] for name in ("promotions", "mean", "means", "a", "c", "d")))
        if arrays["version"] == [WITHOUT_MODEL]:
            found, arrays["version"] = found.with_one_signal_more(), np.array([VERSION])
        count = len(found.promotions)
        shapes = [array.shape for array in (found.mean, found.means, found.a, found.c, found.d)]
        b, d = len(LOCAL), len(SHARED)
        if shapes != [(d,), (count, b), (d, d), (count, b, d), (count, b, b)] or arrays["version"] != [VERSION]:
            raise BrokenArtefact("What was learnt of promotions is of another version: train it anew.")
    except KeyError as error:
        raise BrokenArtefact("What was learnt of promotions does not have the right shape.") from error
    return Learnt(found, kept.version, kept.examples, kept.as_of)


def written(belief: Belief) -> tuple[bytes, str]:
    return tensors_of(_arrays(belief))


def _arrays(belief: Belief) -> dict[str, np.ndarray]:
    return {
        "version": np.array([VERSION]), "promotions": belief.promotions, "mean": belief.mean, "means": belief.means,
        "a": belief.a, "c": belief.c, "d": belief.d,
    }  # fmt: skip


class Learner:
    """Takes new events into the belief. `patience` is how long a click is waited for before an impression counts as
    not clicked; a click that comes later corrects it."""

    def __init__(self, database: Database, *, patience: timedelta, most: int = MOST_AT_ONCE) -> None:
        self._database, self._patience, self._most = database, patience, most

    async def learn(self, now: datetime | None = None) -> int:
        """Take in all that is ripe; how many impressions and late clicks were learnt."""
        moment = now or datetime.now(UTC)
        async with self._database.begin() as session:
            await begin_belief(session, NAME, first())
        async with self._database.begin() as session:
            reached = await frontier(session)
        total = 0
        while learnt := await self._step(reached, moment):
            total += learnt
        return total

    async def _step(self, reached: Frontier, now: datetime) -> int:
        """One transaction: read, learn, keep. 0 when there was nothing more."""
        async with self._database.begin() as session:
            kept = await kept_belief(session, NAME, to_change=True)
            if kept is None:  # somebody else is learning
                return 0
            ripe = await ripe_until(session, kept.impression_id, reached, before=now - self._patience)
            fresh = await learnable(
                session, kept.impression_id, ripe, click_upto=max(reached.click_id, kept.click_id), most=self._most
            )
            late = await late_clicks(session, kept.click_id, reached.click_id, learnt=kept.impression_id)
            if not fresh and not late and kept.click_id >= reached.click_id:
                return 0
            new = await self._taught(session, kept, fresh, late, now)
            click_id = max(kept.click_id, reached.click_id)
            impression_id = fresh[-1].impression_id if fresh else kept.impression_id
            await keep_belief(session, NAME, replace(new, impression_id=impression_id, click_id=click_id))
        log.info("promotions_learnt", impressions=len(fresh), late_clicks=len(late), version=new.version)
        return len(fresh) + len(late)

    async def _taught(
        self, session: AsyncSession, kept: Kept, fresh: Sequence[Learnable], late: Sequence[LateClick], now: datetime
    ) -> Kept:
        running = await known_promotions(session, today=now.astimezone(UTC).date())
        usable = [one for one in fresh if readable(one.signals)]
        corrections = [one for one in late if readable(one.signals)]
        content, sha256 = await asyncio.to_thread(_content, kept, usable, corrections, running)
        newest = max((one.shown_at for one in usable), default=kept.as_of)
        as_of = newest if kept.as_of is None or newest is None else max(newest, kept.as_of)
        return replace(
            kept, version=kept.version + 1, examples=kept.examples + len(usable), as_of=as_of, content=content,
            sha256=sha256,
        )  # fmt: skip


def _content(
    kept: Kept, fresh: Sequence[Learnable], late: Sequence[LateClick], running: Sequence[int]
) -> tuple[bytes, str]:
    belief = read(kept).belief
    return written(taught(belief, fresh, late, running=running, since=kept.as_of))


def taught(
    belief: Belief,
    fresh: Sequence[Learnable],
    late: Sequence[LateClick] = (),
    *,
    running: Sequence[int],
    since: datetime | None,
) -> Belief:
    """The belief after these events; promotions that are over are given up. `since` is when it last learnt."""
    needed = {*running, *(one.promotion_id for one in fresh), *(one.promotion_id for one in late)}
    belief = belief.knowing(sorted(needed))
    if since is not None and fresh:
        belief = belief.aged((max(one.shown_at for one in fresh) - since) / DAY)
    if fresh or late:
        belief = belief.learnt(examples_of(belief, fresh), examples_of(belief, late))
    return belief.without(np.setdiff1d(belief.promotions, np.asarray(running, dtype=np.int64)))


def examples_of(belief: Belief, events: Sequence[Learnable] | Sequence[LateClick]) -> Examples:
    """Events with readable signals, of promotions that the belief knows."""
    rows = belief.rows_of([one.promotion_id for one in events])
    clicks = np.array([getattr(one, "clicked", True) for one in events], dtype=np.float64)
    return Examples(rows, restored([one.signals or [] for one in events]), clicks)
