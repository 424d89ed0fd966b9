"""What actions read of the answers about reviews, search and questions is what those tools say."""

from typing import Any

import pytest
from pydantic import BaseModel

from actions import review_answers as read
from ml_tools.answers import schemas as answers
from ml_tools.reviews import opinion_schemas as opinions
from ml_tools.search import schemas as search
from tests import fake_reviews as fake

PAIRS = [
    (read.OpinionsAnswer, opinions.OpinionsAnswer),
    (read.RankedAnswer, opinions.WorstAnswer),
    (read.ComplaintsAnswer, opinions.ComplaintsAnswer),
    (read.SearchAnswer, search.SearchAnswer),
    (read.AnswersAnswer, answers.AnswersAnswer),
]
QUOTE = fake.quote_json("p_cup", "Fine.")
SAID = [
    (opinions.OpinionsAnswer, fake.opinions_json([fake.aspect_json("battery", 3, 1, [QUOTE])])),
    (
        opinions.WorstAnswer,
        fake.ranked_json(
            ("p_cup", "Cup", 0.2), complaints=[{"aspect": "price", "name": "price", "negative": 1, "quote": QUOTE}]
        ),
    ),
    (opinions.ComplaintsAnswer, fake.complaints_json(fake.topic_json("delivery", 3, 0.1, [QUOTE]))),
    (search.SearchAnswer, fake.search_json(["p_cup"], corrected=[{"from": "blak", "to": "black"}])),
    (answers.AnswersAnswer, fake.answers_json("Fits.")),
    (answers.AnswersAnswer, fake.answers_json()),
]


def paths(schema: dict[str, Any], part: dict[str, Any], seen: tuple[str, ...] = ()) -> set[str]:
    """Every field of a schema as a path from its root, through lists and what may be null."""
    found: set[str] = set()
    for name, field in part.get("properties", {}).items():
        found.add(".".join((*seen, name)))
        for inner in (field, field.get("items", {}), *field.get("anyOf", [])):
            reference = inner.get("$ref", "").rpartition("/")[2]
            if reference:
                found |= paths(schema, schema["$defs"][reference], (*seen, name))
    return found


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda model: model.__name__)
def test_every_field_that_is_read_is_one_that_is_said(ours: type[BaseModel], theirs: type[BaseModel]) -> None:
    read_, said = ours.model_json_schema(), theirs.model_json_schema(mode="serialization")
    assert paths(read_, read_) <= paths(said, said)


@pytest.mark.parametrize(("model", "answer"), SAID)
def test_the_stand_ins_say_what_the_tools_could(model: type[BaseModel], answer: dict[str, Any]) -> None:
    model.model_validate(answer)
