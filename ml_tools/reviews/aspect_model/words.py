"""What the words say of a sentence, as the model wants it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml_tools.reviews.aspect_model.labelled import Pair
from ml_tools.reviews.clauses import Hint, Known, clauses, hints, plain

Hinted = list[tuple[str, list[Hint]]]


@dataclass(frozen=True)
class Said:
    """Pairs that the words of a sentence settle, and aspects that they name."""

    cues: frozenset[Pair]
    named: frozenset[str]


def hinted(sentence: str, known: tuple[Known, ...]) -> Hinted:
    """The clauses of a sentence (as people wrote it), each with its hints."""
    return [(clause, hints(clause, known)) for clause in clauses(plain(sentence), known)]


def said(sentence: str, found: Hinted, known: Sequence[Known]) -> Said:
    """`found` is what `hinted` made of the sentence."""
    text = plain(sentence)
    cues = frozenset((one.aspect, one.positive) for _, clause in found for one in clause if one.positive is not None)
    return Said(cues, frozenset(one.slug for one in known if one.words and one.words.search(text)))
