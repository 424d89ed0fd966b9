"""Signs of a mood that no sentence vector holds: capitals, exclamation marks, swear words, emoticons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

MOODS_FILE = Path(__file__).resolve().parent.parent / "data" / "moods.yml"
WORD_SIGNS = ("swearing", "anger", "sorrow", "joy")
MARK_SIGNS = ("sorrow_marks", "joy_marks")
SIGNS = len(WORD_SIGNS) + len(MARK_SIGNS) + 4
_WORD = re.compile(r"[a-z]+")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")
_REPEATED = re.compile(r"(.)\1{2,}")  # "sooo", "!!!"


@dataclass(frozen=True)
class Moods:
    """`examples` by mood, and the `words` and `marks` that are signs of one."""

    examples: Mapping[str, list[str]]
    words: Mapping[str, frozenset[str]]
    marks: Mapping[str, tuple[str, ...]]


def read_moods(path: Path = MOODS_FILE) -> Moods:
    listed: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    signs = listed["signs"]
    return Moods(
        {mood: lines.strip().splitlines() for mood, lines in listed["moods"].items()},
        {name: frozenset(signs[name].split()) for name in WORD_SIGNS},
        {name: tuple(signs[name].split()) for name in MARK_SIGNS},
    )


def signs(text: str, moods: Moods) -> np.ndarray:
    """(SIGNS,), each 0..1: how much of every sign the text shows."""
    words = _WORD.findall(text.lower())
    letters = sum(character.isalpha() for character in text)
    shouted = sum(map(len, _SHOUTED.findall(text))) / letters if letters >= 8 else 0.0
    found = [
        *(min(1.0, sum(word in moods.words[name] for word in words) / 2) for name in WORD_SIGNS),
        *(float(any(mark in text for mark in moods.marks[name])) for name in MARK_SIGNS),
        float(shouted > 0.6 and len(words) > 3),
        min(1.0, text.count("!") / 3),
        float("??" in text),
        float(bool(_REPEATED.search(text))),
    ]
    return np.array(found, dtype=np.float32)
