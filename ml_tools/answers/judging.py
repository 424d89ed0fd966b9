"""Yes or no, from the value of a specification. What the value does not settle is not settled here."""

import re
from collections.abc import Callable
from typing import Any

from ml_tools.answers.passages import Passage
from ml_tools.answers.question import Figure, Question
from ml_tools.answers.topics import Topic, lexicon
from ml_tools.answers.words import stem, stems_of

# What is asked beside the specification and its value without asking for anything more.
_FILLERS = stems_of(
    "real genuine solid pure 100 percent true available support work compatible possible suitable ready phone watch bag"
    " shirt dress coat jacket rug chair lamp mug shoes boots jeans pair one version really actually still right good"
    " fully"
)
_WOODS = stems_of("oak walnut beech pine ash birch")
_ANIMAL = stems_of("leather suede wool cashmere merino silk down")
_CARE = {
    "machine": "machine wash", "tumbl": "tumble dry", "dishwash": "dishwasher", "microwav": "microwave", "iron": "iron",
    "bleach": "bleach", "hand": "hand wash", "dry clean": "dry clean",
}  # fmt: skip
_SIZES = {"small": "s", "medium": "m", "large": "l"}
_FACTORS = {"kg": 1000.0, "kilo": 1000.0, "kilos": 1000.0, "tb": 1000.0, "l": 1.0, "cl": 0.01, "ml": 0.001}

Verdict = bool | None  # None: the value is told, and whoever asks may judge


class Unsettled(Exception):
    """The value says nothing about what is asked."""


def judge(question: Question, passage: Passage) -> Verdict:
    """What a specification's value says to a question for yes or no; raises Unsettled where it says nothing."""
    topic = _topic_of(question, passage)
    if topic is None:
        return _by_words(question, passage)
    return _JUDGES[topic.judge](question, passage, topic)


def _topic_of(question: Question, passage: Passage) -> Topic | None:
    asked = frozenset(question.content) | question.stems
    fitting = [topic for topic in lexicon().of(passage.key) if asked & (topic.asks | topic.values)]
    judged = [topic for topic in fitting if topic.judge != "values"] if question.figure else []
    return next(iter(judged or fitting), None)


def _by_words(question: Question, passage: Passage) -> Verdict:
    """Yes if all that is asked stands there."""
    if question.content and not _beyond(question, passage.content):
        return True
    raise Unsettled


def _beyond(question: Question, known: frozenset[str]) -> frozenset[str]:
    return frozenset(question.content) - known - _FILLERS


def _values(question: Question, passage: Passage, topic: Topic) -> Verdict:
    named = frozenset(question.content) & topic.values
    there = stems_of(str(passage.value))
    if _beyond(question, topic.asks | topic.values | there):
        raise Unsettled
    if named:
        return named <= there
    return True if frozenset(question.content) & there else None


def _material(question: Question, passage: Passage, topic: Topic) -> Verdict:
    there, named = stems_of(str(passage.value)), frozenset(question.content) & topic.values
    if "vegan" in question.stems:
        return "vegan" in there or not there & _ANIMAL
    if _beyond(question, topic.asks | topic.values | there):
        raise Unsettled
    if question.stems & {stem("real"), stem("genuine")} and "vegan" in there:
        return False
    if stem("wood") in named:
        return bool(there & (_WOODS | {stem("wood")}))
    return named <= there if named else None


def _number(question: Question, passage: Passage, topic: Topic) -> Verdict:
    figure, value = question.figure, _measure(passage.value)
    unit = passage.key.rpartition("_")[2]
    if _beyond(question, topic.asks | stems_of(str(passage.quote)) | _numbers(figure)):
        raise Unsettled
    if figure is None or value is None:
        return None
    wanted, value = figure.value * _FACTORS.get(figure.unit, 1.0), value * _FACTORS.get(unit, 1.0)
    if figure.sign:
        return value > wanted if figure.sign > 0 else value < wanted
    return abs(value - wanted) <= 0.01 * max(value, wanted)


def _numbers(figure: Figure | None) -> frozenset[str]:
    """What belongs to a figure: itself, its unit, and how it is compared."""
    if figure is None:
        return frozenset()
    compared = "more over above least less under below most bigger larger smaller heavier lighter higher taller than"
    return stems_of(f"{compared} {figure.value:g} {figure.unit}")


def _measure(value: Any) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    found = re.search(r"\d+(?:[.,]\d+)?", str(value))
    return float(found.group().replace(",", ".")) if found else None


def _option(question: Question, passage: Passage, topic: Topic) -> Verdict:
    values = passage.value if isinstance(passage.value, list) else [passage.value]
    if passage.key == "size":
        return _size(question, [str(value).lower() for value in values])
    if passage.key in ("storage", "storage_gb"):
        return _storage(question, [str(value) for value in values])
    named = frozenset(_grey(one) for one in frozenset(question.content) & topic.values)
    if _beyond(question, topic.asks | topic.values):
        raise Unsettled
    return any(named & {_grey(one) for one in stems_of(str(value))} for value in values) if named else None


