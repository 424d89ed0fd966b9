"""The typed row of each kind of file: a column's type and limits are those of the table it ends up in."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

EARLIEST, LATEST = date(1970, 1, 1), date(2100, 1, 1)


def _iso_date(value: object) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("is not a date like 2026-05-31") from None
    if not EARLIEST <= day < LATEST:
        raise ValueError("is not a date between 1970 and 2100")
    return day


def _iso_moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("is not a time like 2026-05-31T14:05:00 (UTC unless an offset is given)") from None
    if not EARLIEST <= moment.date() < LATEST:
        raise ValueError("is not a date between 1970 and 2100")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json_object(value: object) -> dict[str, Any]:
    try:
        found = json.loads(str(value), parse_constant=lambda name: _refuse(f"{name} is not JSON"))
    except ValueError as error:
        raise ValueError(f"is not a JSON object: {error}") from None
    if not isinstance(found, dict):
        raise ValueError('is not a JSON object like {"weight_g": 180}')
    return found


def _refuse(reason: str) -> None:
    raise ValueError(reason)


def _number(value: object) -> object:
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", str(value).strip()):
        raise ValueError(f"{str(value)[:40]!r} is not a number like 1299.90")
    return value


def _currency(value: object) -> str:
    if not re.fullmatch(r"[A-Z]{3}", str(value)):
        raise ValueError("is not a currency code like USD")
    return str(value)


def _not_zero(value: int) -> int:
    if value == 0:
        raise ValueError("must not be 0; use a negative number for returned units")
    return value


def _text(most: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, max_length=most)


Text20 = Annotated[str, _text(20)]
Text40 = Annotated[str, _text(40)]
Text80 = Annotated[str, _text(80)]
Text120 = Annotated[str, _text(120)]
Text200 = Annotated[str, _text(200)]
LongText = Annotated[str, _text(20_000)]
Money = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, lt=10**10, decimal_places=2)]
Currency = Annotated[str, BeforeValidator(_currency)]
Day = Annotated[date, BeforeValidator(_iso_date)]
Moment = Annotated[datetime, BeforeValidator(_iso_moment)]
JsonObject = Annotated[dict[str, Any], BeforeValidator(_json_object)]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductRow(Row):
    """One variant; rows with the same `sku` are one product, and the first one describes it."""

    sku: Text80
    name: Text200
    category: Text120
    price: Money
    currency: Currency
    brand: Text80 | None = None
    description: LongText | None = None
    attributes: JsonObject | None = None
    active: bool | None = None
    variant_sku: Text80 | None = None
    colour: Text40 | None = None
    size: Text20 | None = None
    storage: Text20 | None = None
    variant_price: Money | None = None
    stock: Annotated[int, BeforeValidator(_number), Field(ge=0, le=10_000_000)] | None = None
    images: LongText | None = None


class OrderRow(Row):
    """One line of an order; the lines of an order agree on everything but what was bought."""

    order_number: Text40
    line: Annotated[int, BeforeValidator(_number), Field(ge=1, le=100_000)]
    placed_at: Moment
    customer: Text80
    sku: Text80
    units: Annotated[int, BeforeValidator(_number), Field(ge=-1_000_000, le=1_000_000), AfterValidator(_not_zero)]
    unit_price: Money
    currency: Currency
    status: Literal["placed", "shipped", "delivered", "cancelled", "return_requested", "returned"] | None = None
    shipped_at: Moment | None = None
    delivered_at: Moment | None = None


class ReviewRow(Row):
    reference: Text80
    sku: Text80
    body: LongText
    written_at: Moment
    customer: Text80 | None = None
    rating: Annotated[int, BeforeValidator(_number), Field(ge=1, le=5)] | None = None
    title: Text200 | None = None


class EventRow(Row):
    reference: Text80
    kind: Literal["view", "search", "cart", "purchase", "click"]
    at: Moment
    customer: Text80 | None = None
    session: Text40 | None = None
    sku: Text80 | None = None
    detail: JsonObject | None = None


class PromotionRow(Row):
    reference: Text80
    title: Text120
    starts_on: Day
    ends_on: Day
    discount_percent: Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=95, decimal_places=2)]
    body: LongText | None = None
    sku: Text80 | None = None
    category: Text80 | None = None
    budget: Money | None = None
    audience: JsonObject | None = None
    cost_per_click: Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=100_000, decimal_places=2)] | None = (
        None
    )
    daily_cap: Annotated[int, BeforeValidator(_number), Field(ge=1, le=100)] | None = None
