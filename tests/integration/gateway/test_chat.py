"""The chat over HTTP: what goes to the assistant, what comes back, who speaks when a human has taken over."""

import httpx
import pytest

from common.caller import Role
from tests.gateway_kit import Gateway, say
from web.chat.words import words

CARD = {"id": "p_1", "name": "Phone", "price": 299.5, "currency": "USD", "image": "/media/a.png", "url": "/p/p_1"}
PARTS = [
    {"type": "text", "text": "Here:"},
    {"type": "products", "products": [CARD | {"why": "cheap"}]},
    {"type": "image", "url": "/api/forecasts/f_1/chart.png", "alt": "A chart"},
    {"type": "table", "columns": ["a", "b"], "rows": [["x", 1], [None, 2.5]]},
    {"type": "file", "url": "https://shop.test/a.csv", "name": "a.csv"},
]


async def test_every_kind_of_part_comes_through(gateway: Gateway) -> None:
    """Unchanged, in order, and the same again in the history."""
    guest = await gateway.guest()
    gateway.assistant.answer = lambda turn: PARTS
    assert await guest.ask("show me") == PARTS
    assert (await guest.history())[0]["messages"] == PARTS


async def test_the_turn_goes_to_the_assistant_as_agreed(gateway: Gateway) -> None:
    """The fields of the contract, all of them, every time."""
    guest = await gateway.guest()
    response = await guest.send(text="hello", page_product_id="p_0123456789abcdef01234567")
    assert gateway.assistant.turns == [
        {
            "text": "hello",
            "payload": None,
            "image_id": None,
            "page_product_id": "p_0123456789abcdef01234567",
            "turn_id": response.json()["turn_id"],
        }
    ]


async def test_what_the_assistant_cannot_read_is_told_so_once_and_for_all(gateway: Gateway) -> None:
    """A message of slashes alone is no failure to try again: it is answered in words, which stay the answer."""
    guest = await gateway.guest()
    problem = {
        "code": "invalid_request",
        "message": "The message holds no words.",
        "request_id": "r",
        "retryable": False,
    }
    gateway.assistant.answer = lambda turn: httpx.Response(422, json={"error": problem})
    response = await guest.send(text="///", client_id="m_slashes")
    request_id = response.headers["X-Request-ID"]
    assert response.json()["messages"] == say(words("refused", request_id=request_id))
    assert response.json()["failed"] is False
    assert (await guest.send(text="///", client_id="m_slashes")).json()["messages"] == response.json()["messages"]
    assert len(gateway.assistant.turns) == 1


@pytest.mark.parametrize("page", ["cu_0123456789abcdef01234567", "p_a-b", "p_"])
async def test_a_page_of_no_product_is_refused_before_the_assistant(gateway: Gateway, page: str) -> None:
    """What the assistant takes for a product's id and what the gateway lets through are the same."""
    guest = await gateway.guest()
    assert (await guest.send(text="hello", page_product_id=page)).status_code == 400
    assert gateway.assistant.turns == []


BAD_LINKS = [
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.test/x",
    "http://evil.test/",
    "/\\evil.test",
    "java\nscript:",
]


@pytest.mark.parametrize("link", BAD_LINKS)
async def test_links_elsewhere_are_left_out(gateway: Gateway, link: str) -> None:
    """S8: only https and this shop's own pages; the rest of the answer stays."""
    guest = await gateway.guest()
    gateway.assistant.answer = lambda turn: [
        *say("See:"),
        {"type": "products", "products": [CARD | {"url": link}]},
        {"type": "image", "url": link, "alt": "x"},
        {"type": "file", "url": link, "name": "x"},
        {"type": "unheard of", "url": link},
    ]
    assert await guest.ask("show me") == say("See:")


async def test_markup_stays_what_it_is(gateway: Gateway) -> None:
    """The gateway neither interprets nor removes it: JSON in, JSON out; the page shows it as text."""
    guest = await gateway.guest()
    gateway.assistant.answer = lambda turn: say("<img src=x onerror=alert(1)>")
    response = await guest.send(text="hi")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.json()["messages"] == say("<img src=x onerror=alert(1)>")


async def test_what_staff_ask_is_in_the_audit(gateway: Gateway) -> None:
    """Who, which intent, which turn; a guest's questions are not."""
    marketer, guest = await gateway.person(Role.MARKETER), await gateway.guest()
    response = await marketer.send(text="forecast the note20")
    await guest.ask("price?")
    subjects = [gateway.caller(0).subject, gateway.caller(1).subject]
    rows = await gateway.sql("SELECT * FROM audit WHERE actor = ANY (:who) AND action LIKE 'chat:%'", who=subjects)
    assert [(row.actor, row.role, row.action, row.outcome) for row in rows] == [
        (subjects[0], "marketer", "chat:ask_price", "allowed")
    ]
    assert rows[0].detail == {"turn": response.json()["turn_id"]}
    assert rows[0].request_id == response.headers["X-Request-ID"]


