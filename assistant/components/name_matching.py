"""Which product a run of words names: SQL's candidates, scored again word by word.

Numbers must be equal ("Note20" is not "Note10"), words may have slips of the finger, and what a name holds beyond the
words (other models' "Pro", "Ultra") counts against it. Storage, colour, brand, network and year may be left out.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from assistant.components.catalogue_database import Candidate
from assistant.components.ordinary_words import MODIFIERS
from assistant.components.words import Word, singular, words_of

UNITS = frozenset({"gb", "tb"})
NUMBER_WEIGHT, NAME_WEIGHT, LETTER_WEIGHT, GENERIC_WEIGHT = 2.5, 2.0, 1.0, 1.0
ACCEPTED = 0.6


@dataclass(frozen=True)
class Match:
    """A candidate on the words `first` to `last` (inclusive) of a run; `score` 0..1."""

    candidate: Candidate
    first: int
    last: int
    score: float


def alike(asked: str, known: str) -> bool:
    """Equal but for slips: one in words of 4 or 5 letters, two in longer ones, none in numbers and short words."""
    if asked == known:
        return True
    if asked.isdigit() or known.isdigit():
        return False
    asked, known = singular(asked), singular(known)
    shorter = min(len(asked), len(known))
    slips = 0 if shorter < 4 else 1 if shorter < 6 else 2
    return asked == known or (slips > 0 and OSA.distance(asked, known, score_cutoff=slips) <= slips)


@dataclass(frozen=True)
class _Name:
    """A product's name: its words, which of them may be left out, and which number it cannot be without."""

    words: tuple[str, ...]
    optional: Set[int]
    brand: Set[int]

    @property
    def core(self) -> list[int]:
        return [place for place in range(len(self.words)) if place not in self.optional]


def _parsed(candidate: Candidate, colours: Set[str]) -> _Name:
    words = tuple(word.text for word in words_of(candidate.name))
    brand_words = {word.text for word in words_of(candidate.brand)}
    brand = {place for place, word in enumerate(words) if word in brand_words}
    optional = set(brand)
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if word.isdigit() and (following in UNITS or (word in "345" and following == "g")):
            optional |= {place, place + 1}
        elif (word.isdigit() and len(word) == 4 and word[:2] in ("19", "20") and len(words) > 2) or (
            word in colours and place > 1
        ):
            optional.add(place)
    if len(optional) == len(words):  # a name that is nothing but a brand, or a number after it
        optional -= {place for place in optional if place not in brand}
    return _Name(words, frozenset(optional), frozenset(brand))


def _weight(word: str, generic: Set[str]) -> float:
    if word.isdigit():
        return NUMBER_WEIGHT
    if len(word) == 1:
        return LETTER_WEIGHT
    return GENERIC_WEIGHT if singular(word) in generic else NAME_WEIGHT


def _aligned(run: Sequence[Word], name: _Name) -> list[int | None]:
    """For each word of the run the place of its partner in the name; a partner is used once."""
    free = set(range(len(name.words)))
    result: list[int | None] = []
    for word in run:
        equal = [place for place in sorted(free) if name.words[place] == word.text]
        near = equal or [place for place in sorted(free) if alike(word.text, name.words[place])]
        result.append(near[0] if near else None)
        free -= set(near[:1])
    return result


def _windows(partners: Sequence[int | None]) -> list[tuple[int, int]]:
    """Stretches that begin and end on matched words, with at most one stranger in a row inside."""
    matched = [place for place, partner in enumerate(partners) if partner is not None]
    windows: list[tuple[int, int]] = []
    for place in matched:
        if windows and place - windows[-1][1] <= 2:
            windows[-1] = (windows[-1][0], place)
        else:
            windows.append((place, place))
    return windows


def _scored(
    run: Sequence[Word], candidate: Candidate, name: _Name, partners: Sequence[int | None],
    window: tuple[int, int], generic: Set[str],
) -> Match | None:  # fmt: skip
    first, last = window
    found = {p for p in partners[first : last + 1] if p is not None}
    if not _identifies(run, name, found, window, generic):
        return None
    asked = sum(_weight(w.text, generic) for w in run[first : last + 1])
    met = sum(_weight(run[i].text, generic) for i in range(first, last + 1) if partners[i] is not None)
    missing = sum(_weight(name.words[p], generic) for p in name.core if p not in found)
    spare = sum(1 for p in name.optional if p not in found)
    score = 0.5 * met / asked + 0.5 * met / (met + missing) - 0.004 * spare
    strangers = [run[i].text for i in range(first, last + 1) if partners[i] is None]
    if any(word.isdigit() or word in MODIFIERS for word in strangers):
        return None
    return Match(candidate, first, last, round(score, 4)) if score >= ACCEPTED else None


def _identifies(run: Sequence[Word], name: _Name, found: Set[int], window: tuple[int, int], generic: Set[str]) -> bool:
    """Enough of the name to mean this product and not just its kind."""
    core = name.core
    numbers = [place for place in core if name.words[place].isdigit()]
    wordy = [place for place in found if len(name.words[place]) > 1 and not name.words[place].isdigit()]
    if numbers:
        letters = [p - 1 for p in numbers if p and len(name.words[p - 1]) == 1]
        compact = bool(letters) and window[1] > window[0]
        return set(numbers) <= found and set(letters) <= found and (bool(wordy) or compact)
    named = [place for place in core if place in found]
    telling = [place for place in named if singular(name.words[place]) not in generic]
    if name.brand & found:
        return bool(telling) and len(named) >= min(2, len(core))
    return bool(telling) and len(named) == len(core)


def matches(run: Sequence[Word], candidates: Sequence[Candidate], colours: Set[str], generic: Set[str]) -> list[Match]:
    """Every candidate that the run names, best first. `generic` holds the singulars of colour, category ... words."""
    result: list[Match] = []
    for candidate in candidates:
        name = _parsed(candidate, colours)
        partners = _aligned(run, name)
        for window in _windows(partners):
            match = _scored(run, candidate, name, partners, window, generic)
            if match:
                result.append(match)
    return sorted(result, key=lambda m: (-m.score, -(m.last - m.first), len(m.candidate.name)))
