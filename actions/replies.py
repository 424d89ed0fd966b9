"""From results to message parts: the only place that knows how the assistant wants its answers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

# Names that Rasa gives a meaning of its own; a template's placeholder must not be called so.
RESERVED = frozenset(
    {"text", "image", "attachment", "buttons", "elements", "custom", "template", "response", "tracker"}
)


@dataclass(frozen=True)
class Choice:
    """Something to pick: what is read, and what it stands for, as an intent with its entities."""

    title: str
    intent: str
    entities: Mapping[str, Any] | None = None

    @property
    def payload(self) -> str:
        return f"/{self.intent}{json.dumps(dict(self.entities))}" if self.entities else f"/{self.intent}"


class Reply:
    """What an action says. Words are named (`utter_...`) and live in the domain; other parts are given whole."""

    def __init__(self, dispatcher: CollectingDispatcher) -> None:
        self._dispatcher = dispatcher

    @property
    def empty(self) -> bool:
        return not self._dispatcher.messages

    def has(self, kind: str) -> bool:
        """Whether a part of this kind ("products", "choices", ...) was said already."""
        return any((message.get("custom") or {}).get("type") == kind for message in self._dispatcher.messages)

    def offers(self, intent: str) -> bool:
        """Whether a choice of this intent was given already."""
        parts = [message.get("custom") or {} for message in self._dispatcher.messages]
        offered = [choice["payload"] for part in parts for choice in part.get("choices", [])]
        return any(payload == f"/{intent}" or payload.startswith(f"/{intent}{{") for payload in offered)

    def say(self, response: str, **values: object) -> None:
        """One text: the domain's response of that name with its placeholders filled."""
        clash = RESERVED & values.keys()
        if clash:
            raise ValueError(f"placeholders with a name that Rasa uses itself: {sorted(clash)}")
        self._dispatcher.utter_message(response=response, **{name: _plain(value) for name, value in values.items()})

    def products(self, cards: Iterable[Mapping[str, Any]]) -> None:
        """Cards of `{id,name,price,currency,image,url,why?}`."""
        self._part({"type": "products", "products": list(cards)})

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self._part({"type": "table", "columns": list(columns), "rows": [list(row) for row in rows]})

    def image(self, url: str, alt: str) -> None:
        self._part({"type": "image", "url": url, "alt": alt})

    def file(self, url: str, name: str) -> None:
        self._part({"type": "file", "url": url, "name": name})

    def choices(self, choices: Iterable[Choice]) -> None:
        offered = [{"title": choice.title[:200], "payload": choice.payload} for choice in choices]
        self._part({"type": "choices", "choices": offered})

    def restart(self) -> None:
        """Forget what was said so far in this turn, because it failed half-way."""
        self._dispatcher.messages.clear()

    def _part(self, part: dict[str, Any]) -> None:
        self._dispatcher.utter_message(json_message=part)


def _plain(value: object) -> str:
    """The text of a placeholder. Rasa takes `0[` in a finished text for an unfilled placeholder, so it is broken up."""
    return str(value).replace("0[", "0 [")
