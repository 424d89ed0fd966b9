"""Between the request's and answer's schemas and what the search works with."""

from collections.abc import Sequence

from ml_tools.search.ranking import Ranked, why
from ml_tools.search.reading import Part, Reading
from ml_tools.search.schemas import (
    Correction,
    SearchFilters,
    SearchHit,
    Understood,
    UnderstoodAttribute,
    UnderstoodPhrase,
)
from store.search_conditions import Condition, OneVariant


def explicit_conditions(filters: SearchFilters) -> list[Condition]:
    """What a page's own filters narrow to; they are never given up."""
    found: list[Condition] = []
    if filters.category:
        found.append(Condition(categories=(filters.category,)))
    brands = tuple(filter(None, (filters.brand, *filters.brands)))
    if brands:
        found.append(Condition(brands=brands))
    if filters.min_price is not None or filters.max_price is not None:
        found.append(Condition(min_price=filters.min_price, max_price=filters.max_price))
    if filters.colours or filters.sizes or filters.in_stock:
        found.append(Condition(variant=OneVariant(tuple(filters.colours), tuple(filters.sizes), filters.in_stock)))
    if filters.on_offer:
        found.append(Condition(on_offer=True))
    return found


def understood(reading: Reading) -> Understood:
    """The reading as the answer tells it. What stands for several values of one kind tells none of them as certain."""
    price = next((part for part in reading.parts if part.kind == "price"), None)
    return Understood(
        words=" ".join(token.said for token in reading.left),
        category=_only(reading, "category"),
        brand=_only(reading, "brand"),
        colours=[part.label for part in reading.parts if part.kind == "colour"],
        sizes=[value for part in reading.parts if part.kind == "size" for value in part.values],
        min_price=price.low if price else None,
        max_price=price.high if price else None,
        attributes=[_attribute(part) for part in reading.parts if part.kind == "attribute"],
        corrected=[Correction.model_validate({"from": typed, "to": meant}) for typed, meant in reading.corrections],
        suggested=[Correction.model_validate({"from": typed, "to": meant}) for typed, meant in reading.suggestions],
        phrases=[
            UnderstoodPhrase(kind=part.kind, label=part.label, without=reading.without(part)) for part in reading.parts
        ],
    )


def _only(reading: Reading, kind: str) -> str | None:
    values = [part.values for part in reading.parts if part.kind == kind]
    return values[0][0] if len(values) == 1 and len(values[0]) == 1 else None


def _attribute(part: Part) -> UnderstoodAttribute:
    return UnderstoodAttribute(key=part.key or "any", op=part.op, value=part.value, unit=part.unit)  # type: ignore[arg-type]


def hits_of(found: Sequence[Ranked] | Sequence[str], reading: Reading | None = None) -> list[SearchHit]:
    """Ranked products, or public ids of products that fulfil the filters and no more."""
    hits = []
    for one in found:
        if isinstance(one, str):
            hits.append(SearchHit(id=one, score=0.0, why=["filters"]))
        else:
            codes = why(one, reading) if reading else []
            hits.append(SearchHit(id=one.candidate.public_id, score=round(one.score, 5), why=codes))
    return hits
