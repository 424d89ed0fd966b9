"""From words to a `Reading`: prices, measures and sizes first, then slips of the finger, then the longest terms that
the shop or general English knows. What is left is to be found in texts."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ml_tools.search.lexicon import Lexicon
from ml_tools.search.measures import MeasureSaid, measures_in, sizes_in
from ml_tools.search.naming import Naming
from ml_tools.search.prices import prices_in
from ml_tools.search.reading import Part, Reading, Token
from ml_tools.search.spelling import Spelling
from ml_tools.search.vocabulary import Vocabulary
from ml_tools.search.words import Word, any_query, phrase_query, singular, words_of
from store.search_conditions import Condition

LONGEST_TERM = 4  # words
MOST_TOKENS = 12
MOST_PARTS = 10
NEGATION_REACH = 2  # words between a "not" and what must not be
ALTERNATIVE_WEIGHT = 0.5  # a word that only general English holds
_OPERATORS = {"=": "", "about": "about ", ">=": "at least ", "<=": "at most "}


@dataclass(frozen=True)
class Understander:
    """Made once for a vocabulary."""

    lexicon: Lexicon
    vocabulary: Vocabulary
    spelling: Spelling

    def read(self, text: str, *, correct: bool = True, ignoring: Collection[str] = ()) -> Reading:
        """What the text asks for; what it says of the kinds `ignoring` is taken out of it. Any text has a reading; an
        empty one asks for everything."""
        reading = self._read(text, correct=correct)
        for _ in range(MOST_PARTS):
            ignored = reading.saying(ignoring)
            if not ignored:
                break
            reading = self._read(reading.without(ignored[0]), correct=correct)
        return reading

    def _read(self, text: str, *, correct: bool) -> Reading:
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
        figures = self._figures(lowered)
        words, corrections = self._words(text, figures, correct=correct)
        naming = Naming(self.lexicon, self.vocabulary, [word.stem for word in words])
        named, owners = self._named(words, naming)
        parts = [*figures, *named][:MOST_PARTS]
        tokens = list(self._tokens(words, parts, owners, offset=len(figures)))[:MOST_TOKENS]
        meaning = " ".join(word.text for word in words if not self._is_negated(words, parts, word))
        unknown = tuple(word.text for word in words if not self.spelling.knows(word.text) and not word.is_number)
        stems = frozenset(word.stem for word in words)
        made, suggested = (corrections, ()) if correct else ((), corrections)
        return Reading(text, meaning, parts, tokens, made, suggested, stems, unknown)

    def _figures(self, text: str) -> list[Part]:
        """Prices, measures and sizes, no two on one place; a measure is no price."""
        found: list[Part] = []
        measured = [_measure_part(one) for one in measures_in(text, self.lexicon, self.vocabulary)]
        priced = [
            Part("price", _price_label(one.low, one.high), one.start, one.end,
                 Condition(min_price=one.low, max_price=one.high), low=one.low, high=one.high)
            for one in prices_in(text)
        ]  # fmt: skip
        sized = [
            Part("size", f"size {one.value}", one.start, one.end, Condition(sizes=(one.value,)), (one.value,))
            for one in sizes_in(text, self.vocabulary)
        ]
        for part in [*measured, *priced, *sized]:
            if not any(part.start < other.end and other.start < part.end for other in found):
                found.append(part)
        return _one_price(found)

    def _words(self, text: str, parts: Sequence[Part], *, correct: bool) -> tuple[list[Word], list[tuple[str, str]]]:
        """The words outside of the figures, corrected where they must be, and what was corrected."""
        free = [word for word in words_of(text) if not any(p.start < word.end and word.start < p.end for p in parts)]
        free = self._joined(free)
        if not correct:
            return free, [(text[w.start : w.end], meant) for w in free if (meant := self.spelling.corrected(w))]
        words: list[Word] = []
        corrections: list[tuple[str, str]] = []
        for word in free:
            meant = self.spelling.corrected(word)
            if meant:
                corrections.append((text[word.start : word.end], meant))
            words += [Word(one, word.start, word.end) for one in (meant or word.text).split()]
        return words, corrections

    def _joined(self, words: Sequence[Word]) -> list[Word]:
        """Words that were written as two are one."""
        found: list[Word] = []
        for word in words:
            one = self.spelling.joined(found[-1], word) if found else None
            if one:
                found[-1] = Word(one, found[-1].start, word.end)
            else:
                found.append(word)
        return found

    def _named(self, words: Sequence[Word], naming: Naming) -> tuple[list[Part], dict[int, int]]:
        """Parts by the longest terms, and which word belongs to which of them."""
        parts: list[Part] = []
        owners: dict[int, int] = {}
        for first, last in _stretches(len(words)):
            places = range(first, last + 1)
            if any(place in owners for place in places):
                continue
            part = naming.part(words[first : last + 1], alone=first == last)
            if part is None:
                continue
            negated = self._negation(words, first, last, owners)
            if negated is not None:
                part = _negated(part, start=min(negated, part.start), end=self._free_end(words, last, part.end))
            same = next((n for n, one in enumerate(parts) if one.condition == part.condition), len(parts))
            owners.update(dict.fromkeys(places, same))
            parts += [part] if same == len(parts) else []
        order = sorted(range(len(parts)), key=lambda n: parts[n].start)
        return [parts[n] for n in order], {place: order.index(n) for place, n in owners.items()}

    def _negation(self, words: Sequence[Word], first: int, last: int, owners: dict[int, int]) -> int | None:
        """Where the word stands that says that this must not be; None where none does. What was named in between takes
        the negation for itself, unless "or" and the like join the two."""
        for place in range(first - 1, max(first - 2 - NEGATION_REACH, -1), -1):
            if words[place].text in self.lexicon.negation:
                return words[place].start
            if place in owners or words[place].stem not in self.lexicon.asking:
                break
        after = words[last + 1].text if last + 1 < len(words) else ""
        return words[first].start if after in self.lexicon.free else None

    def _free_end(self, words: Sequence[Word], last: int, end: int) -> int:
        after = words[last + 1] if last + 1 < len(words) else None
        return after.end if after and after.text in self.lexicon.free else end

    def _tokens(
        self, words: Sequence[Word], parts: Sequence[Part], owners: dict[int, int], *, offset: int
    ) -> Iterator[Token]:
        seen: set[str] = set()
        for place, word in enumerate(words):
            owner = owners.get(place)
            at = None if owner is None else owner + offset
            part = parts[at] if at is not None and at < len(parts) else None
            if (part and (part.op == "not" or part.kind == "price")) or word.stem in seen or self._is_idle(word, part):
                continue
            seen.add(word.stem)
            yield self._token(word, None if part is None else at)

    def _is_idle(self, word: Word, part: Part | None) -> bool:
        """Words that ask rather than describe; those of a name describe."""
        idle = word.stem in self.lexicon.asking or word.text in self.lexicon.negation or word.text in self.lexicon.free
        return part is None and idle

    def _token(self, word: Word, part: int | None) -> Token:
        who = self.lexicon.audience.get(word.stem)
        same = [stem for stem, whom in self.lexicon.audience.items() if whom == who] if who else []
        others = [[word.text], *([stem] for stem in same)]
        others += [list(phrase) for phrase in self.lexicon.synonyms.get((word.stem,), ()) if len(phrase) == 1]
        frequency = max(self.vocabulary.frequency(singular(one[0])) for one in others)
        weight = self.vocabulary.weight(word.stem if self.vocabulary.frequency(word.stem) else singular(others[-1][0]))
        known = self.spelling.knows(word.text)
        query = any_query([phrase_query(one) for one in others])
        return Token(word.text, query, weight if known else min(weight, 4.0), frequency, part)

    def _is_negated(self, words: Sequence[Word], parts: Sequence[Part], word: Word) -> bool:
        return any(part.op == "not" and part.start <= word.start < part.end for part in parts)


def _stretches(count: int) -> Iterator[tuple[int, int]]:
    for length in range(min(LONGEST_TERM, count), 0, -1):
        for first in range(count - length + 1):
            yield first, first + length - 1


def _negated(part: Part, *, start: int, end: int) -> Part:
    return replace(
        part,
        kind="attribute",
        label=f"not {part.label}",
        start=start,
        end=end,
        condition=replace(part.condition, negated=True),
        key=part.key or part.kind,
        op="not",
        value=part.value or part.label,
    )


def _one_price(parts: list[Part]) -> list[Part]:
    """ "from 50 to" and "up to" in two places are one range; of two prices of a kind the last counts."""
    prices = [part for part in parts if part.kind == "price"]
    if len(prices) < 2:
        return parts
    low = next((part.low for part in reversed(prices) if part.low is not None), None)
    high = next((part.high for part in reversed(prices) if part.high is not None), None)
    if low is not None and high is not None and low > high:
        low = None
    one = replace(
        prices[-1],
        label=_price_label(low, high),
        low=low,
        high=high,
        condition=Condition(min_price=low, max_price=high),
    )
    return [part for part in parts if part.kind != "price"] + [one]


def _price_label(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return f"up to {high:g}" if high is not None else f"from {low:g}"


def _measure_part(said: MeasureSaid) -> Part:
    unit = said.unit.text
    figure = f"{said.figure:g}"
    what = re.sub(r"_[a-z]+$", "", said.key).replace("_", " ") if said.key != "any" else ""
    sizes = (said.storage,) if said.storage else ()
    query = phrase_query([*said.text[0].split("."), said.text[1]])
    condition = Condition(sizes=sizes, numbers=() if sizes else said.ranges, query=None if sizes else query)
    return Part(
        "attribute", f"{what} {_OPERATORS[said.op]}{figure} {unit}".strip(), said.start, said.end, condition,
        key=said.key, op=said.op, value=said.figure, unit=unit,
        better=Condition(numbers=said.exact) if said.exact else None,
    )  # fmt: skip
