"""Keeps conversations in Postgres: each event is appended once, and a turn reads the newest turns and the slots only.

So the two-hundredth turn costs what the fifth does, and what goes to the action server stays small. When the database
is away, reading and writing fail; a conversation is never quietly begun anew. Nothing is cached between turns: erasing
the rows erases the conversation.
"""

import asyncio
import json
import select
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DisconnectionError

from assistant.observability.metrics import sql_seconds, timed

RECENT_TURNS = 1
STATEMENT_TIMEOUT_MS = 5000
CONNECTIONS = 4

# The slots as of the newest event stand in the snapshot, so that slot events need not be read.
READ = text("""
    SELECT s.slots, e.data
    FROM tracker_snapshots s
    LEFT JOIN tracker_events e ON e.sender_id = s.sender_id AND e.kind <> 'slot' AND e.id >= coalesce(
        (SELECT u.id FROM tracker_events u WHERE u.sender_id = :sender_id AND u.kind = 'user'
         ORDER BY u.id DESC OFFSET :skipped LIMIT 1), 0)
    WHERE s.sender_id = :sender_id
    ORDER BY e.id""")

WRITE = text("""
    WITH written AS (
        INSERT INTO tracker_events (sender_id, at, kind, data)
        SELECT :sender_id, (event ->> 'timestamp')::double precision, event ->> 'event', event
        FROM jsonb_array_elements(CAST(:events AS jsonb)) WITH ORDINALITY AS listed(event, place)
        ORDER BY place
        RETURNING id)
    INSERT INTO tracker_snapshots (sender_id, slots, event_id, updated_at)
    SELECT :sender_id, CAST(:slots AS jsonb), max(id), now() FROM written
    ON CONFLICT (sender_id) DO UPDATE
    SET slots = excluded.slots, event_id = excluded.event_id, updated_at = excluded.updated_at""")

ERASE = text("""
    WITH snapshot AS (DELETE FROM tracker_snapshots WHERE sender_id = :sender_id)
    DELETE FROM tracker_events WHERE sender_id = :sender_id""")

Result = TypeVar("Result")


class StoredTracker(DialogueStateTracker):
    """A tracker that knows how many of its events the database has already."""

    stored_events: int = 0

    def unsaved(self) -> list[Event]:
        return list(self.events)[self.stored_events :]


class PostgresTrackerStore(TrackerStore):
    """Rasa's tracker store on `tracker_events` and `tracker_snapshots`; Alembic owns both tables."""

    def __init__(self, database_url: str, domain: Domain | None = None) -> None:
        super().__init__(domain)
        self._engine = create_engine(
            make_url(database_url).set(drivername="postgresql+psycopg2"),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=3,
            connect_args={"connect_timeout": 3, "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"},
        )
        event.listen(self._engine, "checkout", _refuse_closed)
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="tracker-store")

    async def retrieve(self, sender_id: str) -> StoredTracker | None:
        """The conversation's newest turns with its slots; None when there is none; raises when it cannot be read."""
        rows = await self._in_thread(
            lambda connection: connection.execute(READ, {"sender_id": sender_id, "skipped": RECENT_TURNS - 1}).all()
        )
        return self._tracker(sender_id, rows) if rows else None

    def _tracker(self, sender_id: str, rows: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> StoredTracker:
        tracker = self.init_tracker(sender_id)
        tracker.update_with_events(deserialise_events([data for _, data in rows if data]), self.domain)
        # Last, because the start of a session among the events empties the slots.
        tracker.update_with_events(_slots_as_events(rows[0][0], tracker), self.domain)
        tracker.stored_events = len(tracker.events)
        return tracker

    def init_tracker(self, sender_id: str) -> StoredTracker:
        return StoredTracker(sender_id, self.domain.slots)

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> StoredTracker:
        """A new conversation, written with its first turn and not before."""
        return self.init_tracker(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what the turn added; raises TypeError for a tracker that this store did not make."""
        if not isinstance(tracker, StoredTracker):
            raise TypeError("Only trackers that this store made can be saved: others do not know what is new.")
        unsaved = tracker.unsaved()
        if not unsaved:
            return
        row = {
            "sender_id": tracker.sender_id,
            "events": json.dumps([_without_secrets(event) for event in unsaved if not _is_session_metadata(event)]),
            "slots": json.dumps(_slots(tracker)),
        }
        await self._in_thread(lambda connection: connection.execute(WRITE, row))
        tracker.stored_events = len(tracker.events)

    async def erase(self, sender_id: str) -> int:
        """Forget a conversation; returns how many events there were."""
        result = await self._in_thread(lambda connection: connection.execute(ERASE, {"sender_id": sender_id}))
        return int(result.rowcount)

    async def ping(self) -> None:
        """Raises when the database cannot be used."""
        await self._in_thread(lambda connection: connection.execute(text("SELECT 1 FROM tracker_snapshots LIMIT 1")))

    async def keys(self) -> Iterable[str]:
        """Every conversation's id."""
        found = await self._in_thread(
            lambda connection: connection.execute(text("SELECT sender_id FROM tracker_snapshots")).scalars().all()
        )
        return list(found)

    async def _in_thread(self, work: Callable[[Connection], Result]) -> Result:
        def transaction() -> Result:
            with timed(sql_seconds), self._engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, transaction)

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()


def _refuse_closed(connection: Any, *_: object) -> None:
    """After a restart of the database the first turn takes a fresh connection: a closed one has something to read."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError("The server has closed this connection.")


def _slots_as_events(slots: Mapping[str, Any], tracker: DialogueStateTracker) -> list[Event]:
    """As events, because Rasa copies trackers by replaying them; a slot that the domain has dropped is left out."""
    return [SlotSet(name, value) for name, value in slots.items() if name in tracker.slots]


def _slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    values = tracker.current_slot_values().items()
    return {name: value for name, value in values if value is not None and name != SESSION_START_METADATA_SLOT}


def _is_session_metadata(event: Event) -> bool:
    return isinstance(event, SlotSet) and event.key == SESSION_START_METADATA_SLOT


def _without_secrets(event: Event) -> dict[str, Any]:
    """The event as it is kept: the caller's token proves one turn only, and is not written down."""
    data: dict[str, Any] = event.as_dict()
    metadata = data.get("metadata")
    if isinstance(metadata, dict) and "token" in metadata:
        data["metadata"] = {name: value for name, value in metadata.items() if name != "token"}
    parse_data = data.get("parse_data")
    if isinstance(parse_data, dict) and "metadata" in parse_data:
        data["parse_data"] = {name: value for name, value in parse_data.items() if name != "metadata"}
    return data
