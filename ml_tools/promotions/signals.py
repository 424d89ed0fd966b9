"""What the served model sees of a promotion before somebody: who they are, where, how often they saw it, how it fits.

Interests are log ratios: how much more of somebody's touches fall on a category (department, brand) than of
everybody's, shrunk towards everybody's. Under a softmax choice among products they estimate the difference in utility,
so that a logistic model is linear in them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.promotions import About, Candidate, Interest

VERSION = 2.0  # of what the numbers mean; it stands first in what is kept with an impression
WITHOUT_MODEL = 1.0  # the version before: the same, but for the last of the shared signals
SHRUNK = 5.0  # touches of everybody's mix that are added to each person's
LEAST_SHARE = 1e-4  # what nobody touches is not infinitely telling
MOST_DEPARTMENTS = 8
SLOTS = ("home_hero", "home_row", "category_top", "product_side", "cart", "chat")
SHARED = (
    "constant", *(f"slot_{slot}" for slot in SLOTS), "discount", "seen", "seen_today", "category", "department",
    "brand", "touched", "whole_shop", "context_category", "context_department", "customer", "history", "new",
    "model",  # log-odds of the chosen click model above those of the rate of all; 0 where none is chosen (chosen.py)
)  # fmt: skip
LOCAL = ("constant", "category", *(f"department_{n}" for n in range(MOST_DEPARTMENTS)))
WIDTH = 1 + len(SHARED) + len(LOCAL)
NEW_DAYS = 2  # for so long after its start a promotion counts as new
_AT = {name: at for at, name in enumerate(SHARED)}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bases:
    """Everybody's mix: the share of touches by category, department and brand, and the biggest departments in order."""

    categories: Mapping[str, float] = field(default_factory=dict)
    departments: Mapping[str, float] = field(default_factory=dict)
    brands: Mapping[str, float] = field(default_factory=dict)
    biggest: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[tuple[str, str, str | None, int]]) -> "Bases":
        """From (category, department, brand, touches)."""
        categories: Counter[str] = Counter()
        departments: Counter[str] = Counter()
        brands: Counter[str] = Counter()
        for category, department, brand, times in rows:
            categories[category] += times
            departments[department] += times
            if brand:
                brands[brand] += times
        total = max(sum(categories.values()), 1)
        biggest = sorted(departments, key=lambda slug: (-departments[slug], slug))[:MOST_DEPARTMENTS]
        shares = [{key: n / total for key, n in counted.items()} for counted in (categories, departments, brands)]
        return cls(shares[0], shares[1], shares[2], tuple(biggest))


@dataclass(frozen=True)
class Profile:
    """One person's touches by category, department and brand; `total` of them."""

    categories: Mapping[str, int]
    departments: Mapping[str, int]
    brands: Mapping[str, int]
    products: frozenset[int]
    total: int
    customer: bool

    @classmethod
    def of(cls, interests: Sequence[Interest], *, customer: bool) -> "Profile":
        categories: Counter[str] = Counter()
        departments: Counter[str] = Counter()
        brands: Counter[str] = Counter()
        for one in interests:
            categories[one.category] += one.times
            departments[one.department] += one.times
            if one.brand:
                brands[one.brand] += one.times
        products = frozenset(one.product_id for one in interests)
        return cls(categories, departments, brands, products, sum(categories.values()), customer)


@dataclass(frozen=True)
class Signals:
    """`shared` [n, len(SHARED)] has the same weights for all promotions, `local` [n, len(LOCAL)] each its own."""

    shared: Floats
    local: Floats

    def __len__(self) -> int:
        return len(self.shared)

    def row(self, at: int) -> tuple[float, ...]:
        """What is kept with an impression."""
        return (VERSION, *self.shared[at].round(4).tolist(), *self.local[at].round(4).tolist())

    def with_model(self, odds: Floats) -> "Signals":
        """The same with the chosen model's word [n]."""
        shared = self.shared.copy()
        shared[:, _AT["model"]] = odds
        return Signals(shared, self.local)


