"""What the model of promotions reads to learn, and where it keeps what it has learnt, with how far it has read.

Events are read in the order of their ids up to a frontier below which nothing can still be committed. The belief and
the ids up to which it has learnt are one row: whatever happens in between, each event is learnt once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.promotion_events import LEARNING_LOCK
from store.tables import PromotionBelief

_ALONE = text("SELECT pg_advisory_xact_lock(:key)")
_NEWEST = text("""
    SELECT coalesce((SELECT max(id) FROM impressions), 0), coalesce((SELECT max(id) FROM promotion_clicks), 0)
""")

# Up to the first one that is too young to count as not clicked.
_RIPE = text("""
    SELECT coalesce((
        SELECT min(id) - 1 FROM impressions WHERE id > :after AND id <= :upto AND received_at > :before), :upto)
""")
_LEARNABLE = text("""
    SELECT i.id, i.promotion_id, i.signals, c.id IS NOT NULL, i.shown_at
    FROM impressions AS i LEFT JOIN promotion_clicks AS c ON c.impression_id = i.id AND c.id <= :click_upto
    WHERE i.id > :after AND i.id <= :upto ORDER BY i.id LIMIT :most
""")
_LATE = text("""
    SELECT i.promotion_id, i.signals FROM promotion_clicks AS c JOIN impressions AS i ON i.id = c.impression_id
    WHERE c.id > :click_after AND c.id <= :click_upto AND i.id <= :learnt AND i.signals IS NOT NULL ORDER BY c.id
""")


_ONLY_A_HISTORY = text("""
    SELECT EXISTS (SELECT FROM impressions) AND NOT EXISTS (SELECT FROM promotion_beliefs WHERE examples > 0)
""")


@dataclass(frozen=True)
class Frontier:
    """Ids of impressions and clicks up to which everything that will ever be committed is."""

    impression_id: int
    click_id: int


@dataclass(frozen=True)
class Learnable:
    """An impression that is old enough; `signals` are None where somebody else chose it."""

    impression_id: int
    promotion_id: int
    signals: list[float] | None
    clicked: bool
    shown_at: datetime


@dataclass(frozen=True)
class LateClick:
    """A click on an impression that was learnt as not clicked."""

    promotion_id: int
    signals: list[float]


@dataclass(frozen=True)
class Kept:
    """A belief as it is kept; see `PromotionBelief`."""

    version: int
    impression_id: int
    click_id: int
    examples: int
    as_of: datetime | None
    content: bytes
    sha256: str


async def frontier(session: AsyncSession) -> Frontier:
    """How far events are complete. It waits for those who are writing, and those who come wait for it: milliseconds."""
    await session.execute(_ALONE, {"key": LEARNING_LOCK})
    return Frontier(*(await session.execute(_NEWEST)).one())


async def ripe_until(session: AsyncSession, after: int, reached: Frontier, *, before: datetime) -> int:
    """The id up to which all impressions after `after` came before that moment."""
    values = {"after": after, "upto": reached.impression_id, "before": before}
    return int((await session.execute(_RIPE, values)).scalar_one())


async def learnable(session: AsyncSession, after: int, upto: int, *, click_upto: int, most: int) -> list[Learnable]:
    """The next impressions, oldest first; a click counts if its id is at most `click_upto`."""
    values = {"after": after, "upto": upto, "click_upto": click_upto, "most": most}
    return [Learnable(*row) for row in await session.execute(_LEARNABLE, values)]


async def late_clicks(session: AsyncSession, after: int, upto: int, *, learnt: int) -> list[LateClick]:
    """Clicks in that range of ids on impressions up to `learnt`."""
    values = {"click_after": after, "click_upto": upto, "learnt": learnt}
    return [LateClick(*row) for row in await session.execute(_LATE, values)]


async def has_only_a_history(session: AsyncSession) -> bool:
    """Whether promotions were shown and nothing was learnt of it: the state of a shop that begins with imports."""
    return bool((await session.execute(_ONLY_A_HISTORY)).scalar_one())


async def kept_version(session: AsyncSession, name: str) -> int | None:
    """The version of what is kept; None for nothing."""
    return await session.scalar(select(PromotionBelief.version).where(PromotionBelief.name == name))


async def kept_belief(session: AsyncSession, name: str, *, to_change: bool = False) -> Kept | None:
    """What is kept; `to_change` holds everybody else off until the transaction ends, and finds nothing while somebody
    else holds it."""
    query = select(
        PromotionBelief.version, PromotionBelief.impression_id, PromotionBelief.click_id, PromotionBelief.examples,
        PromotionBelief.as_of, PromotionBelief.content, PromotionBelief.sha256,
    ).where(PromotionBelief.name == name)  # fmt: skip
    row = (await session.execute(query.with_for_update(skip_locked=True) if to_change else query)).one_or_none()
    return Kept(*row) if row else None


async def begin_belief(session: AsyncSession, name: str, first: Kept) -> None:
    """Keep a first belief, unless there is one."""
    row = insert(PromotionBelief).values(name=name, **_columns(first))
    await session.execute(row.on_conflict_do_nothing())


async def keep_belief(session: AsyncSession, name: str, new: Kept) -> None:
    """Replace what is kept, which the caller holds."""
    changed = update(PromotionBelief).where(PromotionBelief.name == bindparam("kept_name"))
    await session.execute(
        changed.values(**_columns(new), updated_at=text("now()")).execution_options(synchronize_session=False),
        {"kept_name": name},
    )


def _columns(kept: Kept) -> dict[str, object]:
    return {name: getattr(kept, name) for name in kept.__dataclass_fields__}