def _grey(word: str) -> str:
    return "grey" if word == "gray" else word


def _size(question: Question, there: list[str]) -> Verdict:
    words = [_SIZES.get(word, word) for word in question.words]
    named = [word for word in words if word.isdigit() or re.fullmatch(r"x{0,3}[sl]|m", word)]
    if not named:
        if _beyond(question, frozenset({"size"})):
            raise Unsettled
        return None
    return any(word in there for word in named)


def _storage(question: Question, there: list[str]) -> Verdict:
    if question.figure is None:
        return None
    wanted = question.figure.value * _FACTORS.get(question.figure.unit, 1.0)
    return any(_measure(value) == wanted for value in there)


def _water(question: Question, passage: Passage, topic: Topic) -> Verdict:
    """IP codes as IEC 60529 and ATM as ISO 22810 mean them."""
    if _beyond(question, topic.asks | stems_of(str(passage.value)) | stems_of("drop take wear put")):
        raise Unsettled
    asked = question.stems
    dive = asked & stems_of("dive diving snorkel deep")
    soak = asked & stems_of("waterproof swim pool bath underwater submerge sea proof")
    shower = asked & stems_of("shower")
    needed = 4 if dive else 3 if soak else 2 if shower else 1
    return _water_grade(str(passage.value)) >= needed


def _water_grade(rating: str) -> int:
    """0 unknown, 1 splashes, 2 a shower, 3 swimming or a while under water, 4 diving."""
    if found := re.search(r"(\d+)\s*(?:atm|bar)", rating.lower()):
        atm = int(found[1])
        return 4 if atm >= 20 else 3 if atm >= 10 else 3 if atm >= 5 else 1
    if found := re.search(r"ip[\dx](\d)", rating.lower()):
        return 3 if int(found[1]) >= 7 else 2 if int(found[1]) >= 5 else 1
    raise Unsettled


def _care(question: Question, passage: Passage, topic: Topic) -> Verdict:
    said, asked = str(passage.value).lower(), question.text.lower()
    if _beyond(question, topic.asks | stems_of("safe proof only temperature should put")):
        raise Unsettled
    if "wet" in question.stems and "do not wet" in said:
        return False
    ways = [way for word, way in _CARE.items() if word in asked]
    if not ways:
        if {"wash", "clean"} & question.stems and not {"wash", "clean", "rins"} & stems_of(said):
            raise Unsettled
        return None
    if all(way in said for way in ways):
        return None if " or " in said else True
    if ways == ["machine wash"] and not any(way in said for way in ("cycle", "machine")):
        return False
    if ways == ["dry clean"]:
        return None if "wash" not in said else False
    raise Unsettled


def _fit(question: Question, passage: Passage, topic: Topic) -> Verdict:
    sides = _sides(str(passage.value))
    if _beyond(
        question,
        topic.asks | topic.values | stems_of(str(passage.value)) | stems_of("take into inside"),
    ):
        raise Unsettled
    place = next((sides for name, sides in lexicon().places.items() if name in question.text.lower()), None)
    if place is None:
        return None
    return all(side <= room for side, room in zip(sorted(sides, reverse=True), place, strict=False)) if sides else None


def _sides(dimensions: str) -> list[float]:
    """Centimetres of `161.6 x 75.2 x 8.3 mm`."""
    factor = 0.1 if "mm" in dimensions else 1.0
    return [float(side) * factor for side in re.findall(r"\d+(?:\.\d+)?", dimensions)]


def _audience(question: Question, passage: Passage, topic: Topic) -> Verdict:
    women = question.stems & stems_of("women woman female ladies girls")
    asked = "women" if women else "men"
    if _beyond(question, topic.asks):
        raise Unsettled
    return str(passage.value) in (asked, "unisex")


def _season(question: Question, passage: Passage, topic: Topic) -> Verdict:
    named = frozenset(question.content) & topic.values
    if _beyond(question, topic.asks | topic.values):
        raise Unsettled
    return str(passage.value) == "all year" or named <= stems_of(str(passage.value)) if named else None


def _sim(question: Question, passage: Passage, topic: Topic) -> Verdict:
    said = str(passage.value).lower()
    if "dual" in question.stems:
        return "dual" in said or " and " in said
    return _values(question, passage, topic)


_JUDGES: dict[str, Callable[[Question, Passage, Topic], Verdict]] = {
    "values": _values, "number": _number, "option": _option, "water": _water, "care": _care, "fit": _fit,
    "audience": _audience, "season": _season, "material": _material, "sim": _sim,
}  # fmt: skip
