"""Words of questions and passages, as stems: "weighs", "weigh" and "weighing" are one."""

import html
import re
from functools import lru_cache

_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_MARKUP = re.compile(r"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^<>]{0,500}>", re.IGNORECASE | re.DOTALL)
_CLITIC = re.compile(r"'(?:s|t|re|ll|ve|d|m)\b")
_CAME_OUT = re.compile(r"\b(?:come|comes|came|coming) out\b(?! of)")
_BLANKS = re.compile(r"[^\S\n]+")
_ENDINGS = (
    "ations", "ation", "ings", "ing", "ably", "able", "ible", "ness", "edly", "ed", "ers", "er", "ies", "es", "ly", "s",
    "e", "y",
)  # fmt: skip
LONGEST_WORD = 40
# Words that say how is asked, not what about.
_STOP = """
a an the this that these those it its it's is are was were be been being am do does did done doing has have had having
can could will would should shall may might must i me my mine we us our you your yours he she they them their there here
of for to in on at by with from as and or but if so than then too very just also any some one ones what which who whom
whose when where why how many much come comes came coming about into over out up down please tell know get got gets
go goes going take takes want need needs like use used product item thing things s t d ll re ve m not no yes hi hello
"""


def plain_text(text: str) -> str:
    """A text without markup: tags are dropped, entities are characters."""
    without = html.unescape(_MARKUP.sub(" ", text))
    return _BLANKS.sub(" ", _MARKUP.sub(" ", without)).strip()


def words_of(text: str) -> list[str]:
    """Lower case, without what an apostrophe cuts off; numbers stay whole."""
    whole = _CLITIC.sub("", text.lower().replace("’", "'"))
    return [word[:LONGEST_WORD] for word in _WORD.findall(_CAME_OUT.sub("released", whole))]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What is left without the commonest endings; the same for both sides of a comparison."""
    if word[0].isdigit() or len(word) < 4:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


STOP = frozenset(_STOP.split())


def stems_of(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text))


@lru_cache(maxsize=20_000)
def content_of(text: str) -> tuple[str, ...]:
    """Stems of the words that say something, each once, in order."""
    return tuple(dict.fromkeys(stem(word) for word in words_of(text) if word not in STOP))


_FIGURE = re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty)\b", re.IGNORECASE)


def has_figure(text: str) -> bool:
    return bool(_FIGURE.search(text))
