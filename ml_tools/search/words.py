"""Words of a text as the store's SQL splits them ("Note20" is "note" and "20"), and tsqueries made of plain words."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?")
_BEFORE_COMBINING = re.compile(r"[\u0300-\u036f]")
APOSTROPHES = ("'", "’", "`")
LONGEST_WORD = 40


@dataclass(frozen=True)
class Word:
    """A word in lower case without accents, and its place in the text."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit()

    @property
    def stem(self) -> str:
        return singular(self.text)


def words_of(text: str) -> list[Word]:
    """The words in order. Apostrophes join ("men's" is "mens"), as in `plain_words`."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        said = folded(match.group())[:LONGEST_WORD]
        before = found[-1] if found else None
        if before and not before.is_number and text[before.end : match.start()] in APOSTROPHES:
            found[-1] = Word(before.text + said, before.start, match.end())
        elif said:
            found.append(Word(said, match.start(), match.end()))
    return found


def folded(text: str) -> str:
    """Lower case, without accents."""
    return _BEFORE_COMBINING.sub("", unicodedata.normalize("NFKD", text)).lower()


def singular(word: str) -> str:
    """A rough singular, the same for both sides of a comparison: "dresses" and "dress", "watches" and "watch"."""
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + replacement
    if word.endswith("ves") and len(word) > 5:
        return word[:-3] + "f"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def stems_of(text: str) -> tuple[str, ...]:
    return tuple(word.stem for word in words_of(text))


def phrase_query(words: Iterable[str]) -> str:
    """A tsquery that wants all of the words; letters and digits alone are quoted, so that nothing else gets in."""
    safe = [re.sub(r"[^\w]|_", "", part) for word in words for part in re.split(r"[.,]", word)]
    return " & ".join(f"'{word}'" for word in safe if word)


def any_query(phrases: Sequence[str]) -> str:
    """A tsquery that wants any of these tsqueries."""
    return " | ".join(f"({phrase})" for phrase in dict.fromkeys(phrases) if phrase)
