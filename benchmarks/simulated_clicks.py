"""Thirty days of the demo store's customers before its promotions, whose true click model is known; and it drifts.

What is simulated, written down before any policy was measured:

- Customers, tastes and the click model are the demo store's (store/demo/impressions.py): bias, slot, taste match,
  discount, fatigue. Customers come by their activity, 0.35 visits a day on average; each visit shows one promotion in
  one slot.
- About a dozen promotions run at a time, each for 8 to 15 days, so that new ones begin throughout. Nobody sees one
  more than three times a day.
- On days 8, 17 and 26, a tenth of them, what is in fashion changes before the first visit: every promotion gets a new
  appeal, drawn with deviation 0.7, which is added to its logit until the next such day. Before day 8 there is none.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from store.demo.catalogue import CATEGORIES
from store.demo.impressions import SLOTS, ClickModel, taste_match
from store.demo.promotions import DemoPromotion, Promotions
from store.demo.seeds import stream
from store.demo.world import World
from store.promotions import Candidate

VISITS_A_DAY = 0.35
SLOT_SHARES = (0.2, 0.4, 0.25, 0.15)
RUNNING = 12  # promotions at a time, about
DAILY_CAP = 3
FIRST_DRIFT, DRIFTS_EVERY, APPEAL_DEVIATION = 7, 9, 0.7
_PARENT = {slug: parent for slug, _, parent in CATEGORIES}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Month:
    """The visits in their order and what decides them; all policies live through the same ones."""

    promotions: Promotions
    candidates: list[Candidate]  # as the store would hand them over, not yet seen
    match: Floats  # [customers, promotions]
    appeal: Floats  # [days, promotions]
    day: Ints  # of each visit
    customer: Ints
    slot: Ints
    luck: Floats  # clicked where it is below the probability

    @property
    def days(self) -> int:
        return len(self.appeal)

    def __len__(self) -> int:
        return len(self.day)

    def live(self, day: int) -> Ints:
        return np.flatnonzero(self.promotions.active(day))

    def probabilities(self, visit: int, among: Ints, seen: Ints) -> Floats:
        """Of a click on these promotions, each seen so often by this visit's customer."""
        model = ClickModel()
        discount = np.array([self.promotions.items[one].discount for one in among])
        logit = (
            model.bias
            + model.slots()[self.slot[visit]]
            + model.match * self.match[self.customer[visit], among]
            + model.discount * discount
            - model.fatigue * np.log1p(seen)
            + self.appeal[self.day[visit], among]
        )
        return np.asarray(1 / (1 + np.exp(-logit)))

    def drifts(self) -> list[int]:
        """The days on which the world changed."""
        return [day for day in range(1, self.days) if (self.appeal[day] != self.appeal[day - 1]).any()]


def month(world: World, *, days: int, seed: int, drifting: bool = True) -> Month:
    """`drifting` False: no fashion ever changes, and regret may flatten."""
    rng = stream(seed, "simulated clicks")
    promotions = _promotions(rng, world, days)
    match = taste_match(world.customers, world.features, promotions)
    day, customer = _visits(rng, world, days)
    appeal = _appeal(rng, days, len(promotions.items))
    return Month(
        promotions,
        [_candidate(world, at, one) for at, one in enumerate(promotions.items)],
        match,
        appeal if drifting else np.zeros_like(appeal),
        day,
        customer,
        rng.choice(len(SLOTS), size=len(day), p=SLOT_SHARES),
        rng.random(len(day)),
    )


def _promotions(rng: np.random.Generator, world: World, days: int) -> Promotions:
    """Offers on categories and single products, some on everything, so that about RUNNING run every day."""
    items: list[DemoPromotion] = []
    leaves = [slug for slug, parent in _PARENT.items() if parent]
    while len(items) < RUNNING * (days + 12) / 11.5:
        number = len(items)
        starts = number % RUNNING - RUNNING + 1 if number < RUNNING else int(rng.integers(1, days))
        product = int(rng.integers(len(world.catalogue))) if number % 5 >= 3 else None
        category = str(rng.choice(leaves)) if number % 5 < 3 and number % 15 else None
        items.append(
            DemoPromotion(
                public_id=f"pr_{number}", reference=f"R-{number}", title=f"Offer {number}", body="", product=product,
                category=category, discount=float(rng.choice([0.10, 0.15, 0.20, 0.25, 0.30])), starts=starts,
                ends=starts + int(rng.integers(8, 16)), audience={}, budget=1000,
            )
        )  # fmt: skip
    return Promotions(tuple(items), np.array([_covered(world, one) for one in items]))


def _covered(world: World, promotion: DemoPromotion) -> list[bool]:
    if promotion.product is not None:
        return [at == promotion.product for at in range(len(world.catalogue))]
    return [promotion.category in (None, p.category, _PARENT[p.category]) for p in world.catalogue.products]


def _candidate(world: World, number: int, promotion: DemoPromotion) -> Candidate:
    product = world.catalogue.products[promotion.product] if promotion.product is not None else None
    category = product.category if product else promotion.category
    return Candidate(
        number, promotion.public_id, promotion.title, 100 * promotion.discount,
        world.span.today + timedelta(days=promotion.starts), promotion.product, category,
        (_PARENT[category] or category) if category else None, product.brand if product else None, 0, 0, 1.0,
    )  # fmt: skip


def _visits(rng: np.random.Generator, world: World, days: int) -> tuple[Ints, Ints]:
    activity = world.customers.activity
    comes = np.minimum(VISITS_A_DAY * activity / activity.mean(), 1.0)
    day, customer = np.nonzero(rng.random((days, len(activity))) < comes)
    order = np.lexsort((rng.random(len(day)), day))
    return day[order], customer[order]


def _appeal(rng: np.random.Generator, days: int, promotions: int) -> Floats:
    appeal = np.zeros((days, promotions))
    for first in range(FIRST_DRIFT, days, DRIFTS_EVERY):
        appeal[first:] = rng.normal(0, APPEAL_DEVIATION, promotions)
    return appeal
