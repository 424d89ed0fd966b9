"""A turn, through Rasa itself with a small model: understood, kept in order, answered in words or refused in words."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.agent import ShopclerkAgent, load_agent
from assistant.channel.caller import Caller
from assistant.channel.errors import InvalidRequest, Unavailable
from assistant.channel.request import TurnRequest
from assistant.channel.text import clean
from assistant.channel.turns import Answer, Turns
from assistant.settings import Settings
from assistant.tests.conftest import FakeActions, says


@pytest_asyncio.fixture
async def agent(small_model: Path, settings: Settings) -> AsyncIterator[ShopclerkAgent]:
    agent = load_agent(small_model, settings)
    yield agent
    await agent.action_endpoint.close()
    agent.tracker_store.close()


@pytest.fixture
def turns(agent: ShopclerkAgent) -> Turns:
    return Turns(agent)


async def ask(turns: Turns, conversation: str, text: "str | None" = None, **fields: Any) -> Answer:
    metadata = {"token": "secret-token", "request_id": "r_1", "turn_id": "t_1"}
    return await turns.answer(Caller("g_1", "guest", conversation), TurnRequest(text, **fields), metadata)


def words(answer: Answer) -> "list[str]":
    return [part["text"] for part in answer.messages]


async def test_words_are_understood_and_answered(turns: Turns, conversation: str) -> None:
    answer = await ask(turns, conversation, "hello there")
    assert (words(answer), answer.intent) == (["Hello!"], "greet")


async def test_the_action_is_told_who_asks_and_nothing_needless(
    turns: Turns, actions: FakeActions, conversation: str
) -> None:
    await ask(turns, conversation, "how much is it", page_product_id="p_7")
    call = actions.calls[0]
    assert call["sender_id"] == conversation
    assert call["tracker"]["latest_message"]["metadata"]["token"] == "secret-token"
    assert len(json.dumps(call["domain"])) < 100


async def test_a_choice_is_taken_as_it_is(turns: Turns, actions: FakeActions, conversation: str) -> None:
    answer = await ask(turns, conversation, payload='/ask_price{"product": "p_9"}')
    assert (answer.intent, answer.confidence) == ("ask_price", 1.0)
    assert actions.calls[0]["tracker"]["latest_message"]["entities"][0]["value"] == "p_9"


async def test_an_image_alone_is_an_intent_of_its_own(turns: Turns, conversation: str) -> None:
    assert (await ask(turns, conversation, image_id="u_1")).intent == "send_image"


async def test_words_about_an_image_ask_for_what_looks_like_it(
    turns: Turns, actions: FakeActions, conversation: str
) -> None:
    answer = await ask(turns, conversation, "how much is something like this", image_id="u_1")
    assert (words(answer), answer.intent, answer.confidence) == (["action_find_similar"], "find_similar", 1.0)
    assert actions.calls[0]["tracker"]["latest_message"]["text"] == "how much is something like this"


async def test_an_image_that_is_only_evidence_leaves_the_words_their_intent(turns: Turns, conversation: str) -> None:
    answer = await ask(turns, conversation, "it arrived torn, can i return it", image_id="u_1")
    assert (words(answer), answer.intent) == (["action_return_order"], "return_order")


async def test_words_with_an_image_are_one_question(turns: Turns, conversation: str) -> None:
    answer = await ask(turns, conversation, "what is the price and is it in stock?", image_id="u_1")
    assert words(answer) == ["action_find_similar"]


async def test_two_questions_are_answered_in_order(turns: Turns, conversation: str) -> None:
    answer = await ask(turns, conversation, "what is the price and is it in stock?")
    assert words(answer) == ["action_price", "action_stock"]
    assert answer.intent == "ask_price"


async def test_a_failed_action_is_told_in_words_and_the_next_turn_works(
    turns: Turns, actions: FakeActions, conversation: str
) -> None:
    actions.answer = lambda call: web.Response(status=500)
    assert words(await ask(turns, conversation, "how much"))[0].startswith("That failed")
    actions.answer = lambda call: says("42")
    assert words(await ask(turns, conversation, "how much")) == ["42"]


@pytest.mark.parametrize("responses", [[], [{"response": "utter_unknown"}], [{"text": ""}]])
async def test_silence_is_an_error_in_words(
    responses: "list[Any]", turns: Turns, actions: FakeActions, conversation: str
) -> None:
    actions.answer = lambda call: web.json_response({"events": [], "responses": responses})
    with pytest.raises(Unavailable):
        await ask(turns, conversation, "how much")


async def test_a_turn_ends_at_its_deadline(agent: ShopclerkAgent, actions: FakeActions, conversation: str) -> None:
    async def never() -> web.Response:
        await asyncio.Event().wait()
        return says("late")

    actions.answer = lambda call: never()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(ask(Turns(agent, seconds=0.3), conversation, "how much"), 5)
    actions.answer = lambda call: says("42")
    assert words(await ask(Turns(agent), conversation, "how much")) == ["42"]


async def test_messages_of_one_conversation_are_answered_in_order_and_lose_nothing(
    turns: Turns, actions: FakeActions, conversation: str
) -> None:
    """Each action adds one to the context: twenty messages at once must count to twenty."""

    def count(call: "dict[str, Any]") -> web.Response:
        number = (call["tracker"]["slots"]["context"] or 0) + 1
        return says(str(number), [{"event": "slot", "name": "context", "value": number}])

    actions.answer = count
    answers = await asyncio.gather(*(ask(turns, conversation, "how much") for _ in range(20)))
    assert [words(answer) for answer in answers] == [[str(number)] for number in range(1, 21)]


async def test_a_stalled_conversation_does_not_hold_up_others(turns: Turns, actions: FakeActions) -> None:
    release = asyncio.Event()

    async def stall() -> web.Response:
        await release.wait()
        return says("late")

    actions.answer = lambda call: stall() if call["sender_id"] == "c_stalled" else says("42")
    stalled = asyncio.ensure_future(ask(turns, "c_stalled", "how much"))
    others = await asyncio.gather(*(ask(turns, f"c_other{number}", "how much") for number in range(20)))
    assert not stalled.done()
    assert all(words(answer) == ["42"] for answer in others)
    release.set()
    assert words(await stalled) == ["late"]


async def test_what_goes_to_the_actions_stays_small(turns: Turns, actions: FakeActions, conversation: str) -> None:
    sizes = []
    for _ in range(40):
        await ask(turns, conversation, "how much")
        sizes.append(len(json.dumps(actions.calls[-1])))
    assert sizes[-1] <= 1.1 * sizes[4]


async def test_an_erased_conversation_begins_anew(turns: Turns, actions: FakeActions, conversation: str) -> None:
    actions.answer = lambda call: says("42", [{"event": "slot", "name": "context", "value": {"kept": 1}}])
    await ask(turns, conversation, "how much")
    assert await turns.erase(Caller("g_1", "guest", conversation)) > 0
    await ask(turns, conversation, "how much")
    assert actions.calls[-1]["tracker"]["slots"]["context"] is None


@given(st.text(min_size=1, max_size=40).map(lambda text: "/greet" + text) | st.just("/ask_price@1.0{}"))
@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_typed_commands_never_come_back_as_commands(agent: ShopclerkAgent, text: str) -> None:
    """Rasa's reader of commands leaves its mark: the intent it read as the whole ranking, with confidence 1."""
    from rasa.core.channels.channel import UserMessage

    try:
        cleaned = clean(text)
    except InvalidRequest:
        return
    assert agent.processor is not None
    parse = await agent.processor.parse_message(UserMessage(cleaned))
    assert parse["text"] == cleaned.strip()
    assert not parse.get("intent_ranking")
