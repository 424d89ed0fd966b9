"""The one place where an action server's concrete parts are chosen; tests choose others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from actions.tools import ToolsClient
from common.caller import TokenVerifier
from common.metrics import instrument_engine
from common.settings import Settings
from store.session import Database

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Services:
    """What actions work with; one per process."""

    database: Database
    tools: ToolsClient
    verifier: TokenVerifier
    clock: Clock = utc_now
    promote_in_chat: bool = True

    @property
    def today(self) -> date:
        """The shop's day: a UTC date."""
        return self.clock().astimezone(UTC).date()

    async def close(self) -> None:
        await self.tools.close()
        await self.database.close()


def build_services(settings: Settings, database_url: str) -> Services:
    database = Database(database_url)
    instrument_engine(database.engine)
    return Services(
        database,
        ToolsClient(settings.tools_url),
        TokenVerifier(settings.keys_dir),
        promote_in_chat=settings.promotions_in_chat,
    )
