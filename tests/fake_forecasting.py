"""Answers of the forecasting tool as it documents them, for one subject or another."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

TODAY = datetime.now(UTC).date()
FORECAST = "f_0123456789abcdef01234567"
MODEL = {"name": "ensemble", "version": "1"}
YESTERDAY = str(TODAY - timedelta(days=1))


def interval(mean: float) -> dict[str, float]:
    return {"mean": mean, "lo80": 0.9 * mean, "hi80": 1.1 * mean, "lo95": 0.8 * mean, "hi95": 1.2 * mean}


def subject(about: Mapping[str, Any]) -> dict[str, Any]:
    if product := about.get("product_id"):
        return {"kind": "product", "id": product, "name": "Galaxy Note20", "products": 1}
    if category := about.get("category"):
        return {"kind": "category", "id": category, "name": str(category).capitalize(), "products": 39}
    return {"kind": "shop", "id": None, "name": "the whole shop", "products": 435}


def common(about: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": MODEL, "as_of": YESTERDAY, "subject": subject(about), "notes": []}


def span(days: int) -> dict[str, Any]:
    return {"horizon_days": days, "start": str(TODAY), "end": str(TODAY + timedelta(days=days - 1))}


def forecast_json(product_id: str | None = "p_1", days: int = 45, *, category: str | None = None) -> dict[str, Any]:
    """A forecast of 10 units a day, 8 a day in as many days before, 9 a day a year ago."""
    about = {"product_id": product_id, "category": category}
    band = {"mean": 10.0, "lo80": 8.0, "hi80": 12.0, "lo95": 6.0, "hi95": 15.0}
    year_ago = TODAY - timedelta(days=364)
    return {
        **common(about), **span(days), "id": FORECAST, "product_id": product_id,
        "points": [{"day": str(TODAY + timedelta(days=n)), **band} for n in range(days)],
        "total": interval(10.0 * days),
        "last_period": {"start": str(TODAY - timedelta(days=days)), "end": YESTERDAY, "units": 8 * days},
        "change_percent": 25.0,
        "last_year": {"start": str(year_ago), "end": str(year_ago + timedelta(days=days - 1)), "units": 9 * days},
        "last_year_change_percent": 11.1,
        "promotions": [], "outliers": [], "weights": {"cnn": 0.7, "theta": 0.3},
        "quality": {"error_measure": "sMAPE", "error": 12.5, "naive_error": 20.1, "coverage80": 0.81,
                    "coverage95": 0.95, "windows": 6},
        "notes": ["3 days without stock were not counted as zero demand"],
        "alt": f"Line chart: {10 * days} units in {days} days, within 360 to 540.",
        "chart_url": f"/forecasts/{FORECAST}/chart.png",
        "csv_url": f"/forecasts/{FORECAST}/forecast.csv",
    }  # fmt: skip


def drivers_json(about: Mapping[str, Any]) -> dict[str, Any]:
    driver = {"importance": 0.5, "learnt_from": "39 smartphones, 913 days"}
    return {
        **common(about),
        "drivers": [
            {"kind": "price", "label": "a 10 % lower price", "effect": {"mean": 14.0, "lo": 9.0, "hi": 19.0},
             "significant": True, **driver},
            {"kind": "weekday", "label": "Saturdays", "effect": {"mean": 1.0, "lo": -2.0, "hi": 4.0},
             "significant": False, **driver, "importance": 0.1},
        ],
    }  # fmt: skip


def what_if_json(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **common(asked), **span(asked["horizon_days"]), "planned": interval(100.0), "changed": interval(114.0),
        "effect": {"mean": 14.0, "lo": 9.0, "hi": 19.0}, "revenue_planned": 10_000.0, "revenue_changed": 10_260.0,
        "currency": "USD", "learnt_from": "39 smartphones, 913 days",
    }  # fmt: skip


def stock_plan_json(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **common(asked), "stock": 52, "arriving": 0, "run_out": str(TODAY + timedelta(days=10)),
        "run_out_early": str(TODAY + timedelta(days=8)), "run_out_late": str(TODAY + timedelta(days=13)),
        "until": asked.get("until"), "chance_before_until": 0.34 if asked.get("until") else None,
        "lead_days": asked.get("lead_days", 7), "service_level": asked.get("service_level", 0.95),
        "cover_days": asked.get("cover_days", 30), "demand_in_lead": interval(35.0), "reorder_point": 44,
        "order_now": False, "order_quantity": 140, "order_by": str(TODAY + timedelta(days=2)),
    }  # fmt: skip


def ways_json(asked: Mapping[str, Any]) -> dict[str, Any]:
    extra = {"extra_units": {"mean": 14.0, "lo": 9.0, "hi": 19.0}, "source": "39 smartphones, 913 days"}
    blank = {"change_percent": None, "partner_id": None, "partner_name": None, "quantity": None, "by": None}
    return {
        **common(asked), "horizon_days": asked["horizon_days"], "planned": interval(100.0), "currency": "USD",
        "ways": [
            {**blank, **extra, "kind": "promotion", "change_percent": 20.0, "extra_revenue": 800.0},
            {**blank, **extra, "kind": "price", "change_percent": -10.0, "extra_revenue": 260.0},
            {**blank, **extra, "kind": "bundle", "partner_id": "p_case", "partner_name": "Case", "extra_revenue": 90.0},
            {**blank, **extra, "kind": "restock", "quantity": 60, "by": str(TODAY), "extra_revenue": -5.0},
        ],
    }  # fmt: skip


def track_record_json(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subject": subject(about), "notes": [],
        "newest": {
            "id": FORECAST, "made_on": str(TODAY - timedelta(days=20)), "start": str(TODAY - timedelta(days=20)),
            "end": YESTERDAY, "days": 20, "horizon_days": 30, "expected": interval(200.0), "sold": 190,
            "error_percent": 5.3, "inside80": True, "smape": 21.0,
        },
        "forecasts": 12, "mean_error_percent": 8.4, "bias_percent": 3.1, "coverage80": 0.79, "drifting": False,
    }  # fmt: skip
