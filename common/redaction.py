"""What must never stand in a log: mail addresses, phone and card numbers, tokens, passwords."""

import re
from collections.abc import Mapping
from typing import Any

_SECRET_KEYS = re.compile(r"password|secret|token|authorization|cookie|api_?key", re.IGNORECASE)
_PATTERNS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[mail]"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)\bbearer\s+\S+"), "Bearer [token]"),
    (re.compile(r"(?<![\w-])(?:\d[ -]?){13,19}(?![\w-])"), "[card]"),
    (re.compile(r"(?<![\w.:-])\+?(?:\d[ ()-]?){9,14}\d(?![\w:-])"), "[phone]"),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), "[credentials]"),
)


def redact_text(text: str) -> str:
    for pattern, label in _PATTERNS:
        text = pattern.sub(label, text)
    return text


def redact(value: Any) -> Any:
    """The same value with every secret replaced, at any depth."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {k: "[redacted]" if _SECRET_KEYS.search(str(k)) else redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value
