"""What a clause says by its words alone: which aspects it names, and whether in praise or in blame."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ml_tools.reviews import opinion_words as words
from ml_tools.reviews.aspect_words import LISTED, Listed


def pattern(alternatives: str) -> re.Pattern[str] | None:
    """Whole words, any of the alternatives; a `*` after a letter stands for any ending. None for no alternatives."""
    if not alternatives:
        return None
    open_ended = re.sub(r"(?<=\w)\*(?=\||\)|$)", r"\\w*", alternatives)
    return re.compile(rf"(?<![\w])(?:{open_ended})(?!\w)")


REACH = 6  # words between an opinion and what it is about
SHORT = 12  # words of a clause that is about one thing


@dataclass(frozen=True)
class Known:
    """An aspect with its patterns."""

    slug: str
    words: re.Pattern[str] | None
    good: re.Pattern[str] | None
    bad: re.Pattern[str] | None

    @classmethod
    def of(cls, listed: Listed) -> "Known":
        return cls(listed.slug, pattern(listed.words), pattern(listed.good), pattern(listed.bad))


@dataclass(frozen=True)
class Hint:
    """An aspect that a clause speaks of; `positive` is None where its words do not say."""

    aspect: str
    positive: bool | None


_GOOD, _BAD, _NEGATION = pattern(words.GOOD), pattern(words.BAD), pattern(words.NEGATIONS)
_NOT_NEGATED = re.compile(rf"^\W*(?:{words.NOT_NEGATED_AFTER})\b")
_HARD, _SOFT, _UNREAL = re.compile(words.HARD), re.compile(words.SOFT), re.compile(words.UNREAL)


@lru_cache(maxsize=1)
def listed() -> tuple[Known, ...]:
    return tuple(Known.of(one) for one in LISTED)


def plain(text: str) -> str:
    """Lower case, with one kind of apostrophe; as long as the text, so that places agree."""
    lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lowered.replace("\u2019", "'").replace("\u2018", "'")


def clauses(sentence: str, known: tuple[Known, ...]) -> list[str]:
    """The statements in a sentence (plain text), in order: parted at "but" and the like, and wherever both sides of a
    comma or an "and" have an opinion of their own."""
    return [clause for part in _HARD.split(sentence) if part.strip() for clause in _softly(part, known)]


def _softly(part: str, known: tuple[Known, ...]) -> list[str]:
    found: list[str] = []
    rest = 0
    for border in _SOFT.finditer(part):
        left, right = part[rest : border.start()], part[border.end() :]
        if _speaks(left, known) and _speaks(right, known):
            found.append(left.strip())
            rest = border.end()
    found.append(part[rest:].strip())
    return [clause for clause in found if clause]


def _speaks(text: str, known: tuple[Known, ...]) -> bool:
    return tone(text) is not None or any(_cue(text, one) is not None for one in known)


def hints(clause: str, known: tuple[Known, ...]) -> list[Hint]:
    """The aspects of a clause, each once."""
    if _UNREAL.search(clause):
        return []
    found = []
    for one in known:
        cue = _cue(clause, one)
        if cue is not None:
            found.append(Hint(one.slug, cue))
        elif one.words and (named := one.words.search(clause)):
            around = _around(clause, named)
            if around:
                found.append(Hint(one.slug, tone(around)))
    named_others = any(one.aspect != "look" and _names(clause, one.aspect, known) for one in found)
    return [one for one in found if not (one.aspect == "look" and named_others and not _names(clause, "look", known))]


def _names(clause: str, slug: str, known: tuple[Known, ...]) -> bool:
    return any(one.slug == slug and one.words and one.words.search(clause) for one in known)


def _around(clause: str, named: re.Match[str]) -> str:
    """The words near one that names an aspect; empty where a long clause has no opinion near it."""
    before, after = clause[: named.start()].split(), clause[named.end() :].split()
    if len(before) + len(after) <= SHORT:
        return clause
    near = " ".join([*before[-REACH:], named.group(), *after[:REACH]])
    return near if tone(near) is not None else ""


def tone(clause: str) -> bool | None:
    """Whether praise or blame prevails in the general words, each turned round by a negation; None: neither."""
    score = _score(clause, _GOOD, 1) + _score(clause, _BAD, -1)
    return None if score == 0 else score > 0


def _cue(clause: str, known: Known) -> bool | None:
    score = _score(clause, known.good, 1) + 1.5 * _score(clause, known.bad, -1)
    return None if score == 0 else score > 0


def _score(clause: str, cues: re.Pattern[str] | None, sign: int) -> int:
    if cues is None:
        return 0
    return sum(-sign if negated(clause, match.start()) else sign for match in cues.finditer(clause))


def negated(clause: str, at: int) -> bool:
    """Whether what begins at `at` stands under a negation: "not bad", "didn't really last"."""
    assert _NEGATION is not None
    before = clause[:at].replace("n't", " n't")
    turned = False
    for match in _NEGATION.finditer(before):
        between = before[match.end() :]
        near = len(between.split()) <= words.NEGATION_REACHES and not re.search(r"[,;.]", between)
        if near and not _NOT_NEGATED.match(between):
            turned = not turned
    return turned
