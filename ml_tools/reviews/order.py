"""In which order reviews are read: the newest first, and what comes in meanwhile before all that is left."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from store.review_readings import ToRead, newest_review, outdated_reviews, unread_reviews


@dataclass
class _Wave:
    """Reviews that came between two looks at the shop: ids above `after`, up to `until`, read up to `before`."""

    after: int
    until: int
    before: tuple[datetime, int] | None = None


@dataclass
class NewestFirst:
    """Hands out each review once. What is changed while it is read is passed over: the next job finds it.

    Questions are mostly about these days, so that a shop whose reviews are still being read answers them first.
    """

    version: str
    _waves: list[_Wave] = field(default_factory=list)
    _seen: int = 0  # the highest id
    _outdated_before: tuple[date, int] | None = None

    async def next(self, session: AsyncSession, *, most: int) -> list[ToRead]:
        """The next reviews: those that nobody has read, then those that another version read. Empty at the end."""
        await self._look(session)
        while self._waves:
            wave = self._waves[-1]
            batch = await unread_reviews(session, wave.after, wave.until, before=wave.before, most=most)
            if batch:
                wave.before = batch[-1].written_at, batch[-1].review_id
                return batch
            self._waves.pop()
        return await self._outdated(session, most)

    async def _look(self, session: AsyncSession) -> None:
        newest = await newest_review(session)
        if newest > self._seen:
            self._waves.append(_Wave(self._seen, newest))
            self._seen = newest

    async def _outdated(self, session: AsyncSession, most: int) -> list[ToRead]:
        batch = await outdated_reviews(session, self.version, before=self._outdated_before, most=most)
        if batch:
            self._outdated_before = batch[-1].written_on, batch[-1].review_id
        return batch
