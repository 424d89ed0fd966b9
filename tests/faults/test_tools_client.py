"""F1, F2, F3: a tool that is down, slow or lying costs its own answer only, in bounded time, as a typed error."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.tools import (
    FAILURES_TO_OPEN,
    ToolAnswerInvalid,
    ToolsClient,
    ToolUnavailable,
    ToolUnreached,
)
from common.errors import ErrorCode, ImpossibleHorizon, NotEnoughData, NotFound, envelope
from tests.fake_forecasting import drivers_json, forecast_json, stock_plan_json, track_record_json

Answer = Callable[[httpx.Request], httpx.Response]


class Lying(httpx.AsyncBaseTransport):
    """Answers with whatever it is given; counts the calls."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.calls = answer, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        return self.answer(request)


def client_of(answer: Answer) -> tuple[ToolsClient, Lying]:
    transport = Lying(answer)
    return ToolsClient("http://tools.test", transport=transport), transport


def gives(content: Any, status: int = 200) -> Answer:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return lambda request: httpx.Response(status, content=body)


async def ask(tools: ToolsClient) -> Any:
    return await tools.forecast({"product_id": "p_1"}, 45, asked_by="a_1")


def changed(**changes: Any) -> dict[str, Any]:
    return {**forecast_json(), **changes}


async def test_a_true_answer_is_read_and_the_request_says_who_asks() -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(orjson.loads(request.content))
        return httpx.Response(200, json=forecast_json())

    tools, _ = client_of(answer)
    forecast = await ask(tools)
    assert seen == [{"product_id": "p_1", "horizon_days": 45, "asked_by": "a_1"}]
    assert (forecast.total.mean, forecast.subject.named) == (450.0, {"product_id": "p_1"})


LIES: dict[str, Any] = {
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "nothing": b"",
    "not utf-8": b"\xff\xfe{}",
    "a list": [forecast_json()],
    "null": None,
    "nan": orjson.dumps(forecast_json()).replace(b"450.0", b"NaN"),
    "infinity": orjson.dumps(forecast_json()).replace(b"450.0", b"Infinity"),
    "below zero": changed(total={"mean": -1, "lo80": -2, "hi80": 0, "lo95": -3, "hi95": 1}),
    "crossed": changed(total={"mean": 5, "lo80": 9, "hi80": 1, "lo95": 0, "hi95": 10}),
    "too few points": changed(points=forecast_json()["points"][:3]),
    "another product": forecast_json("p_2"),
    "a category": forecast_json(None, category="shoes"),
    "the whole shop": forecast_json(None),
    "no subject": changed(subject=None),
    "an unknown subject": changed(subject={"kind": "customer", "id": "cu_1", "name": "Ada", "products": 1}),
    "a path as id": changed(id="../../etc/passwd"),
    "a script as id": changed(id="javascript:alert(1)"),
    "too large": b" " * 1_100_000,
    "redirect": b"",
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_is_not_an_answer_is_a_typed_error(lie: str) -> None:
    """F3."""
    tools, _ = client_of(gives(LIES[lie], 302 if lie == "redirect" else 200))
    with pytest.raises(ToolAnswerInvalid):
        await ask(tools)


@pytest.mark.parametrize("what", ["drivers", "track_record"])
async def test_advice_about_something_else_is_refused_and_reads_are_tried_twice(what: str) -> None:
    answers = {"drivers": drivers_json, "track_record": track_record_json}
    tools, transport = client_of(gives(answers[what]({"product_id": "p_2"})))
    with pytest.raises(ToolAnswerInvalid):
        await getattr(tools, what)({"product_id": "p_1"})
    assert transport.calls == 1
    tools, _ = client_of(gives(answers[what]({"product_id": "p_1"})))
    assert (await getattr(tools, what)({"product_id": "p_1"})).subject.id == "p_1"
    tools, transport = client_of(gives(b"", 503))
    with pytest.raises(ToolUnavailable):
        await getattr(tools, what)({"product_id": "p_1"})
    assert transport.calls == 2


async def test_a_stock_plan_leaves_to_the_shop_what_nobody_said() -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, orjson.loads(request.content)))
        return httpx.Response(200, json=stock_plan_json({"product_id": "p_1"}))

    tools, _ = client_of(answer)
    await tools.stock_plan({"product_id": "p_1", "lead_days": None, "service_level": 0.99})
    assert seen == [("/forecasts/stock-plan", {"product_id": "p_1", "service_level": 0.99})]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(forecast_json())), inner),
            max_leaves=8,
        ).map(lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)),
    )
)
async def test_no_body_whatever_gets_through_or_out_untyped(body: bytes) -> None:
    """F3: any bytes are a forecast or ToolAnswerInvalid, nothing else."""
    tools, _ = client_of(gives(body))
    with pytest.raises(ToolAnswerInvalid):
        await ask(tools)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (ErrorCode.IMPOSSIBLE_HORIZON, ImpossibleHorizon),
        (ErrorCode.NOT_ENOUGH_DATA, NotEnoughData),
        (ErrorCode.NOT_FOUND, NotFound),
    ],
)
async def test_a_refusal_keeps_its_reason_and_never_opens_the_circuit(code: ErrorCode, error: type[Exception]) -> None:
    tools, transport = client_of(gives(envelope(code, "Because.", "r_1", retryable=False), 422))
    for _ in range(FAILURES_TO_OPEN + 2):
        with pytest.raises(error, match=r"Because\."):
            await ask(tools)
    assert transport.calls == FAILURES_TO_OPEN + 2


