"""What a policy would have earned, judged from the shop's own showings before anybody is shown anything by it.

The shop's history is lived through again (`living`). Each policy decides with what had been learnt until then, and a
showing counts by how likely the policy would have made it, against the probability with which it was made
(`off_policy`). Whoever is judged learns from what was really shown, which is not what it would have shown; but nothing
that it knows comes from the rows that judge it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from common.errors import NotEnoughData
from ml_tools.promotions.beneath import Beneath
from ml_tools.promotions.decisions import Decision
from ml_tools.promotions.evaluate import FIRST_SHARE, Makers
from ml_tools.promotions.living import Policy, Shop, Tally, live
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base import Progress, silent
from ml_tools.promotions.off_policy import Estimate, Logged, balance, difference, doubly_robust, earned, ips, snips

LEAST_IMPRESSIONS = 1000
LEAST_EFFECTIVE = 300.0  # impressions that a policy's weights count for; below, intervals are too narrow
MOST_OUT_OF_BALANCE = 0.05  # of the mean weight from 1, beyond what chance makes of it


@dataclass(frozen=True)
class Judged:
    """Clicks per showing under a policy; `gain` is the doubly robust estimate less that of the running policy."""

    policy: str
    ips: Estimate
    snips: Estimate
    robust: Estimate
    gain: Estimate

    @property
    def verdict(self) -> str:
        """better, worse, or open, against the running policy."""
        low, high = self.gain.interval
        return "better" if low > 0 else "worse" if high < 0 else "open"


@dataclass(frozen=True)
class Judgement:
    """What those who chose really `earned`, and what each policy would have; the running one comes first."""

    impressions: int
    first: date
    last: date
    earned: Estimate
    policies: list[Judged]


def judge(
    shop: Shop,
    candidates: Sequence[Policy],
    *,
    floor: float,
    days: int | None = None,
    slot: str | None = None,
    makers: Makers = MODELS,
    progress: Progress = silent,
) -> Judgement:
    """The candidates beside the running policy, on the showings of the last `days`, in that slot or in all.

    NotEnoughData when too few can be judged, when they say too little of a policy, or when the weights show that the
    propensities, or what else could have been shown, are not known well enough. The first fifth of the history is only
    learnt."""
    policies = list({one.name: one for one in (shop.running, *candidates)}.values())
    models = {name: Beneath(name, makers, shop.promotions) for name in dict.fromkeys(one.beneath for one in policies)}
    tally, judges = Tally(), _judges(shop, days, slot)
    for name, model in models.items():
        found = live(shop, model, [one for one in policies if one.beneath == name], judges, floor)
        tally = Tally(found.clicks, found.propensities, found.people, found.days, tally.said | found.said)
        progress(f"lived through {shop.count:,} showings, beneath the belief: {name}")
    if len(tally.clicks) < LEAST_IMPRESSIONS:
        raise NotEnoughData(
            f"{len(tally.clicks):,} showings can be judged; at least {LEAST_IMPRESSIONS:,} are needed. The first fifth"
            " of the history is only learnt."
        )
    return judgement(tally, policies)


def _judges(shop: Shop, days: int | None, slot: str | None) -> Callable[[int, Decision], bool]:
    """Which showings, by their number, judge."""
    since = shop.newest - timedelta(days=days) if days is not None else None

    def judges(number: int, one: Decision) -> bool:
        late = number >= FIRST_SHARE * shop.count and (since is None or one.shown_at >= since)
        return late and one.alone and bool(one.candidates) and 0 < one.propensity <= 1 and slot in (None, one.slot)

    return judges


def judgement(tally: Tally, policies: Sequence[Policy]) -> Judgement:
    """The estimates of all policies, the first of them held against the others."""
    people = np.unique(np.array(tally.people), return_inverse=True)[1]
    clicks, propensity = np.array(tally.clicks), np.array(tally.propensities)
    found: list[Judged] = []
    for policy in policies:
        chances, predicted, expected = np.array(tally.said[policy.name]).T
        logged = Logged(clicks, propensity, np.clip(chances, 0, 1), people)
        _check(policy.name, logged)
        robust = doubly_robust(logged, predicted, expected)
        gain = difference(robust, found[0].robust if found else robust, people)
        found.append(Judged(policy.name, ips(logged), snips(logged), robust, gain))
    return Judgement(len(clicks), min(tally.days), max(tally.days), earned(logged), found)


def _check(name: str, logged: Logged) -> None:
    """NotEnoughData where the estimates could not be trusted."""
    found = balance(logged)
    if found.effective < LEAST_EFFECTIVE:
        raise NotEnoughData(
            f"{len(logged.rewards):,} showings say no more of {name} than {found.effective:,.0f} of its own would; at"
            f" least {LEAST_EFFECTIVE:,.0f} are needed. Show more at random (PROMOTIONS_EXPLORATION), or give it a part"
            " of the customers: shopclerk experiment start."
        )
    low, high = found.interval
    if not low - MOST_OUT_OF_BALANCE <= 1 <= high + MOST_OUT_OF_BALANCE:
        raise NotEnoughData(
            f"The weights of {name} average {found.value:.2f}, where 1 is right: the propensities that were logged, or"
            " what else could have been shown then, are not known well enough to judge it."
        )
