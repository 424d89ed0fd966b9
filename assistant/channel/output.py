"""Collects what the assistant says in one turn, as the message parts that the widget shows."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import structlog
from rasa.core.channels.channel import OutputChannel

log = structlog.get_logger(__name__)

Part = dict[str, Any]


class PartsCollector(OutputChannel):
    """Text becomes a text part, buttons become choices, custom JSON is a part already."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    @classmethod
    def name(cls) -> str:
        return "shopclerk"

    async def send_text_message(self, recipient_id: str, text: str, **_: Any) -> None:
        self.parts.append({"type": "text", "text": text.strip()})

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **_: Any
    ) -> None:
        if text:
            await self.send_text_message(recipient_id, text)
        choices = [{"title": button["title"], "payload": button["payload"]} for button in buttons]
        self.parts.append({"type": "choices", "choices": choices})

    async def send_custom_json(self, recipient_id: str, json_message: Any, **_: Any) -> None:
        for part in json_message if isinstance(json_message, list) else [json_message]:
            if isinstance(part, dict) and isinstance(part.get("type"), str):
                self.parts.append(part)
            else:
                log.error("part_without_type", kind=type(part).__name__)

    async def send_image_url(self, recipient_id: str, image: str, **_: Any) -> None:
        self.parts.append({"type": "image", "url": image, "alt": ""})

    async def send_attachment(self, recipient_id: str, attachment: str, **_: Any) -> None:
        name = PurePosixPath(urlsplit(attachment).path).name or "file"
        self.parts.append({"type": "file", "url": attachment, "name": name})
