"""Handing over to a human: one ticket with what was said, and the assistant keeps quiet from then on."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from common.errors import NotFound
from store.tables import Conversation, Ticket, Turn
from store.tickets import close_ticket, everything_said, open_tickets
from tests.actions_kit import Shop, Talk


async def talked(shop: Shop) -> Talk:
    """A guest with two turns behind them, the second still being answered."""
    guest = shop.guest()
    conversation = await shop.conversation_row(guest)
    async with shop.database.begin() as session:
        for seq, words, answer in ((1, "how much is it?", [{"type": "text", "text": "$5"}]), (2, "a human", None)):
            session.add(Turn(
                public_id=f"t_{guest.public_id[2:20]}{seq}", conversation_id=conversation, client_id=str(seq), seq=seq,
                request={"text": words}, response=answer, request_id="r_12345678",
            ))  # fmt: skip
    return guest


async def ticket_of(shop: Shop, talk: Talk) -> tuple[Ticket, Conversation]:
    query = select(Ticket, Conversation).join(Conversation).where(Conversation.public_id == talk.public_id)
    async with shop.database.begin() as session:
        return (await session.execute(query)).one()


async def test_the_ticket_has_everything_that_was_said(shop: Shop) -> None:
    guest = await talked(shop)
    said = await guest.ask("talk_to_human", text="a human")
    ticket, conversation = await ticket_of(shop, guest)
    assert ticket.number in said.text
    assert [turn["request"]["text"] for turn in ticket.transcript] == ["how much is it?", "a human"]
    assert ticket.transcript[0]["response"] == [{"type": "text", "text": "$5"}]
    assert (ticket.reason, ticket.status) == ("a human", "open")
    assert conversation.handed_over_at is not None


async def test_what_is_said_after_the_handover_is_in_front_of_the_colleague_too(shop: Shop) -> None:
    guest = await talked(shop)
    await guest.ask("talk_to_human", text="a human")
    ticket, conversation = await ticket_of(shop, guest)
    async with shop.database.begin() as session:
        session.add(Turn(
            public_id=f"t_{guest.public_id[2:20]}3", conversation_id=conversation.id, client_id="3", seq=3,
            request={"text": "it arrived broken"}, response=[], request_id="r_12345678",
        ))  # fmt: skip
    async with shop.database.begin() as session:
        said = await everything_said(session, ticket)
    assert [turn["request"]["text"] for turn in said] == ["how much is it?", "a human", "it arrived broken"]


async def test_what_is_said_after_a_ticket_was_closed_is_not_the_colleagues(shop: Shop) -> None:
    guest = await talked(shop)
    await guest.ask("talk_to_human", text="a human")
    ticket, conversation = await ticket_of(shop, guest)
    async with shop.database.begin() as session:
        closed = await close_ticket(session, ticket.number, now=shop.now)
        session.add(Turn(
            public_id=f"t_{guest.public_id[2:20]}3", conversation_id=conversation.id, client_id="3", seq=3,
            request={"text": "something else"}, response=[], request_id="r_12345678",
            created_at=shop.now + timedelta(minutes=1),
        ))  # fmt: skip
        await session.flush()
        assert [turn["seq"] for turn in await everything_said(session, closed)] == [1, 2]


async def test_asking_ten_times_at_once_makes_one_ticket(shop: Shop) -> None:
    guest = await talked(shop)
    said = await asyncio.gather(*(guest.ask("talk_to_human", text="a human") for _ in range(10)))
    async with shop.database.begin() as session:
        query = select(func.count()).select_from(Ticket).join(Conversation)
        assert await session.scalar(query.where(Conversation.public_id == guest.public_id)) == 1
    assert len({answer.text for answer in said}) == 1


async def test_a_closed_ticket_gives_the_conversation_back(shop: Shop) -> None:
    guest = await talked(shop)
    await guest.ask("talk_to_human")
    ticket, _ = await ticket_of(shop, guest)
    async with shop.database.begin() as session:
        assert ticket.number in {waiting.number for waiting in await open_tickets(session)}
        await close_ticket(session, ticket.number, now=shop.now)
    closed, conversation = await ticket_of(shop, guest)
    assert (closed.status, closed.closed_at, conversation.handed_over_at) == ("closed", shop.now, None)
    with pytest.raises(NotFound):
        async with shop.database.begin() as session:
            await close_ticket(session, ticket.number, now=shop.now)


async def test_a_conversation_that_is_not_there_is_answered_in_words(shop: Shop) -> None:
    said = await shop.guest().ask("talk_to_human")
    assert said.names == ["utter_action_failed"]
    assert "r_test_request" in said.text
