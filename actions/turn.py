"""One turn as an action sees it: who asks, what was found in the words, what is remembered, and where to answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk.events import SlotSet

from actions.bootstrap import Services
from actions.context import SLOT, Context
from actions.entities import Entities, entities_of
from actions.replies import Reply
from common.caller import Caller


@dataclass
class Turn:
    caller: Caller
    intent: str
    ranking: list[dict[str, Any]]
    text: str
    metadata: Mapping[str, Any]
    entities: Entities
    named: dict[str, list[Any]]  # the entities as a choice's payload carries them
    context: Context
    reply: Reply
    services: Services
    remembered: dict[str, Any]

    @classmethod
    def of(
        cls, caller: Caller, message: Mapping[str, Any], slots: Mapping[str, Any], reply: Reply, services: Services
    ) -> "Turn":
        """The turn of a tracker's latest message."""
        context = Context.of(slots.get(SLOT))
        remembered = context.dump()
        metadata = message.get("metadata") or {}
        context.visit(metadata.get("page_product_id"))
        return cls(
            caller=caller,
            intent=(message.get("intent") or {}).get("name") or "",
            ranking=message.get("intent_ranking") or [],
            text=message.get("text") or "",
            metadata=metadata,
            entities=entities_of(message),
            named=_named(message),
            context=context,
            reply=reply,
            services=services,
            remembered=remembered,
        )

    @property
    def was_typed(self) -> bool:
        """Whether `text` is somebody's words, not a choice's payload."""
        return not self.text.startswith("/")

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the assistant must remember of this turn; nothing when nothing changed."""
        now = self.context.dump()
        return [] if now == self.remembered else [SlotSet(SLOT, now)]

    @property
    def subject_matter(self) -> dict[str, Any]:
        """What was asked about, for the audit trail: ids, days, periods and changes, never the words themselves."""
        asked = self.entities
        matter: dict[str, Any] = {"intent": self.intent, "products": [mention.value for mention in asked.products]}
        if asked.category or asked.whole_shop:
            matter["sales_of"] = asked.category or "the whole shop"
        if asked.horizon:
            matter["days"] = asked.horizon.days
        if asked.percentage:
            matter["percent"] = asked.percentage.percent
        if asked.period:
            matter["period"] = [asked.period.start.isoformat(), asked.period.end.isoformat()]
        return matter


def _named(message: Mapping[str, Any]) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    for entity in message.get("entities") or []:
        named.setdefault(entity["entity"], []).append(entity["value"])
    return named
