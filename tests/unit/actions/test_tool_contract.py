"""What actions read of the tools' answers is what the tools document."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from actions.forecasting_answers import (
    DriversAnswer,
    ForecastAnswer,
    StockPlanAnswer,
    TrackRecordAnswer,
    WaysToSellAnswer,
    WhatIfAnswer,
)
from common.settings import ROOT

DOCUMENT = json.loads((ROOT / "docs" / "tools.openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
ANSWERS = [ForecastAnswer, DriversAnswer, WhatIfAnswer, StockPlanAnswer, WaysToSellAnswer, TrackRecordAnswer]
ASKED = {
    "ForecastRequest": {"product_id", "category", "horizon_days", "asked_by"},
    "DriversRequest": {"product_id", "category"},
    "WhatIfRequest": {"product_id", "category", "horizon_days", "price_change_percent", "discount_percent"},
    "StockPlanRequest": {"product_id", "lead_days", "service_level", "cover_days", "until"},
    "WaysToSellRequest": {"product_id", "horizon_days"},
    "TrackRecordRequest": {"product_id", "category"},
}
PATHS = {"/forecasts", *(f"/forecasts/{what}" for what in (
    "drivers", "what-if", "stock-plan", "ways-to-sell", "track-record",
))}  # fmt: skip


def fields(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model, with those of the models inside it."""
    schema = model.model_json_schema()
    return {"": schema["properties"], **{name: part["properties"] for name, part in schema.get("$defs", {}).items()}}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.__name__)
def test_every_field_that_is_read_is_documented(answer: type[BaseModel]) -> None:
    theirs = {"": SCHEMAS[answer.__name__]["properties"], **{name: s.get("properties") for name, s in SCHEMAS.items()}}
    names = {"ModelVersion": "ModelName"}
    for part, read in fields(answer).items():
        assert set(read) <= set(theirs[names.get(part, part)]), part


@pytest.mark.parametrize(("request_", "asked"), list(ASKED.items()), ids=list(ASKED))
def test_what_is_asked_for_is_what_the_tool_requires(request_: str, asked: set[str]) -> None:
    assert set(SCHEMAS[request_].get("required", [])) <= asked <= set(SCHEMAS[request_]["properties"])


def test_every_path_that_is_called_is_documented() -> None:
    assert set(DOCUMENT["paths"]) >= PATHS
