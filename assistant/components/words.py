"""Words of a text with their places, split as the catalogue's SQL splits names: "Note20" is "note" and "20"."""

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+|\d+|\+")


@dataclass(frozen=True)
class Word:
    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.text.isdigit()


def _folded(character: str) -> str:
    """One character for one, so that places stay true: lower case, without its accent."""
    folded = unicodedata.normalize("NFKD", character)[:1].lower()
    return folded if len(folded) == 1 else character


def words_of(text: str) -> list[Word]:
    """The words in order; an apostrophe's tail ("what's", "men's") belongs to its word, "+" is "plus"."""
    folded = "".join(map(_folded, text))
    folded = re.sub(r"(?<=\w)['’`](?=\w)", "_", folded)
    result: list[Word] = []
    for match in _WORD.finditer(folded):
        after_apostrophe = match.start() > 0 and folded[match.start() - 1] == "_" and text[match.start() - 1] != "_"
        if after_apostrophe and result and result[-1].is_number:
            continue  # "the Note20's battery" is of the Note20
        if after_apostrophe and result:
            last = result.pop()
            result.append(Word(last.text + match.group(), last.start, match.end()))
        elif match.group() == "+":
            if result and result[-1].end == match.start():
                result.append(Word("plus", match.start(), match.end()))
        else:
            result.append(Word(match.group(), match.start(), match.end()))
    return result


def singular(word: str) -> str:
    """A rough singular, the same for both sides of a comparison: "dresses" and "dress", "watches" and "watch"."""
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + replacement
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
