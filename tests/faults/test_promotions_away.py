"""F1, F2, F3 for the promotions tool: down, slow or lying, it costs its own answer only; one in passing even less."""

from typing import Any

import httpx
import orjson
import pytest

from actions.tools import FAILURES_TO_OPEN, ToolAnswerInvalid, ToolsClient, ToolUnavailable
from common.errors import BadRequest, ErrorCode, NotEnoughData, NotFound, envelope
from tests.fake_promotions import campaign_json, campaigns_json, for_segment_json, report_json, row_json
from tests.fake_tools import ranked_json
from tests.faults.test_tools_client import client_of, gives, server, silence

ASKED: dict[str, Any] = {"session": "g_1", "slot": "chat", "surface": "chat", "context": {}, "n": 1}
TRUE = ranked_json("pr_1")


def ranked(**promotion: Any) -> dict[str, Any]:
    return {**TRUE, "promotions": [{**TRUE["promotions"][0], **promotion}]}


LIES: dict[str, Any] = {
    "html": b"<html>502</html>",
    "nothing": b"",
    "no promotions": {name: value for name, value in TRUE.items() if name != "promotions"},
    "a path as id": ranked(promotion_id="../../etc/passwd"),
    "markup as key": ranked(impression_id="<b>"),
    "no propensity": ranked(propensity=0),
    "nan": orjson.dumps(ranked(probability=0.25)).replace(b"0.25", b"NaN"),
    "too many": {**TRUE, "promotions": TRUE["promotions"] * 11},
    "too large": b" " * 1_100_000,
}
CALLS: dict[str, tuple[str, Any]] = {
    "/promotions/rank": ("rank_promotions", TRUE),
    "/promotions/report": ("promotion_report", report_json([row_json("Boots")])),
    "/promotions/for-segment": ("promotions_for_segment", for_segment_json(["Boots"])),
    "/promotions/campaigns": ("campaign_value", campaigns_json([campaign_json("Boots")])),
}


async def call(tools: ToolsClient, name: str) -> Any:
    arguments: dict[str, tuple[Any, ...]] = {"promotions_for_segment": ("women", 5), "campaign_value": (90, 10)}
    return await getattr(tools, name)(*arguments.get(name, (ASKED,)))


@pytest.mark.parametrize("path", CALLS)
async def test_a_true_answer_is_read_from_where_it_is_given(path: str) -> None:
    name, answer = CALLS[path]
    seen: list[str] = []

    def told(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(200, json=answer)

    tools, _ = client_of(told)
    await call(tools, name)
    assert seen == [path]


@pytest.mark.parametrize("lie", LIES)
async def test_what_is_not_an_answer_is_a_typed_error(lie: str) -> None:
    tools, _ = client_of(gives(LIES[lie]))
    with pytest.raises(ToolAnswerInvalid):
        await tools.rank_promotions(ASKED)


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (ErrorCode.NOT_FOUND, 404, NotFound),
        (ErrorCode.NOT_ENOUGH_DATA, 422, NotEnoughData),
        (ErrorCode.INVALID_REQUEST, 422, BadRequest),
    ],
)
async def test_a_refusal_keeps_its_reason(path: str, code: ErrorCode, status: int, error: type[Exception]) -> None:
    refusal = envelope(code, "No such thing.", "r_1", retryable=False)
    tools, _ = client_of(gives(refusal, status))
    with pytest.raises(error, match="No such thing"):
        await call(tools, CALLS[path][0])


async def test_one_in_passing_is_cut_off_early_and_left_alone_without_closing_the_way_for_others() -> None:
    async with server(silence) as url:
        tools = ToolsClient(url)
        for _ in range(FAILURES_TO_OPEN):
            with pytest.raises(ToolUnavailable, match="too long"):
                await tools.rank_promotions(ASKED, seconds=0.01)
        with pytest.raises(ToolUnavailable, match="left alone"):
            await tools.rank_promotions(ASKED, seconds=0.01)
        await tools.close()
    tools, transport = client_of(gives(b"", 503))
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ToolUnavailable):
            await tools.rank_promotions(ASKED, seconds=1)
    before = transport.calls
    with pytest.raises(ToolUnavailable, match="503"):
        await tools.rank_promotions(ASKED)
    assert transport.calls == before + 2
