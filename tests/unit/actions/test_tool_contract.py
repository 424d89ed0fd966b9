"""What actions read of the tools' answers is what the tools document."""

import json
from typing import Any

from pydantic import BaseModel

from actions.tool_answers import ForecastAnswer
from common.settings import ROOT

SCHEMAS = json.loads((ROOT / "docs" / "tools.openapi.json").read_text())["components"]["schemas"]


def fields(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model, with those of the models inside it."""
    schema = model.model_json_schema()
    return {"": schema["properties"], **{name: part["properties"] for name, part in schema.get("$defs", {}).items()}}


def test_every_field_that_is_read_is_documented() -> None:
    ours = fields(ForecastAnswer)
    theirs = {"": SCHEMAS["ForecastAnswer"]["properties"], **{name: s.get("properties") for name, s in SCHEMAS.items()}}
    names = {"ModelVersion": "ModelName"}
    for part, read in ours.items():
        assert set(read) <= set(theirs[names.get(part, part)]), part


def test_what_is_asked_for_is_what_the_tool_requires() -> None:
    assert set(SCHEMAS["ForecastRequest"]["required"]) <= {"product_id", "horizon_days", "asked_by"}
    assert {"product_id", "horizon_days", "asked_by"} <= set(SCHEMAS["ForecastRequest"]["properties"])
