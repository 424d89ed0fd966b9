"""Products and the shop's own words in a message, looked up in the catalogue itself: what is new there is understood.

A message falls into runs of words, cut where ordinary words and punctuation stand. Every run that may hold a name is
asked of SQL (`product_candidates`), and what comes back is matched again word by word.
"""

import itertools
import os
import re
from collections.abc import Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.components.catalogue_database import Candidate, CatalogueDatabase, Vocabulary
from assistant.components.name_matching import UNITS, Match, alike, matches
from assistant.components.ordinary_words import MODIFIERS, ORDINARY
from assistant.components.shop_terms import ShopTerms
from assistant.components.words import Word, singular, words_of

Entity = dict[str, Any]
Run = list[Word]

MOST_RUNS, LONGEST_RUN = 6, 10
ASKED, NEAREST, TOLD = 30, 3, 5
SAME_NAME = 0.08  # candidates that score this close to the best may be meant as well
TAKEN = frozenset(
    {"horizon", "period", "amount", "order_number", "percentage", "price_point", "lead_time", "service_level"}
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class CatalogueResolver(GraphComponent):
    """Adds product, product_unknown, category, brand, colour, size and storage entities."""

    def __init__(self, database: CatalogueDatabase, name: str) -> None:
        self._database, self._name = database, name
        self._vocabulary = Vocabulary(database)
        self._read: Any = None
        self._terms = ShopTerms({})

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "CatalogueResolver":
        return cls(CatalogueDatabase(os.environ.get("DATABASE_URL")), "CatalogueResolver")

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                entities = message.get(ENTITIES, [])
                message.set(ENTITIES, entities + self.resolve(message.get(TEXT), entities), add_to_output=True)
        return messages

    def resolve(self, text: str, known: list[Entity]) -> list[Entity]:
        """The catalogue's entities in the text, in order; `known` are those that other components found before."""
        terms = self._shop_terms()
        found: list[Entity] = []
        for run in self._runs(text, known):
            found += self._in_run(text, run, terms)
        named = [(entity["start"], entity["end"]) for entity in found]
        spans = named + [(e["start"], e["end"]) for e in known if e["entity"] in TAKEN]
        found += [self._entity(text, *term) for term in terms.entities(words_of(text), spans)]
        return sorted(found, key=lambda entity: (entity["start"], entity["entity"]))

    def _shop_terms(self) -> ShopTerms:
        """The vocabulary, prepared once for as long as it stays the same object."""
        read = self._vocabulary.terms()
        if read is not self._read:
            self._terms, self._read = ShopTerms(read), read
        return self._terms

    def _runs(self, text: str, known: list[Entity]) -> list[Run]:
        taken = [(e["start"], e["end"]) for e in known if e["entity"] in TAKEN]
        runs: list[Run] = [[]]
        previous: Word | None = None
        glued = _glued_to_numbers(words_of(text))
        for word in words_of(text):
            between = text[previous.end : word.start] if previous else ""
            outside = (word.text in ORDINARY and word not in glued) or any(
                start < word.end and word.start < end for start, end in taken
            )
            if re.search(r"[,;:!?\n]|\. ", between) or outside:
                runs.append([])
            if not outside:
                runs[-1].append(word)
            previous = word
        return [run[:LONGEST_RUN] for run in runs if run][:MOST_RUNS]

    def _in_run(self, text: str, run: Run, terms: ShopTerms) -> Iterator[Entity]:
        """The best match of the run, then what its left and right remainders hold."""
        if not _may_name(run, terms):
            return
        candidates, found = self._looked_up(run, terms)
        if candidates is None:
            return
        best = found[0] if found else None
        if best is None:
            unknown = self._unknown(text, run, candidates, terms)
            if unknown:
                yield unknown
            return
        left, right = run[: best.first], run[best.last + 1 :]
        if (right and right[0].text in MODIFIERS) or _is_other_model(text, best, run):
            stretch = run[best.first : best.last + 2]
            yield self._entity(text, stretch[0], stretch[-1], "product_unknown", candidates=_told(found, NEAREST))
            return
        yield from self._in_run(text, left, terms)
        yield self._product(text, run, best, found)
        yield from self._in_run(text, right, terms)

    def _looked_up(self, run: Run, terms: ShopTerms) -> tuple[list[Candidate] | None, list[Match]]:
        """What SQL offers for the run and what of it matches; the words up to a model's number are tried alone first,
        because "s21 differs" is asked for as a name of two words for nothing. None while the database is away."""
        candidates: list[Candidate] = []
        for probe in _probes(run):
            offered = self._database.candidates(" ".join(word.text for word in probe), ASKED)
            if offered is None:
                return None, []
            candidates = offered
            found = matches(run, candidates, terms.colours, terms.generic)
            if found:
                return candidates, found
        return candidates, []

    def _product(self, text: str, run: Run, best: Match, found: list[Match]) -> Entity:
        rivals = [m for m in found if (m.first, m.last) == (best.first, best.last) and best.score - m.score < SAME_NAME]
        extra: dict[str, Any] = {"name": best.candidate.name, "score": best.score}
        if len(rivals) > 1:
            extra["candidates"] = _told(rivals, TOLD)
        entity = self._entity(text, run[best.first], run[best.last], "product", **extra)
        return {**entity, "value": best.candidate.product_id}

    def _unknown(self, text: str, run: Run, candidates: list[Candidate], terms: ShopTerms) -> Entity | None:
        stretch = _model_like(run, candidates, terms)
        if not stretch:
            return None
        near = [{"id": c.product_id, "name": c.name, "score": round(c.similarity, 3)} for c in candidates[:NEAREST]]
        return self._entity(text, stretch[0], stretch[-1], "product_unknown", candidates=near)

    def _entity(self, text: str, first: Word, last: Word, kind: str, value: Any = None, **extra: Any) -> Entity:
        said = text[first.start : last.end]
        return {
            "entity": kind,
            "value": said if value is None else value,
            "start": first.start,
            "end": last.end,
            "text": said,
            "extractor": self._name,
            **extra,
        }


def _glued_to_numbers(words: Run) -> "set[Word]":
    """Letters that touch a number belong to a model, whatever they mean alone: the a of "a53" and of "6a"."""
    touching = [(left, right) for left, right in itertools.pairwise(words) if left.end == right.start]
    return {word for pair in touching for word in pair if pair[0].is_number or pair[1].is_number}


def _may_name(run: Run, terms: ShopTerms) -> bool:
    """Not worth a look: nothing but kinds, colours and numbers, as in "red dress" and "42"."""
    return any(len(w.text) > 1 and not w.is_number and singular(w.text) not in terms.generic for w in run) or (
        any(w.is_number for w in run) and any(not w.is_number for w in run) and not _is_measure(run)
    )


def _is_measure(run: Run) -> bool:
    return all(w.is_number or w.text in UNITS or len(w.text) <= 2 for w in run) and any(w.text in UNITS for w in run)


def _probes(run: Run) -> list[Run]:
    number = next((place for place, word in enumerate(run) if word.is_number), None)
    if not number:  # none, or nothing before it
        return [run]
    end = number + 1
    while end < len(run) and (run[end].text in MODIFIERS or run[end - 1].end == run[end].start):
        end += 1
    short = run[max(0, number - 3) : end]
    return [run] if len(short) == len(run) else [short, run]


def _is_other_model(text: str, best: Match, run: Run) -> bool:
    """A number or letter glued to the end of the match that the name does not have: "s21x", "pixel 7b"."""
    if best.last + 1 >= len(run):
        return False
    last, following = run[best.last], run[best.last + 1]
    glued = last.end == following.start
    return (
        glued and last.is_number and len(following.text) <= 2 and following.text not in UNITS and following.text != "g"
    )


def _told(found: list[Match], limit: int) -> list[dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for match in found:
        candidate = match.candidate
        told.setdefault(
            candidate.product_id, {"id": candidate.product_id, "name": candidate.name, "score": match.score}
        )
    return list(told.values())[:limit]


def _model_like(run: Run, candidates: list[Candidate], terms: ShopTerms) -> Run:
    """The stretch that reads like a model that the shop does not have: "galaxy note 99", "zorblax z9000"."""
    names = {word.text for candidate in candidates for word in words_of(candidate.name) if len(word.text) > 1}
    for place, word in enumerate(run):
        following = run[place + 1].text if place + 1 < len(run) else ""
        if not word.is_number or place == 0 or following in UNITS or (len(word.text) == 1 and following == "g"):
            continue
        before = run[place - 1]
        code = before.end == word.start and len(word.text) > 1
        line = any(alike(before.text, name) for name in names if len(before.text) > 2 and not name.isdigit())
        if (code or line) and singular(before.text) not in terms.sizes:
            first = place - 1
            while (
                first > 0
                and not run[first - 1].is_number
                and singular(run[first - 1].text) not in terms.generic_but_brands
            ):
                first -= 1
            last = place
            while last + 1 < len(run) and run[last + 1].text in MODIFIERS:
                last += 1
            return run[first : last + 1]
    return []
