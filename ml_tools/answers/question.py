"""How a question is asked: yes or no, how much, what people think; and which words and numbers it holds."""

import re
from dataclasses import dataclass
from functools import cached_property

from ml_tools.answers.topics import lexicon
from ml_tools.answers.words import content_of, plain_text, stems_of, words_of

LONGEST_READ = 300  # characters: about the 128 tokens that the encoder sees
_YES_NO = frozenset(
    words_of("is are was were do does did has have had can could will would should may am isn aren doesn don won")
)
_QUANTITY = re.compile(
    r"\b(?:how (?:long|heavy|big|large|much|many|tall|high|deep|thick|wide|fast|old|far|often)"
    r"|what (?:size|weight|volume|capacity|height|width|diameter|temperature)|at what)\b"
)
_ENGLISH = frozenset(
    words_of(
        "the a an is are it do does can will what which how in to of with for this i you have has there any that at"
        " when who where why my them they these if or on be not people would should"
    )
)
_ASKED = re.compile(r"[^.!?\n]+\?")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z\"]*)")
_MORE = re.compile(r"\b(more|over|above|at least|bigger|larger|heavier|higher|taller|longer|thicker)\b")
_LESS = re.compile(r"\b(less|under|below|at most|smaller|lighter|lower|shorter|thinner|cheaper)\b")


@dataclass(frozen=True)
class Figure:
    """A number that is asked for; `sign` is 1 for "more than", -1 for "less than", 0 for just that."""

    value: float
    unit: str
    sign: int


@dataclass(frozen=True)
class Question:
    text: str

    @classmethod
    def of(cls, asked: str) -> "Question":
        """The question in what was written: a longer story is asked by its last sentence with a question mark."""
        text = plain_text(asked)
        if len(text) > LONGEST_READ:
            asked_last = _ASKED.findall(text)
            text = (asked_last[-1].strip() if asked_last else text)[-LONGEST_READ:]
        return cls(text)

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.text)

    @cached_property
    def content(self) -> tuple[str, ...]:
        return content_of(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        return stems_of(self.text)

    @cached_property
    def yes_no(self) -> bool:
        return bool(self.words) and self.words[0] in _YES_NO

    @cached_property
    def quantity(self) -> bool:
        return bool(_QUANTITY.search(self.text.lower()))

    @cached_property
    def opinion(self) -> bool:
        return bool(self.stems & lexicon().opinions)

    @cached_property
    def overall(self) -> bool:
        """Asked of the product as a whole: "is it worth it", "do people like it"."""
        about = set(self.content) - {"custom", "peopl"}
        return bool(self.stems & lexicon().overall) and about <= lexicon().overall

    @cached_property
    def included(self) -> bool:
        """Asked what comes along with it."""
        with_it = self.yes_no and re.search(r"\bcomes? (?:with|as)\b", self.text.lower())
        return bool(with_it) or bool(set(self.content) & lexicon().included)

    @cached_property
    def foreign(self) -> bool:
        """No word of it is one that every English question has."""
        return len(self.words) > 2 and not any(word in _ENGLISH for word in self.words)

    @cached_property
    def figure(self) -> Figure | None:
        text = self.text.lower()
        found = _NUMBER.search(text)
        if found is None:
            return None
        sign = 1 if _MORE.search(text) else -1 if _LESS.search(text) else 0
        return Figure(float(found[1].replace(",", ".")), found[2], sign)
