"""What the console asks the forecasting tool: never for long, a few at once; the page is whole without an answer."""

import asyncio

import httpx
import pytest

from tests.forecast_pages_kit import FakeForecasting, stock_plan
from tests.shop_kit import Sold
from web.console.forecast_advice import AT_ONCE, MOST_ANSWER_BYTES, ForecastAdvice

LAMP, RUG = Sold(1, "p_1", 1, 1), Sold(2, "p_2", 2, 1)


def advice(transport: httpx.AsyncBaseTransport, seconds: float = 5) -> ForecastAdvice:
    return ForecastAdvice("http://tools.test", transport=transport, seconds=seconds)


async def test_plans_are_told_for_the_products_that_the_tool_knows_enough_of() -> None:
    tools = FakeForecasting()
    tools.plans = {"p_1": stock_plan(LAMP, order_quantity=7)}
    plans = await advice(tools).stock_plans(["p_1", "p_2"])
    assert {product: plan.order_quantity for product, plan in plans.items()} == {"p_1": 7}


@pytest.mark.parametrize("failure", [500, 503, httpx.ConnectError("gone"), httpx.ReadError("cut off")])
async def test_a_tool_that_fails_tells_nothing(failure: Exception | int) -> None:
    tools = FakeForecasting()
    tools.failure = failure
    assert await advice(tools).plans_and_record(["p_1"]) == ({}, None)


async def test_a_tool_that_is_silent_is_not_waited_for() -> None:
    tools = FakeForecasting()
    tools.silent = True
    assert await advice(tools, seconds=0.05).plans_and_record(["p_1", "p_2"]) == ({}, None)


@pytest.mark.parametrize("body", [b"not json", b"{}", b'{"forecasts": "many"}', b" " * (MOST_ANSWER_BYTES + 1)])
async def test_an_answer_of_another_form_tells_nothing(body: bytes) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    assert await advice(transport).track_record() is None


async def test_only_a_few_are_asked_at_once() -> None:
    """A page of ten products does not take the tool away from the chats."""
    running, most = 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(5):
            await asyncio.sleep(0)
        running -= 1
        return httpx.Response(200, json=stock_plan(LAMP))

    plans = await advice(httpx.MockTransport(answer)).stock_plans([f"p_{at}" for at in range(10)])
    assert len(plans) == 10
    assert most == AT_ONCE
