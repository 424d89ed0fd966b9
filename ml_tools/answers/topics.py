"""What people call specifications, as `data/answers/topics.yml` lists it, by stems."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from common.settings import ROOT
from ml_tools.answers.words import stem, words_of

FILE = ROOT / "data" / "answers" / "topics.yml"


@dataclass(frozen=True)
class Topic:
    """Specifications under `keys`; `asks` ask about them, `values` are what they may be; `judge` says yes or no."""

    keys: frozenset[str]
    asks: frozenset[str]
    values: frozenset[str]
    judge: str  # values, number, water, care, fit, audience, season, material, option


@dataclass(frozen=True)
class Lexicon:
    topics: tuple[Topic, ...]
    policies: dict[str, frozenset[str]]
    opinions: frozenset[str]
    overall: frozenset[str]
    included: frozenset[str]
    places: dict[str, tuple[float, ...]]

    def of(self, key: str) -> list[Topic]:
        """The topics of a specification; one that nobody listed is asked about by its own name."""
        found = [topic for topic in self.topics if key in topic.keys]
        return found or [Topic(frozenset({key}), _stems(key.replace("_", " ")), frozenset(), "values")]


@cache
def lexicon() -> Lexicon:
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Lexicon(
        topics=tuple(_topic(one) for one in listed["topics"]),
        policies={slug: _stems(words) for slug, words in listed["policies"].items()},
        opinions=_stems(listed["opinions"]),
        overall=_stems(listed["overall"]),
        included=_stems(listed["included"]),
        places={name: tuple(sides) for name, sides in listed["places"].items()},
    )


def _topic(listed: dict[str, Any]) -> Topic:
    keys, asks, values = frozenset(listed["keys"]), _stems(listed["asks"]), _stems(listed.get("values", ""))
    return Topic(keys, asks, values, listed.get("judge", "values"))


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(words))
