"""Reasons in words; what is read and asked of the recommender is what its tool documents."""

import json
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from actions import context
from actions.context import Context, Reason, Recommended
from actions.reasons import in_words
from actions.tool_answers import RecommendationsAnswer
from common.settings import ROOT
from ml_tools.recommender import schemas
from web.shop import recommender as pages

NAMES = {"p_1": "Lamp"}


@pytest.mark.parametrize(
    ("why", "because_of", "words"),
    [
        ("after_this", "p_1", "customers who chose the Lamp often chose this next"),
        ("after_this", "p_gone", "customers with a taste like yours chose this"),
        ("bought_together", "p_1", "bought together with Lamp"),
        ("looks_like", "p_1", "looks like Lamp"),
        ("popular", None, "popular now"),
        ("popular", "p_1", "popular now"),
        ("new", None, "new, and like what you looked at"),
        ("something_else", None, "something different"),
    ],
)
def test_a_reason_reads_well_with_and_without_the_product_that_led_there(
    why: Any, because_of: str | None, words: str
) -> None:
    assert in_words(Reason(why=why, because_of=because_of), NAMES) == words


def test_every_reason_occasion_and_place_is_known_everywhere() -> None:
    """Actions and pages do not import the tools, so they have lists of their own, which must not fall behind."""
    assert set(get_args(context.Why)) == set(get_args(pages.Why)) == set(get_args(schemas.Why))
    assert set(get_args(context.Purpose)) == set(get_args(pages.Purpose)) == set(get_args(schemas.Purpose))
    assert set(get_args(pages.Surface)) == set(get_args(schemas.Surface))


def test_all_reasons_have_words() -> None:
    for why in get_args(context.Why):
        assert in_words(Reason(why=why), {})


def fields(model: type[BaseModel]) -> dict[str, set[str]]:
    schema = model.model_json_schema()
    parts = {name: set(part.get("properties", {})) for name, part in schema["$defs"].items()}
    return {"": set(schema["properties"]), **parts}


def test_what_is_read_is_what_the_tool_answers() -> None:
    theirs = fields(schemas.RecommendationsAnswer)
    names = {"ModelVersion": "ModelName"}
    for part, read in fields(RecommendationsAnswer).items():
        assert read <= theirs[names.get(part, part)], part


def test_what_was_recommended_survives_the_slot_and_a_new_list_forgets_it() -> None:
    kept = Context(recommended=Recommended(about=["p_1"], reasons={"p_2": Reason(why="new")}, seen=["p_2"]))
    again = Context.of(json.loads(json.dumps(kept.dump())))
    assert again == kept
    again.show(["p_3"])
    assert again.recommended is None


def test_a_slot_with_an_odd_reason_is_not_trusted() -> None:
    slot = {"recommended": {"reasons": {"p_2": {"why": "because I say so"}}}}
    assert Context.of(slot) == Context()


def test_the_texts_say_something_for_every_occasion() -> None:
    words = (ROOT / "assistant" / "domain" / "responses" / "recommendations.yml").read_text()
    for purpose in ("goes_with", "others_also_bought"):
        for response in (f"utter_{purpose}:", f"utter_{purpose}_narrowed:", f"utter_{purpose}_nothing:"):
            assert f"  {response}\n" in words
    for why in get_args(context.Why):
        assert f"  utter_because_{why}:\n" in words