async def test_a_failing_tool_is_asked_once_and_left_alone_after_some_failures() -> None:
    """F1: the circuit opens; a forecast that may have been kept is not asked for twice."""
    tools, transport = client_of(gives(b"", 503))
    for _ in range(FAILURES_TO_OPEN + 3):
        with pytest.raises(ToolUnavailable):
            await ask(tools)
    assert transport.calls == FAILURES_TO_OPEN


async def test_what_fails_for_the_whole_shop_leaves_single_products_alone() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        one = "product_id" in orjson.loads(request.content)
        return httpx.Response(200, json=forecast_json()) if one else httpx.Response(503)

    tools, _ = client_of(answer)
    for _ in range(FAILURES_TO_OPEN + 1):
        with pytest.raises(ToolUnavailable):
            await tools.forecast({}, 45, asked_by="a_1")
    assert (await ask(tools)).horizon_days == 45


async def test_a_call_that_never_arrived_is_sent_once_more() -> None:
    def refused(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    tools, transport = client_of(refused)
    with pytest.raises(ToolUnreached):
        await ask(tools)
    assert transport.calls == 2


async def test_the_second_try_may_succeed() -> None:
    def at_the_second(request: httpx.Request) -> httpx.Response:
        if transport.calls == 1:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json=forecast_json())

    tools, transport = client_of(at_the_second)
    assert (await ask(tools)).horizon_days == 45


@asynccontextmanager
async def server(talk: Callable[[asyncio.StreamWriter], Any]) -> AsyncIterator[str]:
    """A server that does to every connection what it is told; its address."""

    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    tasks_before = asyncio.all_tasks()
    yield f"http://127.0.0.1:{port}"
    listening.close()
    for task in asyncio.all_tasks() - tasks_before - {asyncio.current_task()}:
        task.cancel()


async def trickle(writer: asyncio.StreamWriter) -> None:
    """Headers at once, then a byte now and then: no single read ever times out."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def cut_off(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    await writer.drain()


@pytest.mark.parametrize("talk", [trickle, silence])
async def test_a_slow_tool_is_cut_off_in_all(talk: Callable[[asyncio.StreamWriter], Any]) -> None:
    """F2: the limit holds over the whole call, however the bytes come."""
    async with server(talk) as url:
        tools = ToolsClient(url, total_seconds=0.4)
        started = time.perf_counter()
        with pytest.raises(ToolUnavailable):
            await ask(tools)
        assert time.perf_counter() - started < 1.5
        await tools.close()


async def test_a_tool_that_breaks_off_is_unavailable() -> None:
    async with server(cut_off) as url:
        tools = ToolsClient(url)
        with pytest.raises(ToolUnavailable):
            await ask(tools)
        await tools.close()


async def test_a_refused_port_is_known_at_once() -> None:
    """F1: nobody listens; the answer that it is down comes well within 4 s."""
    async with server(silence) as url:
        pass
    tools = ToolsClient(url)
    started = time.perf_counter()
    with pytest.raises(ToolUnreached):
        await ask(tools)
    assert time.perf_counter() - started < 3
    await tools.close()
