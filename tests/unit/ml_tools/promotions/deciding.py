"""A shop of three promotions whose clicks are known by construction, and which chose among them at random."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from ml_tools.promotions.chosen import NONE
from ml_tools.promotions.decisions import Decision
from ml_tools.promotions.living import Policy, Shop
from ml_tools.promotions.policies import SERVED, rule_of
from ml_tools.promotions.signals import LOCAL, SHARED, Signals
from store.promotion_learning import Learnable
from store.promotions import Candidate

START = datetime(2026, 3, 1, tzinfo=UTC)
PROMOTIONS = [4, 7, 9]
CATEGORY, DISCOUNT = SHARED.index("category"), SHARED.index("discount")


def candidate(number: int) -> Candidate:
    return Candidate(number, f"pr_{number}", "Offer", 10.0, date(2026, 1, 1), None, "shoes", "fashion", None, 0, 0, 1.0)


def click_rates(seen: Signals) -> np.ndarray:
    """People click what they like; a discount does nothing."""
    return 1 / (1 + np.exp(2 - 1.5 * seen.shared[:, CATEGORY]))


def decided(
    count: int, *, seed: int = 1, days: int = 40, people: int = 200, chances: tuple[float, ...] = (0.2, 0.3, 0.5)
) -> list[Decision]:
    """Showings over so many days, chosen with these chances whatever is seen."""
    rng, found = np.random.default_rng(seed), []
    for number in range(count):
        shared, local = np.zeros((3, len(SHARED))), np.zeros((3, len(LOCAL)))
        shared[:, 0] = local[:, 0] = 1.0
        shared[:, CATEGORY], shared[:, DISCOUNT] = rng.normal(size=3), rng.random(3) / 2
        seen = Signals(shared.round(4), local)
        shown = int(rng.choice(3, p=chances))
        clicked = bool(rng.random() < click_rates(seen)[shown])
        at = START + timedelta(days=days * number / count)
        event = Learnable(number + 1, PROMOTIONS[shown], list(seen.row(shown)), clicked, at)
        who = f"c{rng.integers(people)}"
        found.append(Decision(event, who, "home_hero", chances[shown], True, list(PROMOTIONS), seen, shown))
    return found


def shop_of(history: list[Decision], running: str = SERVED) -> Shop:
    return Shop(
        decisions=lambda: iter(history),
        count=len(history),
        newest=history[-1].shown_at,
        promotions={one: candidate(one) for one in PROMOTIONS},
        running=Policy(rule_of(running), NONE),
    )
