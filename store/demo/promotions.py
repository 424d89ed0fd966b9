"""The promotions of the demo store: which products, when, how much off; and the click model behind them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from store.demo.catalogue import CATEGORIES, Catalogue
from store.demo.seeds import public_ids, stream
from store.demo.span import FUTURE_DAYS, Span

COUNT = 40
_PARENT = {slug: parent for slug, _, parent in CATEGORIES}
_NAME = {slug: name for slug, name, _ in CATEGORIES}
_TITLES = ("{what}: {off}% off", "Save {off}% on {what}", "{off}% less for {what}", "This week: {what} {off}% off")
_BODIES = (
    "Only from {start} to {end}, while stocks last.",
    "Treat yourself: the price is already cut, no code needed.",
    "From {start} until {end}. Our pick of the season.",
)


@dataclass(frozen=True)
class DemoPromotion:
    public_id: str
    reference: str
    title: str
    body: str
    product: int | None  # index in the catalogue
    category: str | None
    discount: float  # 0.15 is 15 % off
    starts: int  # day index, may lie in the future
    ends: int  # inclusive
    audience: dict[str, Any]
    budget: int


@dataclass(frozen=True)
class Promotions:
    items: tuple[DemoPromotion, ...]
    covers: np.ndarray  # (promotions, products) bool

    def active(self, day: int) -> np.ndarray:
        """Which promotions run on a day."""
        return np.array([p.starts <= day <= p.ends for p in self.items])

    def discounts(self, days: int) -> tuple[np.ndarray, np.ndarray]:
        """(products, days): the best discount in force, and the index of its promotion or -1."""
        best = np.zeros((self.covers.shape[1], days), dtype=np.float32)
        which = np.full(best.shape, -1, dtype=np.int16)
        for number, promotion in enumerate(self.items):
            window = slice(max(promotion.starts, 0), max(min(promotion.ends + 1, days), 0))
            better = self.covers[number][:, None] & (best[:, window] < promotion.discount)
            best[:, window] = np.where(better, promotion.discount, best[:, window])
            which[:, window] = np.where(better, number, which[:, window])
        return best, which


def draw_promotions(seed: int, catalogue: Catalogue, span: Span) -> Promotions:
    """40 promotions: whole-shop sales on their calendar days, and offers on categories and single products."""
    rng = stream(seed, "promotions")
    plans = [*_sales(span), *_offers(rng, catalogue, span)][:COUNT]
    plans.sort(key=lambda plan: plan[3])
    ids = public_ids(rng, "pr", len(plans))
    items = tuple(_promotion(rng, catalogue, span, i, ids[i], plan) for i, plan in enumerate(plans))
    return Promotions(items, np.array([_covered(p, catalogue) for p in items]))


Plan = tuple[int | None, str | None, float, int, int]  # product, category, discount, starts, ends


def _sales(span: Span) -> list[Plan]:
    """The sales that everybody knows, on every such day of the history: (month, day, length, discount)."""
    calendar = ((1, 2, 12, 0.20), (7, 5, 14, 0.15), (11, 24, 6, 0.25))
    plans: list[Plan] = []
    for year in range(span.start.year, span.today.year + 1):
        for month, day, length, discount in calendar:
            starts = span.index(date(year, month, day))
            if 0 <= starts < span.days:
                plans.append((None, None, discount, starts, starts + length - 1))
    return plans


def _offers(rng: np.random.Generator, catalogue: Catalogue, span: Span) -> list[Plan]:
    """Offers, mostly of the last half year; a dozen run today or begin soon."""
    starts = np.concatenate([rng.integers(20, span.days - 190, 11), rng.integers(span.days - 185, span.days - 25, 10)])
    now = np.concatenate([span.days - rng.integers(1, 9, 10), span.days + rng.integers(3, 15, 3)])
    plans: list[Plan] = []
    for number, first in enumerate(np.concatenate([now, starts])):
        last = first + int(rng.integers(10, 22))
        discount = float(rng.choice([0.10, 0.15, 0.20, 0.25, 0.30]))
        if number % 5 < 3:
            slug = str(rng.choice([slug for slug, parent in _PARENT.items() if parent]))
            plans.append((None, slug, discount, int(first), int(last)))
        else:
            plans.append((int(rng.integers(len(catalogue))), None, min(discount, 0.20), int(first), int(last)))
    return plans


def _promotion(
    rng: np.random.Generator, catalogue: Catalogue, span: Span, number: int, public_id: str, plan: Plan
) -> DemoPromotion:
    product, category, discount, starts, ends = plan
    what = catalogue.products[product].name if product is not None else _NAME.get(category or "", "everything")
    dates = {"start": _spoken(span.day(starts)), "end": _spoken(span.day(ends))}
    title = str(rng.choice(_TITLES)).format(what=what, off=round(discount * 100))
    top = _PARENT.get(category or "")
    return DemoPromotion(
        public_id=public_id,
        reference=f"DEMO-{number + 1:02d}",
        title=title[0].upper() + title[1:],
        body=str(rng.choice(_BODIES)).format(**dates),
        product=product,
        category=category,
        discount=discount,
        starts=starts,
        ends=ends,
        audience={"audience": top} if top in ("women", "men") else {},
        budget=int(rng.integers(2, 40)) * 100,
    )


def _spoken(day: date) -> str:
    return f"{day:%B} {day.day}"


def _covered(promotion: DemoPromotion, catalogue: Catalogue) -> list[bool]:
    if promotion.product is not None:
        return [i == promotion.product for i in range(len(catalogue))]
    return [promotion.category in (None, p.category, _PARENT[p.category]) for p in catalogue.products]


def horizon(span: Span) -> int:
    """How many days discounts are needed for: the history and the truth's future."""
    return span.days + FUTURE_DAYS


def dates_of(promotion: DemoPromotion, span: Span) -> tuple[date, date]:
    return span.start + timedelta(days=promotion.starts), span.start + timedelta(days=promotion.ends)
