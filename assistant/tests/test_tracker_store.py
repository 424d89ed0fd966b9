"""Conversations are kept whole, read in part, never silently begun anew, and forgotten when asked."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import DBAPIError

from assistant.tests.conftest import SMALL, Postgres
from assistant.tracker_store import RECENT_TURNS, PostgresTrackerStore

DOMAIN = Domain.load(SMALL / "domain.yml")


@pytest.fixture
def store(postgres: Postgres) -> Iterator[PostgresTrackerStore]:
    store = PostgresTrackerStore(postgres.url, DOMAIN)
    yield store
    store.close()


def turn(number: int, token: str = "") -> "list[Event]":
    metadata = {"turn_id": f"t_{number}", **({"token": token} if token else {})}
    return [
        UserUttered(f"question {number}", {"name": "ask_price", "confidence": 1.0}, metadata=metadata),
        ActionExecuted("action_price"),
        BotUttered(f"answer {number}"),
        SlotSet("context", {"turn": number}),
        ActionExecuted("action_listen"),
    ]


async def say(store: PostgresTrackerStore, conversation: str, events: "list[Event]") -> None:
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    if not tracker.events:
        tracker.update_with_events([SessionStarted(), ActionExecuted("action_listen")], DOMAIN)
    tracker.update_with_events(events, DOMAIN)
    await store.save(tracker)


def rows(postgres: Postgres, statement: str, *values: Any) -> "list[Any]":
    with psycopg2.connect(postgres.url) as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


async def test_an_unknown_conversation_is_none(store: PostgresTrackerStore, conversation: str) -> None:
    assert await store.retrieve(conversation) is None


async def test_the_slot_survives_from_the_first_turn_on(store: PostgresTrackerStore, conversation: str) -> None:
    for number in range(1, 8):
        await say(store, conversation, turn(number))
        tracker = await store.retrieve(conversation)
        assert tracker is not None
        assert tracker.get_slot("context") == {"turn": number}
        assert tracker.copy().get_slot("context") == {"turn": number}  # actions get a copy, made by replaying
        assert tracker.latest_message.text == f"question {number}"
        assert tracker.latest_action_name == "action_listen"


async def test_every_event_is_written_once_and_few_are_read(
    store: PostgresTrackerStore, postgres: Postgres, conversation: str
) -> None:
    lengths = []
    for number in range(30):
        await say(store, conversation, turn(number))
        tracker = await store.retrieve(conversation)
        assert tracker is not None
        lengths.append(len(tracker.events))
    assert lengths[4] == lengths[-1] <= 5 * RECENT_TURNS + 1
    kinds = rows(postgres, "SELECT kind FROM tracker_events WHERE sender_id = %s ORDER BY id", conversation)
    one_turn = ["user", "action", "bot", "slot", "action"]
    assert [kind for (kind,) in kinds] == ["session_started", "action", *one_turn * 30]


async def test_the_callers_token_is_not_written_down(
    store: PostgresTrackerStore, postgres: Postgres, conversation: str
) -> None:
    events = [SlotSet("session_started_metadata", {"token": "planted"}), *turn(1, token="planted")]
    await say(store, conversation, events)
    kept = rows(postgres, "SELECT data FROM tracker_events WHERE sender_id = %s", conversation)
    kept += rows(postgres, "SELECT slots FROM tracker_snapshots WHERE sender_id = %s", conversation)
    assert "planted" not in json.dumps(kept)
    assert "t_1" in json.dumps(kept)


async def test_erasing_forgets_this_conversation_and_no_other(store: PostgresTrackerStore, conversation: str) -> None:
    other = conversation + "x"
    for name in (conversation, other):
        await say(store, name, turn(1))
    assert await store.erase(conversation) > 0
    assert await store.retrieve(conversation) is None
    assert await store.retrieve(other) is not None
    assert await store.erase(conversation) == 0


async def test_a_restarted_database_is_found_again(
    store: PostgresTrackerStore, postgres: Postgres, conversation: str
) -> None:
    """Every connection is cut, as a restart does; the next turn must not notice."""
    await say(store, conversation, turn(1))
    rows(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
         " AND datname = current_database()")  # fmt: skip
    tracker = await store.retrieve(conversation)
    assert tracker is not None
    assert tracker.get_slot("context") == {"turn": 1}


async def test_an_absent_database_fails_loudly(conversation: str, unused_tcp_port: int) -> None:
    """No fresh conversation, no memory: reading and writing raise."""
    store = PostgresTrackerStore(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none", DOMAIN)
    with pytest.raises(DBAPIError):
        await store.get_or_create_tracker(conversation)
    tracker = store.init_tracker(conversation)
    tracker.update_with_events(turn(1), DOMAIN)
    with pytest.raises(DBAPIError):
        await store.save(tracker)
    store.close()


async def test_a_tracker_of_another_store_is_refused(store: PostgresTrackerStore, conversation: str) -> None:
    with pytest.raises(TypeError):
        await store.save(DialogueStateTracker(conversation, DOMAIN.slots))