async def test_how_sure_the_assistant_was_is_kept(gateway: Gateway) -> None:
    """What was asked, what was answered, how sure, how long."""
    guest = await gateway.guest()
    turn_id = (await guest.send(text="hello")).json()["turn_id"]
    (row,) = await gateway.sql("SELECT * FROM turns WHERE public_id = :id", id=turn_id)
    assert (row.intent, row.request, row.response) == ("ask_price", {"text": "hello"}, say("You said hello"))
    assert row.confidence == pytest.approx(0.9)
    assert 0 < row.seconds < 12


async def hand_over(gateway: Gateway) -> None:
    await gateway.sql(
        "UPDATE conversations SET handed_over_at = now() WHERE public_id = :id RETURNING 1",
        id=gateway.caller().conversation_id,
    )


async def test_the_bot_keeps_quiet_while_a_human_has_the_conversation(gateway: Gateway) -> None:
    """It only says so, with the choice to have the bot back; the message is kept for the human."""
    guest = await gateway.guest()
    await guest.ask("I want a human")
    await hand_over(gateway)
    text, choices = await guest.ask("are you there?")
    assert text["text"] == words("handed_over")
    assert len(gateway.assistant.turns) == 1
    assert (await guest.history())[-1]["request"] == {"text": "are you there?"}
    back = await guest.send(choice=choices["choices"][0]["id"])
    assert back.json()["messages"] == say(words("back_to_bot"))
    assert await guest.ask("and now?") == say("You said and now?")


async def test_payloads_never_leave_the_server(gateway: Gateway) -> None:
    """A choice goes out as its title and its id."""
    guest = await gateway.guest()
    gateway.assistant.answer = lambda turn: [{"type": "choices", "choices": [{"title": "x", "payload": "/greet"}]}]
    (part,) = await guest.ask("hello")
    assert set(part["choices"][0]) == {"title", "id"}


class Tools(httpx.AsyncBaseTransport):
    """The tools' forecast files."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.response = httpx.Response(200, content=b"day,mean\n", headers={"Content-Type": "text/html"})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        if self.response.status_code == 599:
            raise httpx.ConnectError("away")
        return self.response


@pytest.fixture
async def tools_gateway(tmp_path, database):
    from tests.gateway_kit import running_gateway

    tools = Tools()
    async with running_gateway(tmp_path, database, tools=tools) as gateway:
        yield gateway, tools


FORECAST = "f_" + "a" * 24


async def test_marketers_get_their_forecasts_files(tools_gateway) -> None:
    """Under types that we set, whatever the tools say."""
    gateway, tools = tools_gateway
    marketer = await gateway.person(Role.MARKETER)
    numbers = await marketer.http.get(f"/api/forecasts/{FORECAST}/forecast.csv")
    assert (numbers.status_code, numbers.content) == (200, b"day,mean\n")
    assert numbers.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in numbers.headers["Content-Disposition"]
    chart = await marketer.http.get(f"/api/forecasts/{FORECAST}/chart.png")
    assert chart.headers["Content-Type"] == "image/png"
    assert tools.paths == [f"/forecasts/{FORECAST}/forecast.csv", f"/forecasts/{FORECAST}/chart.png"]


@pytest.mark.parametrize(("status", "expected", "code"), [(404, 404, "not_found"), (500, 503, "model_unavailable"),
                                                          (599, 503, "model_unavailable")])  # fmt: skip
async def test_files_that_cannot_be_had_say_so(tools_gateway, status: int, expected: int, code: str) -> None:
    """Missing and unavailable are told apart; neither is a trace."""
    gateway, tools = tools_gateway
    tools.response = httpx.Response(status, text="<html>trace")
    marketer = await gateway.person(Role.MARKETER)
    response = await marketer.http.get(f"/api/forecasts/{FORECAST}/chart.png")
    assert (response.status_code, response.json()["error"]["code"]) == (expected, code)


@pytest.mark.parametrize("path", ["f_1/chart.png", "..%2Fmodels/chart.png", f"{FORECAST}/secret.txt", f"{FORECAST}/"])
async def test_nothing_else_of_the_tools_can_be_reached(tools_gateway, path: str) -> None:
    """Only the two files, only by ids of the right form."""
    gateway, tools = tools_gateway
    marketer = await gateway.person(Role.MARKETER)
    response = await marketer.http.get(f"/api/forecasts/{path}")
    assert response.status_code in (404, 405, 422)
    assert tools.paths == []
