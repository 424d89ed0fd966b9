"""One turn as the gateway sends it: its fields, and what they may hold."""

import json
import re
from dataclasses import dataclass
from typing import Any

from assistant.channel.errors import InvalidRequest
from assistant.channel.text import clean

MAX_PAYLOAD_CHARACTERS = 4000
_ID = r"_[A-Za-z0-9]{1,40}"


@dataclass(frozen=True)
class TurnRequest:
    """Words that somebody typed (with or without an image), a choice's payload, or an image alone."""

    text: str | None = None
    payload: str | None = None
    image_id: str | None = None
    page_product_id: str | None = None
    turn_id: str | None = None

    def metadata(self) -> dict[str, str | None]:
        """What actions read about the turn, apart from who sent it."""
        return {"turn_id": self.turn_id, "image_id": self.image_id, "page_product_id": self.page_product_id}


def read_turn(body: bytes) -> TurnRequest:
    """The turn in a request's body; raises InvalidRequest with the reason when there is none."""
    fields = _object(body)
    text, payload = fields.get("text"), fields.get("payload")
    turn = TurnRequest(
        text=None if text is None else clean(text),
        payload=_payload(payload),
        image_id=_identifier(fields, "image_id", "u"),
        page_product_id=_identifier(fields, "page_product_id", "p"),
        turn_id=_identifier(fields, "turn_id", "t"),
    )
    if not (turn.text or turn.payload or turn.image_id):
        raise InvalidRequest("The turn holds no text, no choice and no image.")
    if turn.payload and (turn.text or turn.image_id):
        raise InvalidRequest("A choice comes alone, without a text or an image.")
    return turn


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or nested without end
        raise InvalidRequest("The body is not JSON in UTF-8.") from error
    if not isinstance(fields, dict):
        raise InvalidRequest("The body must be a JSON object.")
    return fields


def _payload(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= MAX_PAYLOAD_CHARACTERS:
        raise InvalidRequest("payload: a text of 1 to 4,000 characters is expected.")
    return value


def _identifier(fields: dict[str, Any], name: str, prefix: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(prefix + _ID, value):
        raise InvalidRequest(f"{name}: an id such as {prefix}_3f2a is expected.")
    return value
