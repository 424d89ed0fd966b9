"""The product list: what its address may ask for, and the addresses of its filters, pages and sortings."""

from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from store.browsing import Filters, Sort
from web.shop.visiting import clean

SORTS = {
    Sort.BEST: "Most popular",
    Sort.NEWEST: "Newest first",
    Sort.CHEAPEST: "Price: low to high",
    Sort.DEAREST: "Price: high to low",
}
Words = Annotated[str, AfterValidator(clean), Field(max_length=200)]
Values = Annotated[list[Annotated[str, AfterValidator(clean), Field(max_length=80)]], Field(max_length=20)]
Price = Annotated[
    Annotated[Decimal, Field(ge=0, le=10_000_000, allow_inf_nan=False)] | None,
    BeforeValidator(lambda given: given or None),  # an empty field of the form
]


class ListQuery(BaseModel):
    """The query of `/products` and `/category/...`; an empty field does not narrow the list."""

    q: Words = ""
    category: Words = ""
    brand: Values = []
    colour: Values = []
    size: Values = []
    min: Price = None
    max: Price = None
    in_stock: bool = False
    deals: bool = False
    as_typed: bool = False  # words are not corrected
    sort: Sort = Sort.BEST
    page: Annotated[int, Field(ge=1, le=10_000)] = 1

    def filters(self) -> Filters:
        return Filters(
            words=self.q,
            category=self.category,
            brands=tuple(self.brand),
            colours=tuple(self.colour),
            sizes=tuple(self.size),
            min_price=self.min,
            max_price=self.max,
            in_stock=self.in_stock,
            deals=self.deals,
        )

    def address(self, path: str, **changes: Any) -> str:
        """The list's address with some fields changed; other than by `page`, one starts at the first page again."""
        fields = self.model_dump(mode="json", exclude_defaults=True, exclude={"page"}) | changes
        kept = {key: "true" if value is True else value for key, value in fields.items() if value not in ("", [], None)}
        return f"{path}?{urlencode(kept, doseq=True)}" if kept else path

    def without(self, path: str, field: str, value: str | None = None) -> str:
        """The address with one filter taken away: the whole field, or one value of it."""
        given = getattr(self, field)
        left = [other for other in given if other != value] if isinstance(given, list) else None
        return self.address(path, **{field: left})

    def chosen(self, path: str) -> list[tuple[str, str]]:
        """The filters in force as `(words, address without it)`, to be taken away one by one."""
        chips = [(v, self.without(path, f, v)) for f in ("brand", "colour", "size") for v in getattr(self, f)]
        if self.min is not None:
            chips.append((f"from {self.min:g}", self.without(path, "min")))
        if self.max is not None:
            chips.append((f"up to {self.max:g}", self.without(path, "max")))
        if self.in_stock:
            chips.append(("in stock", self.without(path, "in_stock")))
        if self.deals:
            chips.append(("on offer", self.without(path, "deals")))
        return chips
