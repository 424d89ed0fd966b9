"""Measures and sizes in a search: "6 inch", "128gb", "at least 5000 mah", "8 gb of ram", "size M"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ml_tools.search.lexicon import Lexicon, Unit
from ml_tools.search.vocabulary import Vocabulary
from ml_tools.search.words import stems_of
from store.search_conditions import Range

_LEAST = r"at least|min(?:imum)?(?: of)?|more than|over|above|from|>=?"
_MOST = r"at most|max(?:imum)?(?: of)?|less than|under|below|up to|<=?"
NEAR_LETTERS = 18  # how far a word that says what is measured may stand
EXACTLY = 0.008  # share by which a figure with decimals may be off
_SIZE = re.compile(
    r"\b(?:size|sizes|sized|uk|us|eu)\s+([a-z0-9][a-z0-9./-]{0,9})\b|\b(xxs|xs|xl|xxl|xxxl|[2-5]xl)\b"
    r"|\bin\s+(?:a\s+)?(small|medium|large|extra large|extra small|s|m|l)\b"
)  # fmt: skip
_SPELT_SIZES = {
    "small": "s", "medium": "m", "large": "l", "extra large": "xl", "extra small": "xs", "2xl": "xxl", "3xl": "xxxl",
}  # fmt: skip


@dataclass(frozen=True)
class MeasureSaid:
    """`ranges` are the attributes that may be meant, `storage` a variant's; `text` is how texts write it."""

    start: int
    end: int
    key: str
    op: str  # "=", "about", ">=" or "<="
    figure: float
    unit: Unit
    ranges: tuple[Range, ...]
    exact: tuple[Range, ...]  # for what is about so much: the very figure, which comes first
    storage: str | None
    text: tuple[str, ...]


@dataclass(frozen=True)
class SizeSaid:
    start: int
    end: int
    value: str  # as the shop writes it


def sizes_in(text: str, vocabulary: Vocabulary) -> Iterator[SizeSaid]:
    """Sizes that the shop has, where the text speaks of sizes."""
    for match in _SIZE.finditer(text):
        said = match[1] or match[2] or match[3]
        value = vocabulary.sizes.get(_SPELT_SIZES.get(said, said)) or vocabulary.sizes.get(said)
        if value:
            yield SizeSaid(match.start(), match.end(), value)


def measures_in(text: str, lexicon: Lexicon, vocabulary: Vocabulary) -> Iterator[MeasureSaid]:
    for match in _pattern(tuple(lexicon.units)).finditer(text):
        unit = lexicon.units[match["unit"]]
        figure = float(match["figure"].replace(",", "."))
        op = ">=" if match["least"] or match["more"] else "<=" if match["most"] else "about" if unit.about else "="
        keys = _keys(
            unit, figure, text[max(0, match.start() - NEAR_LETTERS) : match.end() + NEAR_LETTERS], lexicon, vocabulary
        )
        spelt = f"{match['figure'].replace(',', '.').removesuffix('.0')}"
        yield MeasureSaid(
            start=match.start(), end=match.end(), key=keys[0] if keys else "any", op=op, figure=figure, unit=unit,
            ranges=tuple(_range(key, op, figure, unit, match["figure"]) for key in keys),
            exact=tuple(_range(key, "about", figure, unit, "exactly.") for key in keys) if op == "about" else (),
            storage=None if "ram_gb" in keys else vocabulary.storages.get(f"{spelt}{unit.name}"),
            text=(spelt, unit.text),
        )  # fmt: skip


@lru_cache(maxsize=8)
def _pattern(written: tuple[str, ...]) -> "re.Pattern[str]":
    units = "|".join(re.escape(one) for one in sorted(written, key=len, reverse=True))
    return re.compile(
        rf"(?:(?P<least>\b(?:{_LEAST}))\s?|(?P<most>\b(?:{_MOST}))\s?)?(?<![\w.,])(?P<figure>\d{{1,6}}(?:[.,]\d{{1,2}})?)"
        rf"\s?-?(?P<more>\+)?\s?(?P<unit>{units})(?![^\W_])"
    )


def _keys(unit: Unit, figure: float, around: str, lexicon: Lexicon, vocabulary: Vocabulary) -> list[str]:
    """The numeric attributes in this unit; the one that a word nearby names, where one does."""
    keys = [key for key in vocabulary.numbers if key.rsplit("_", 1)[-1] in unit.keys]
    named = [lexicon.beside[stem] for stem in stems_of(around) if lexicon.beside.get(stem) in keys]
    if named:
        return named[:1]
    storing = [key for key in keys if key.startswith("storage")]  # "a 128 GB phone" says how much it stores
    if storing:
        return storing
    value = figure * unit.factor
    within = [key for key in keys if vocabulary.numbers[key].low * 0.5 <= value <= vocabulary.numbers[key].high * 1.5]
    return within or keys


def _range(key: str, op: str, figure: float, unit: Unit, spelt: str) -> Range:
    value = figure * unit.factor
    if op == ">=":
        return Range(key, value, None)
    if op == "<=":
        return Range(key, None, value)
    share = EXACTLY if "." in spelt or "," in spelt else unit.about
    slack = max(share * value, 1e-6)
    return Range(key, value - slack, value + slack)