def readable(kept: Sequence[float] | None) -> bool:
    """Whether signals that were kept with an impression mean what they mean today, or can be made to."""
    if not kept:
        return False
    return (len(kept), kept[0]) in ((WIDTH, VERSION), (WIDTH - 1, WITHOUT_MODEL))


def restored(kept: Sequence[Sequence[float]]) -> Signals:
    """Signals as they were kept; all of them `readable`."""
    rows = np.array([in_todays_form(row) for row in kept], dtype=np.float64).reshape(len(kept), WIDTH)
    return Signals(rows[:, 1 : 1 + len(SHARED)], rows[:, 1 + len(SHARED) :])


def in_todays_form(row: Sequence[float]) -> Sequence[float]:
    """Readable signals of any version as they are kept today."""
    if len(row) == WIDTH:
        return row
    return [VERSION, *row[1 : len(SHARED)], 0.0, *row[len(SHARED) :]]  # no model had said anything


def signals(
    bases: Bases,
    profile: Profile,
    candidates: Sequence[Candidate],
    *,
    slot: str,
    today: date,
    context: Sequence[About] = (),
) -> Signals:
    """Of each candidate before this person; `context` is what the page is about."""
    interest, count = _Interest(bases, profile), len(candidates)
    categories, departments = {about.category for about in context}, {about.department for about in context}
    shared = np.zeros((count, len(SHARED)))
    columns: dict[str, Any] = {
        "constant": 1.0,
        f"slot_{slot}": 1.0,
        "discount": [one.discount_percent / 100 for one in candidates],
        "seen": np.log1p([one.seen for one in candidates]),
        "seen_today": np.log1p([one.seen_today for one in candidates]),
        "category": [interest.category(one.category) for one in candidates],
        "department": [interest.department(one.department) for one in candidates],
        "brand": [interest.brand(one.brand) for one in candidates],
        "touched": [one.product_id in profile.products for one in candidates],
        "whole_shop": [one.category is None for one in candidates],
        "context_category": [
            one.category in categories or (one.category == one.department and one.category in departments)
            for one in candidates
        ] if context else 0.0,
        "context_department": [one.department in departments for one in candidates] if context else 0.0,
        "customer": float(profile.customer),
        "history": log(1 + profile.total) / 5,
        "new": [(today - one.starts_on).days < NEW_DAYS for one in candidates],
    }  # fmt: skip
    for name, values in columns.items():
        shared[:, _AT[name]] = values
    local = np.zeros((count, len(LOCAL)))
    local[:, 0], local[:, 1] = 1.0, shared[:, _AT["category"]]
    local[:, 2 : 2 + len(bases.biggest)] = [interest.department(slug) for slug in bases.biggest]
    return Signals(shared, local)


class _Interest:
    """Log ratios of one person, each worked out once."""

    def __init__(self, bases: Bases, profile: Profile) -> None:
        self._bases, self._profile = bases, profile
        self._known: dict[tuple[int, str], float] = {}

    def category(self, slug: str | None) -> float:
        """A promotion of a department has no category of its own: the department's interest stands for it."""
        if slug is not None and slug not in self._bases.categories and slug in self._bases.departments:
            return self.department(slug)
        return self._ratio(0, slug, self._profile.categories, self._bases.categories)

    def department(self, slug: str | None) -> float:
        return self._ratio(1, slug, self._profile.departments, self._bases.departments)

    def brand(self, name: str | None) -> float:
        return self._ratio(2, name, self._profile.brands, self._bases.brands)

    def _ratio(self, kind: int, key: str | None, touched: Mapping[str, int], bases: Mapping[str, float]) -> float:
        """log of (share of the person's touches, with SHRUNK of everybody's) / (everybody's share); 0 for no key."""
        if key is None or not self._profile.total:
            return 0.0
        found = self._known.get((kind, key))
        if found is None:
            base = max(bases.get(key, 0.0), LEAST_SHARE)
            share = (touched.get(key, 0) + SHRUNK * base) / (self._profile.total + SHRUNK)
            found = self._known[kind, key] = log(share / base)
        return found
