"""General English of shops, as `data/search_terms.yml` lists it, prepared for looking things up."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from common.settings import ROOT
from ml_tools.search.words import stems_of

FILE = ROOT / "data" / "search_terms.yml"

Stems = tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """`keys` are endings of attributes' names; `factor` turns a figure into those; `about` is the share by which a
    figure may be off, as people round."""

    name: str
    keys: tuple[str, ...]
    text: str
    factor: float
    about: float


@dataclass(frozen=True)
class Property:
    """A property with many names: attributes that tell of it, and words that texts have."""

    name: str
    keys: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Phrases are tuples of stems."""

    asking: frozenset[str]
    negation: frozenset[str]
    free: frozenset[str]
    cheap: frozenset[Stems]
    dear: frozenset[Stems]
    audience: Mapping[str, str]  # a word's stem -> who it is for
    synonyms: Mapping[Stems, tuple[Stems, ...]]  # a phrase -> what means the same, itself included
    colours: Mapping[Stems, tuple[Stems, ...]]
    properties: Mapping[Stems, Property]
    units: Mapping[str, Unit]  # by how they are written
    beside: Mapping[str, str]  # a word's stem -> the attribute that it names

    @property
    def words(self) -> frozenset[str]:
        """All single words that it knows."""
        phrases = [*self.synonyms, *self.properties, *self.colours, *self.cheap, *self.dear]
        known = {word for phrase in phrases for word in phrase}
        return frozenset(known | self.asking | self.negation | self.free | set(self.audience) | set(self.beside))


@lru_cache
def lexicon(file: Path = FILE) -> Lexicon:
    """Read once a process."""
    given: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Lexicon(
        asking=frozenset(given["asking"].split())
        | {stem for word in given["asking"].split() for stem in stems_of(word)},
        negation=frozenset(given["negation"]),
        free=frozenset(given["free"]),
        cheap=frozenset(map(stems_of, given["cheap"])),
        dear=frozenset(map(stems_of, given["dear"])),
        audience={stem: who for who, words in given["audience"].items() for one in words for stem in stems_of(one)},
        synonyms=_groups(given["synonyms"]),
        colours=_groups([[name, *others] for name, others in given["colours"].items()]),
        properties=_properties(given["properties"]),
        units=_units(given["units"]),
        beside={stems_of(word)[0]: key for word, key in given["beside"].items()},
    )


def _groups(groups: list[list[str]]) -> dict[Stems, tuple[Stems, ...]]:
    found: dict[Stems, tuple[Stems, ...]] = {}
    for group in groups:
        phrases = tuple(map(stems_of, group))
        for phrase in phrases:
            found[phrase] = tuple(dict.fromkeys((phrase, *found.get(phrase, ()), *phrases)))
    return found


def _properties(given: dict[str, dict[str, list[str]]]) -> dict[Stems, Property]:
    return {
        stems_of(said): Property(name, tuple(one["keys"]), tuple(one["words"]))
        for name, one in given.items()
        for said in one["said"]
    }


def _units(given: dict[str, dict[str, Any]]) -> dict[str, Unit]:
    return {
        said: Unit(name, tuple(one["keys"]), one["text"], float(one.get("factor", 1)), float(one["about"]))
        for name, one in given.items()
        for said in one["said"]
    }
