"""F12: the same message delivered again, at once or later, is done once and gets the same answer."""

import asyncio

import httpx
import pytest

from tests.gateway_kit import Gateway, say


async def test_fifty_posts_of_one_id_at_once_are_one_turn(gateway: Gateway) -> None:
    """One call of the assistant, one row, fifty equal answers."""
    guest = await gateway.guest()
    gateway.assistant.hold()
    posts = [asyncio.create_task(guest.send(text="hello", client_id="one")) for _ in range(50)]
    await gateway.assistant.came.acquire()
    gateway.assistant.release()
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(gateway.assistant.turns) == 1
    assert len(await guest.history()) == 1


async def test_a_message_sent_again_later_gets_the_first_answer(gateway: Gateway) -> None:
    """The first answer is kept, choices and their ids too."""
    guest = await gateway.guest()
    gateway.assistant.answer = lambda turn: [{"type": "choices", "choices": [{"title": "Yes", "payload": "/affirm"}]}]
    first = await guest.send(text="hello", client_id="one")
    again = await guest.send(text="hello", client_id="one")
    assert again.json() == first.json()
    assert len(gateway.assistant.turns) == 1


async def test_the_same_id_with_other_content_is_a_conflict(gateway: Gateway) -> None:
    """An id names one message; another under it is refused, while the first runs and afterwards."""
    guest = await gateway.guest()
    gateway.assistant.hold()
    first = asyncio.create_task(guest.send(text="hello", client_id="one"))
    await gateway.assistant.came.acquire()
    during = await guest.send(text="something else", client_id="one")
    gateway.assistant.release()
    await first
    after = await guest.send(text="something else", client_id="one")
    assert (during.status_code, after.status_code) == (409, 409)
    assert during.json()["error"]["code"] == after.json()["error"]["code"] == "conflict"
    assert len(gateway.assistant.turns) == 1


async def test_two_people_may_use_the_same_id(gateway: Gateway) -> None:
    """Ids are made by clients: they only mean something within one conversation."""
    one, other = await gateway.guest(), await gateway.guest()
    mine = await one.send(text="mine", client_id="same")
    theirs = await other.send(text="theirs", client_id="same")
    assert mine.json()["messages"] == say("You said mine")
    assert theirs.json()["messages"] == say("You said theirs")


@pytest.mark.parametrize(
    "failure",
    [httpx.Response(500, text="<html>"), httpx.Response(200, json={"messages": []}), httpx.Response(200, text="no")],
)
async def test_a_failed_turn_is_tried_again_under_the_same_id(gateway: Gateway, failure: httpx.Response) -> None:
    """An apology is no answer: the same id later gets the real one, in the same turn."""
    guest = await gateway.guest()
    usual = gateway.assistant.answer
    gateway.assistant.answer = lambda turn: failure
    sorry = (await guest.send(text="hello", client_id="one")).json()
    gateway.assistant.answer = usual
    answered = (await guest.send(text="hello", client_id="one")).json()
    assert sorry["failed"] is True
    assert answered["failed"] is False
    assert answered["messages"] == say("You said hello")
    assert answered["turn_id"] == sorry["turn_id"]
    assert [turn["messages"] for turn in await guest.history()] == [answered["messages"]]


async def test_two_gateways_answer_a_message_once(gateway: Gateway, tmp_path) -> None:
    """Two processes on one database: the second waits for the first one's answer."""
    from tests.gateway_kit import Person, running_gateway

    guest = await gateway.guest()
    async with running_gateway(tmp_path, gateway.database) as second:
        twin = Person(second.client(), guest.token)
        gateway.assistant.hold()
        here = asyncio.create_task(guest.send(text="hello", client_id="one"))
        await gateway.assistant.came.acquire()
        there = asyncio.create_task(twin.send(text="hello", client_id="one"))
        gateway.assistant.release()
        assert (await here).json() == (await there).json()
        assert len(gateway.assistant.turns) + len(second.assistant.turns) == 1


async def test_a_turn_left_behind_by_a_dead_gateway_is_taken_up_again(gateway: Gateway) -> None:
    """A row without an answer, older than any turn may last, does not block its message or those after it."""
    guest = await gateway.guest()
    first = (await guest.send(text="hello", client_id="one")).json()
    await gateway.sql(
        "UPDATE turns SET response = NULL, answered_at = NULL, created_at = now() - interval '16 s' "
        "WHERE public_id = :turn RETURNING 1",
        turn=first["turn_id"],
    )
    assert await guest.ask("next") == say("You said next")
    again = (await guest.send(text="hello", client_id="one")).json()
    assert again == first
