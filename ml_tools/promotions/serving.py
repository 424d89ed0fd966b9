"""What requests are answered from: the newest belief and its draws, taken up beside the requests in one step."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from ml_tools.errors import BrokenArtefact
from ml_tools.promotions.chosen import NAME as MODEL_NAME
from ml_tools.promotions.chosen import Chosen, read_chosen
from ml_tools.promotions.online import MODEL, NAME, Learnt, first, read
from ml_tools.promotions.policy import Draws
from ml_tools.promotions.signals import Bases
from ml_tools.registry import ModelName
from store.promotion_learning import Kept, kept_belief, kept_version
from store.promotions import bases, known_promotions
from store.session import Database

log = structlog.get_logger()

LOOKED_SECONDS = 2.0
BASES_SECONDS = 600.0


@dataclass(frozen=True)
class Served:
    """One version of the model. Nothing may have been learnt yet: then it is the prior, which serves all the same."""

    learnt: Learnt
    draws: Draws
    bases: Bases
    chosen: Chosen = field(default_factory=Chosen)
    chosen_version: int = 0

    @property
    def model(self) -> ModelName:
        beneath = "" if self.chosen.model is None else f"+{self.chosen.name}"
        return ModelName(name=MODEL + beneath, version=str(self.learnt.version))

    @property
    def as_of(self) -> date | None:
        return self.learnt.as_of.date() if self.learnt.as_of else None


class Serving:
    """Holds one model; requests go on with the old one while a newer one is read."""

    def __init__(self, database: Database, *, looked_seconds: float = LOOKED_SECONDS) -> None:
        self._database, self._looked_seconds = database, looked_seconds
        self._current: Served | None = None
        self._looked = self._counted = -BASES_SECONDS
        self._looking: asyncio.Task[Served] | None = None

    async def current(self) -> Served:
        """The model in force; the first request waits until it is read."""
        if self._current is None:
            return await self._read_once()
        if self._looking is None and time.monotonic() - self._looked > self._looked_seconds:
            self._looking = asyncio.create_task(self._look())
        return self._current

    @property
    def known(self) -> Served | None:
        return self._current

    async def refresh(self) -> Served:
        """Take up what is kept now."""
        self._looked = time.monotonic()
        async with self._database.read() as session:
            version, chosen_version = await kept_version(session, NAME), await kept_version(session, MODEL_NAME) or 0
            mix = await self._bases(session)
            if self._current and self._current.learnt.version == (version or 0) and mix is self._current.bases:
                return self._current
            kept = await kept_belief(session, NAME) or first()
            beneath = await self._newer(session, chosen_version)
            running = await known_promotions(session, today=datetime.now(UTC).date())
        known = (self._current.chosen, self._current.chosen_version) if self._current else (Chosen(), 0)
        self._current = await asyncio.to_thread(_served, kept, mix, running, beneath, known)
        return self._current

    async def _newer(self, session: AsyncSession, version: int) -> Kept | None:
        """The click model beneath; None for the one that is held already."""
        if version == (self._current.chosen_version if self._current else 0):
            return None
        return await kept_belief(session, MODEL_NAME)

    async def _bases(self, session: AsyncSession) -> Bases:
        if self._current and time.monotonic() - self._counted < BASES_SECONDS:
            return self._current.bases
        self._counted = time.monotonic()
        return Bases.of(await bases(session))

    async def _read_once(self) -> Served:
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> Served:
        try:
            return await self.refresh()
        except (BrokenArtefact, SQLAlchemyError) as error:
            if self._current is None:
                raise
            log.error("promotions_kept", reason=type(error).__name__)
            return self._current
        finally:
            self._looking = None


def _served(kept: Kept, mix: Bases, running: Sequence[int], beneath: Kept | None, known: tuple[Chosen, int]) -> Served:
    learnt = read(kept)
    chosen, version = known if beneath is None else (read_chosen(beneath), beneath.version)
    return Served(learnt, Draws(learnt.belief.knowing(running), seed=learnt.version), mix, chosen, version)
