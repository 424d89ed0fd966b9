"""F1, F2, F3 for the recommender: down, slow or lying, it costs its own answer only, and nothing is shown twice."""

from typing import Any

import httpx
import orjson
import pytest

from actions.tools import ToolAnswerInvalid, ToolsClient, ToolUnavailable, ToolUnreached
from common.errors import BadRequest, ErrorCode, NotEnoughData, NotFound, envelope
from tests.fake_tools import recommendations_json
from tests.faults.test_tools_client import Lying, client_of, gives

ASKED: dict[str, Any] = {"purpose": "for_you", "session": "g_1", "n": 6}
TRUE = recommendations_json([("p_1", "after_this", "p_2"), ("p_3", "popular", None)])


def changed(**product: Any) -> dict[str, Any]:
    return {**TRUE, "products": [{**TRUE["products"][0], **product}]}


LIES: dict[str, Any] = {
    "html": b"<html>502</html>",
    "nothing": b"",
    "a list": [TRUE],
    "no products": {name: value for name, value in TRUE.items() if name != "products"},
    "nan": orjson.dumps(TRUE).replace(b"1.0", b"NaN"),
    "a path as id": changed(product_id="../../etc/passwd"),
    "a script as id": changed(product_id="javascript:alert(1)"),
    "an odd reason": changed(reason={"why": "because I say so", "because_of": None}),
    "a reason with markup": changed(reason={"why": "after_this", "because_of": "<b>"}),
    "too many": {**TRUE, "products": TRUE["products"] * 30},
    "too large": b" " * 1_100_000,
}


async def test_a_true_answer_is_read_and_what_is_asked_arrives() -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, orjson.loads(request.content)))
        return httpx.Response(200, json=TRUE)

    tools, _ = client_of(answer)
    answered = await tools.recommend(ASKED)
    assert seen == [("/recommendations", ASKED)]
    assert [(one.product_id, one.reason.why, one.reason.because_of) for one in answered.products] == [
        ("p_1", "after_this", "p_2"), ("p_3", "popular", None),
    ]  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
async def test_what_is_not_an_answer_is_a_typed_error(lie: str) -> None:
    tools, _ = client_of(gives(LIES[lie]))
    with pytest.raises(ToolAnswerInvalid):
        await tools.recommend(ASKED)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (ErrorCode.INVALID_REQUEST, 422, BadRequest),
        (ErrorCode.NOT_FOUND, 404, NotFound),
        (ErrorCode.NOT_ENOUGH_DATA, 422, NotEnoughData),
    ],
)
async def test_a_refusal_keeps_its_reason(code: ErrorCode, status: int, error: type[Exception]) -> None:
    body = envelope(code, "no such product", "r_1", retryable=False)
    tools, transport = client_of(gives(body, status))
    with pytest.raises(error, match="no such product"):
        await tools.recommend(ASKED)
    assert transport.calls == 1


async def test_what_arrived_is_not_asked_again_because_it_counts_as_shown() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    tools, transport = client_of(broken)
    with pytest.raises(ToolUnavailable):
        await tools.recommend(ASKED)
    assert transport.calls == 1


async def test_what_never_arrived_is_asked_once_more() -> None:
    def refused(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    transport = Lying(refused)
    with pytest.raises(ToolUnreached):
        await ToolsClient("http://tools.test", transport=transport).recommend(ASKED)
    assert transport.calls == 2
