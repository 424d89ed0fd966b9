"""F13: many messages of one person at once run in order, all answered, or refused with when to come back."""

import asyncio

from tests.gateway_kit import Gateway


async def test_twenty_messages_at_once_are_answered_in_order_or_refused(gateway: Gateway) -> None:
    """Never two at a time, numbered as they ran, and 429 with Retry-After for those that find the line full."""
    guest = await gateway.guest()
    running = most = 0
    usual = gateway.assistant.handle_async_request

    async def counted(request):
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await usual(request)
        finally:
            running -= 1

    gateway.assistant.handle_async_request = counted
    gateway.assistant.hold()
    posts = [asyncio.create_task(guest.send(text=f"message {number}")) for number in range(20)]
    await gateway.assistant.came.acquire()
    while sum(post.done() for post in posts) < 12:
        await asyncio.wait([post for post in posts if not post.done()], return_when=asyncio.FIRST_COMPLETED)
    gateway.assistant.release()
    answers = await asyncio.gather(*posts)
    answered = [answer.json() for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(answered) == 8
    assert {answer.status_code for answer in refused} == {429}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert most == 1
    told = [turn["text"] for turn in gateway.assistant.turns]
    assert told == [turn["request"]["text"] for turn in await guest.history()]


async def test_one_person_who_waits_does_not_hold_up_another(gateway: Gateway) -> None:
    """Lines are per person."""
    slow, quick = await gateway.guest(), await gateway.guest()
    gateway.assistant.hold()
    waiting = asyncio.create_task(slow.send(text="slow"))
    await gateway.assistant.came.acquire()
    also = asyncio.create_task(quick.send(text="quick"))
    await asyncio.wait_for(gateway.assistant.came.acquire(), 5)
    gateway.assistant.release()
    assert {(await waiting).status_code, (await also).status_code} == {200}


async def test_messages_after_each_other_are_numbered(gateway: Gateway) -> None:
    """The numbers are 1, 2, 3: what a resuming client asks after."""
    guest = await gateway.guest()
    for words in ("one", "two", "three"):
        await guest.ask(words)
    history = await guest.history()
    assert [turn["seq"] for turn in history] == [1, 2, 3]
    later = await guest.http.get("/api/chat/history", params={"after": 2})
    assert [turn["request"]["text"] for turn in later.json()["turns"]] == ["three"]
