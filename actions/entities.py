"""What the assistant found in a message, checked before anything is done with it: products, filters, times, amounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from actions.context import ProductId, Word
from actions.promotion_answers import PromotionId, RankedBy, Slot

log = structlog.get_logger()
Value = TypeVar("Value")
AskedSlot = Slot | Literal["each"]
Figure = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class Candidate(BaseModel):
    id: ProductId
    name: str = ""
    score: float = 0.0


class Mention(BaseModel):
    """A product that was named; `candidates` are the others that the words fit."""

    value: ProductId
    name: str = ""
    score: float = 1.0
    candidates: list[Candidate] = Field(default_factory=list, max_length=10)


class UnknownProduct(BaseModel):
    """Words that were meant as a product and fit none; `candidates` are the nearest names."""

    value: Word
    candidates: list[Candidate] = Field(default_factory=list, max_length=10)


class Horizon(BaseModel):
    days: int | None = None
    problem: str | None = None


class Period(BaseModel):
    """`start` to `end`, both inclusive."""

    start: date
    end: date
    label: str = Field(default="", max_length=80)

    @model_validator(mode="after")
    def _ordered(self) -> "Period":
        if self.end < self.start:
            raise ValueError("a period ends before it starts")
        return self


class Amount(BaseModel):
    model_config = ConfigDict(extra="ignore")
    min: Decimal | None = Field(default=None, ge=0, le=Decimal("1e9"))
    max: Decimal | None = Field(default=None, ge=0, le=Decimal("1e9"))
    currency: str | None = None


class Percentage(BaseModel):
    """`means`: a `change` of the price (below 0: lower), a `discount`, or none where no word says which way."""

    percent: float = Field(ge=-1e6, le=1e6, allow_inf_nan=False)
    means: Literal["change", "discount"] | None = None


class PricePoint(BaseModel):
    """A new price (`to`), or by how much the price is to change (`by`, below 0: lower)."""

    to: float | None = Field(default=None, ge=0, le=1e9, allow_inf_nan=False)
    by: float | None = Field(default=None, ge=-1e9, le=1e9, allow_inf_nan=False)
    currency: str | None = None


@dataclass
class Entities:
    products: list[Mention] = field(default_factory=list)
    unknown: list[UnknownProduct] = field(default_factory=list)
    horizon: Horizon | None = None
    period: Period | None = None
    amount: Amount | None = None
    percentage: Percentage | None = None
    price_point: PricePoint | None = None
    lead_time: int | None = None  # days
    service_level: float | None = None  # percent
    whole_shop: bool | None = None
    quantity: int | None = None
    ordinals: list[int] = field(default_factory=list)
    category: str | None = None
    brand: str | None = None
    colour: str | None = None
    size: str | None = None
    storage: str | None = None
    attributes: list[str] = field(default_factory=list)
    order_number: str | None = None
    promotion: str | None = None  # these three come from choices only
    slot: AskedSlot | None = None
    ranked_by: RankedBy | None = None
    spans: list[tuple[int, int]] = field(default_factory=list)  # where in the text the understood ones stand
    starts: dict[str, int] = field(default_factory=dict)  # where the one that counts begins, of kinds that stand alone


_WHOLE: dict[str, TypeAdapter[Any]] = {"product": TypeAdapter(Mention), "product_unknown": TypeAdapter(UnknownProduct)}
_VALUES: dict[str, TypeAdapter[Any]] = {
    "horizon": TypeAdapter(Horizon),
    "period": TypeAdapter(Period),
    "amount": TypeAdapter(Amount),
    "percentage": TypeAdapter(Percentage),
    "price_point": TypeAdapter(PricePoint),
    "lead_time": TypeAdapter(int),
    "service_level": TypeAdapter(Figure),
    "whole_shop": TypeAdapter(bool),
    "quantity": TypeAdapter(int),
    "ordinal": TypeAdapter(int),
    "order_number": TypeAdapter(Word),
    "promotion": TypeAdapter(PromotionId),
    "slot": TypeAdapter(AskedSlot),
    "ranked_by": TypeAdapter(RankedBy),
    **{kind: TypeAdapter(Word) for kind in ("category", "brand", "colour", "size", "storage", "attribute")},
}
# What these stand on describes all the same: "cotton" asks for a material, an unknown name may be found in a text.
_STILL_WORDS = {"attribute", "product_unknown", "whole_shop"}
_LISTS = {"product": "products", "product_unknown": "unknown", "ordinal": "ordinals", "attribute": "attributes"}


def entities_of(message: Mapping[str, Any]) -> Entities:
    """The message's entities by kind; of kinds that stand alone the first one counts. A malformed one is logged."""
    found = Entities()
    for raw in message.get("entities") or []:
        kind = raw.get("entity")
        if kind not in _WHOLE and kind not in _VALUES:
            continue
        try:
            _add(found, kind, raw)
            if kind not in _STILL_WORDS:
                found.spans.append((int(raw.get("start", 0)), int(raw.get("end", 0))))
        except ValidationError as error:
            log.warning("entity_invalid", entity=kind, first=error.errors()[0]["msg"])
    return found


def _add(found: Entities, kind: str, raw: Mapping[str, Any]) -> None:
    value = _WHOLE[kind].validate_python(raw) if kind in _WHOLE else _VALUES[kind].validate_python(raw.get("value"))
    if kind not in _LISTS:
        if getattr(found, kind) is None:
            setattr(found, kind, value)
            found.starts[kind] = int(raw.get("start", 0))
    elif value not in (values := getattr(found, _LISTS[kind])):
        values.append(value)
