"""JSON bodies, read strictly: UTF-8, not deep, only the known fields; anything else is a 400 that says why."""

import unicodedata
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from common.errors import BadRequest, ErrorCode

DEPTH = 8


class Malformed(BadRequest):
    """A body that is not what the endpoint takes."""

    status = 400


class Problem(BaseModel):
    """What went wrong: a code to act on, words to show, the id that stands in the log."""

    code: ErrorCode
    message: str
    request_id: str
    retryable: bool


class ProblemEnvelope(BaseModel):
    error: Problem


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemEnvelope, "description": "Refused, with the reason"},
    "5XX": {"model": ProblemEnvelope, "description": "It did not work; `retryable` says whether to try again"},
}


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if "\x00" in text:
        raise ValueError("a NUL character is not text")
    return text


Text = Annotated[str, AfterValidator(_clean)]


class Body(BaseModel):
    """Base of request bodies: no unknown fields, no conversion between types."""

    model_config = ConfigDict(extra="forbid", strict=True)


B = TypeVar("B", bound=Body)


def parse(raw: bytes | str, model: type[B]) -> B:
    """The body as the model says; raises Malformed for anything else."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed("The body must be JSON in UTF-8.") from error
    _check_depth(value)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        raise Malformed(f"{where[:60] or 'body'}: {first['msg']}") from error


def body(model: type[B]) -> Callable[[Request], Awaitable[B]]:
    """A dependency that reads and checks the request's body."""

    async def read(request: Request) -> B:
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise Malformed("The body must be JSON, with Content-Type: application/json.")
        return parse(await request.body(), model)

    return read


def documented(model: type[Body]) -> dict[str, Any]:
    """The body's part of the OpenAPI document, for `openapi_extra`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _check_depth(value: Any) -> None:
    layer = [value]
    for _ in range(DEPTH):
        layer = [child for node in layer for child in _children(node)]
        if not layer:
            return
    raise Malformed("The body is nested too deep.")


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
