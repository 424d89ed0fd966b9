"""Takes out of log lines what must not stand there: addresses, phone and card numbers, tokens, what people wrote."""

import re
from typing import Any

_PATTERNS = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[mail]"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)(bearer\s+)\S+"), r"\1[token]"),
    (re.compile(r"(://[^:/\s]+:)[^@/\s]+@"), r"\1[secret]@"),
    (re.compile(r"(?<![\w-])(?:\d[ -]?){13,19}(?![\w-])"), "[card]"),
    (re.compile(r"(?<![\w-])\+?\(?\d(?:[ ().-]?\d){8,14}(?![\w-])"), "[phone]"),
)
_SECRET_KEYS = re.compile(r"(?i)token|password|secret|authorization|cookie")
# Rasa's own events carry people's words under these keys.
_WORDS_KEYS = re.compile(
    r"(?i)^(text|user_text|parse_data.*|rasa_events|prediction_events|slot_values|current_states)$"
)


def redact(value: Any) -> Any:
    """The value with private parts replaced, at any depth of dicts and lists."""
    if isinstance(value, str):
        return _redact_text(value)
    if isinstance(value, dict):
        return {key: _redact_item(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact(item) for item in value]
    return value


def _redact_item(key: str, item: Any) -> Any:
    if _SECRET_KEYS.search(key):
        return "[secret]"
    return "[words]" if _WORDS_KEYS.search(key) else redact(item)


def _redact_text(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
