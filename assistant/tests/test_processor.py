"""The quicker processor gives what Rasa's own gives."""

from pathlib import Path

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.processor import Processor, in_order

TEXTS = ["hello", "how much is it", "is it available?", "nothing known"]


def made(kind: "type[MessageProcessor]", model: Path) -> MessageProcessor:
    domain = Domain.empty()
    return kind(model, InMemoryTrackerStore(domain), InMemoryLockStore(), NaturalLanguageGenerator.create(None, domain))


@pytest.fixture(scope="module")
def both(small_model: Path) -> "tuple[MessageProcessor, MessageProcessor]":
    return made(MessageProcessor, small_model), made(Processor, small_model)


@pytest.mark.parametrize("text", TEXTS)
async def test_understands_the_same(text: str, both: "tuple[MessageProcessor, MessageProcessor]") -> None:
    rasas, ours = [await processor.parse_message(UserMessage(text)) for processor in both]
    assert ours == rasas


@pytest.mark.parametrize("intent", ["greet", "ask_price", "ask_stock", "send_image"])
def test_decides_the_same_until_it_listens(intent: str, both: "tuple[MessageProcessor, MessageProcessor]") -> None:
    chosen = []
    for processor in both:
        said: list[Event] = [ActionExecuted("action_listen"), UserUttered("x", {"name": intent, "confidence": 1.0})]
        tracker = DialogueStateTracker.from_events("c_1", said, processor.domain.slots)
        names = []
        for _ in range(2):
            action, _prediction = processor.predict_next_with_tracker_if_should(tracker)
            names.append(action.name())
            tracker.update(ActionExecuted(action.name()), processor.domain)
        chosen.append(names)
    assert chosen[0] == chosen[1]
    assert chosen[1][-1] == "action_listen"


def test_each_node_runs_after_what_it_needs() -> None:
    needs = {"d": ["b", "c"], "b": ["a"], "c": ["a", "message"], "a": ["message"]}
    ordered = in_order(needs)
    assert sorted(ordered) == ["a", "b", "c", "d"]
    assert all(ordered.index(need) < ordered.index(name) for name in needs for need in needs[name] if need in needs)
