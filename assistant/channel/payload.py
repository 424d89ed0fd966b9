"""A choice's payload, `/intent{"entity": value}`, as the parse that it stands for.

Read here, strictly, and handed to Rasa as a finished parse, so that nothing ever depends on Rasa's own reader.
"""

import json
import re
from typing import Any

from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.core.domain import Domain

from assistant.channel.errors import InvalidRequest

EXTRACTOR = "choice"
_PAYLOAD = re.compile(r"/([a-z][a-z_]*)(\{.*\})?", re.DOTALL)


def parse_payload(payload: str, domain: Domain) -> dict[str, Any]:
    """Rasa's parse data for a payload; raises InvalidRequest when its intent or an entity is not in the domain."""
    match = _PAYLOAD.fullmatch(payload)
    if not match or match.group(1) not in set(domain.intents) - set(DEFAULT_INTENTS):
        raise InvalidRequest("payload: names nothing that the assistant can do.")
    return parse_of(match.group(1), payload, _entities(match.group(2) or "{}", domain, len(payload)))


def parse_of(intent: str, text: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
    """Parse data for an intent that is certain, because it was chosen and not guessed."""
    certain = {"name": intent, "confidence": 1.0}
    return {"text": text, "intent": certain, "intent_ranking": [certain], "entities": entities}


def _entities(values: str, domain: Domain, end: int) -> list[dict[str, Any]]:
    try:
        given = json.loads(values)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("payload: its values are not JSON.") from error
    unknown = set(given) - set(domain.entities)
    if unknown:
        raise InvalidRequest(f"payload: {', '.join(sorted(unknown))} is no entity of the assistant.")
    return [
        {"entity": name, "value": value, "start": 0, "end": end, "text": str(value), "extractor": EXTRACTOR}
        for name, listed in given.items()
        for value in (listed if isinstance(listed, list) else [listed])
    ]
