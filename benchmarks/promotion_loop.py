"""What each way of choosing promotions would be clicked: the demo store's customers, whose click model is known.

    python -m benchmarks.promotion_loop [--days 30] [--scale 1.0] [--seed 20] [--picture docs/images/promotions.png]
        [--no-drift] [--json]

Every policy lives through the same days (simulated_clicks.py says which) and learns from what it has shown itself,
starting from nothing; the ones that see signals also know what customers looked at and bought before. What this shop
serves learns once an hour here, and once a minute in a running shop. The oracle knows the truth, at every moment.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.promotion_policies import Floats, LinUCB, MostClicked, Policy, Seer, Thompson, Uniform
from benchmarks.simulated_clicks import DAILY_CAP, Ints, Month, month
from common.settings import ROOT
from ml_tools.promotions.signals import Bases, Profile
from store.demo.catalogue import CATEGORIES
from store.demo.world import World, draw_world
from store.promotions import NEWEST_TOUCHES, Interest

TODAY = date(2026, 11, 1)
OURS, AGAINST, ORACLE = "thompson", "most clicked", "oracle"
PUBLISHED_A_DAY = 24
notices = Console(stderr=True)


@dataclass(frozen=True)
class Lived:
    """By visit: whether it was clicked, how probable that was, and the best that could have been shown."""

    clicked: Floats
    expected: Floats
    best: Floats


def profiles(world: World) -> tuple[Bases, list[Profile]]:
    """What the store knows of its customers from their newest events and orders."""
    parent = {slug: parent or slug for slug, _, parent in CATEGORIES}
    products = [(p.category, parent[p.category], p.brand) for p in world.catalogue.products]
    events, orders = world.events[world.events["product"] >= 0], world.orders
    line_customer = orders.customer[orders.line_order]
    seen = pd.DataFrame({"customer": events["customer"], "product": events["product"], "at": events["at"]})
    bought = pd.DataFrame(
        {"customer": line_customer, "product": orders.line_product, "at": orders.placed[orders.line_order]}
    )
    found: list[list[Interest]] = [[] for _ in range(len(world.customers))]
    for touches in (seen, bought):
        newest = touches.sort_values("at", kind="stable").groupby("customer").tail(NEWEST_TOUCHES)
        pairs, times = np.unique(newest[["customer", "product"]].to_numpy(), axis=0, return_counts=True)
        for (customer, product), count in zip(pairs.tolist(), times.tolist(), strict=True):
            if customer >= 0:
                category, department, brand = products[product]
                found[customer].append(Interest(product, category, department, brand, count))
    bases = Bases.of([(*products[at], n) for at, n in enumerate(np.bincount(events["product"]).tolist()) if n])
    return bases, [Profile.of(interests, customer=True) for interests in found]


def live(days: Month, policy: Policy | None) -> Lived:
    """All days with one policy; None is the oracle."""
    seen = np.zeros((days.match.shape), dtype=np.int64)
    today = np.zeros_like(seen)
    lived = Lived(*(np.zeros(len(days)) for _ in range(3)))
    first = np.searchsorted(days.day, np.arange(days.days + 1))
    for day in range(days.days):
        today[:] = 0
        running = days.live(day)
        size = first[day + 1] - first[day]
        for number, visit in enumerate(range(first[day], first[day + 1])):
            customer = days.customer[visit]
            among = running[today[customer, running] < DAILY_CAP]
            if not len(among):
                continue
            chances = days.probabilities(visit, among, seen[customer, among])
            at = _chosen(policy, visit, among, seen[customer, among], chances)
            lived.expected[visit], lived.best[visit] = chances[at], chances.max()
            lived.clicked[visit] = days.luck[visit] < chances[at]
            seen[customer, among[at]] += 1
            today[customer, among[at]] += 1
            if policy is not None:
                policy.learn(int(among[at]), bool(lived.clicked[visit]))
                if (number + 1) * PUBLISHED_A_DAY // size > number * PUBLISHED_A_DAY // size:
                    policy.publish(1 / PUBLISHED_A_DAY)
    return lived


def _chosen(policy: Policy | None, visit: int, among: Ints, seen: Ints, chances: Floats) -> int:
    return int(np.argmax(chances)) if policy is None else policy.choose(visit, among, seen)


def contenders(days: Month, seer: Seer, seed: int) -> dict[str, Policy | None]:
    count = len(days.candidates)
    return {
        "uniform": Uniform(seed),
        AGAINST: MostClicked(seed, count),
        "epsilon-greedy": MostClicked(seed, count, epsilon=0.1),
        "LinUCB": LinUCB(seed, count, seer),
        OURS: Thompson(seed, count, seer, floor=0.02),
        ORACLE: None,
    }


def by_day(days: Month, values: Floats) -> Floats:
    """Means by day."""
    return np.bincount(days.day, values, days.days) / np.bincount(days.day, minlength=days.days)


def figures(days: Month, lives: Mapping[str, Lived]) -> dict[str, Any]:
    """Clicks per showing of each; of ours also by how much it is above and below, and how it takes drift."""
    rates = {name: float(lived.clicked.mean()) for name, lived in lives.items()}
    ours = lives[OURS]
    share = by_day(days, ours.expected) / by_day(days, lives[ORACLE].expected)
    lost = by_day(days, ours.best - ours.expected) / by_day(days, ours.best)
    starts = [0, *days.drifts(), days.days]
    return {
        "visits": len(days),
        "ctr": rates,
        "above_most_clicked_percent": 100 * (rates[OURS] / rates[AGAINST] - 1),
        "of_oracle_percent": 100 * rates[OURS] / rates[ORACLE],
        "clicks_lost_to_the_best_choice_percent": [
            {
                "first_day": 1 + start,
                "on_it": 100 * float(lost[start]),
                "last_three": 100 * float(lost[end - 3 : end].mean()),
            }
            for start, end in pairwise(starts)
        ],
        "of_oracle_around_drifts_percent": [
            {
                "day": 1 + drift,
                "three_days_before": 100 * float(share[max(drift - 3, 0) : drift].mean()),
                "on_the_day": 100 * float(share[drift]),
                "one_and_two_days_after": [round(100 * float(one), 1) for one in share[drift + 1 : drift + 3]],
            }
            for drift in days.drifts()
        ],
    }


def draw(days: Month, lives: Mapping[str, Lived], path: Path) -> None:
    """Clicks per showing by day, and the regret that has added up."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (rate, regret) = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    within = np.arange(len(days)) - np.searchsorted(days.day, days.day)
    when = days.day + within / np.bincount(days.day)[days.day]
    for name, lived in lives.items():
        rate.plot(1 + np.arange(days.days), 100 * by_day(days, lived.expected), label=name)
        if name != ORACLE:
            regret.plot(when, np.cumsum(lived.best - lived.expected))
    for axes in (rate, regret):
        for drift in days.drifts():
            axes.axvline(drift + (1 if axes is rate else 0), color="grey", linestyle=":", linewidth=1)
    rate.set(xlabel="day (dotted: the world changed)", ylabel="expected clicks per 100 showings", ylim=(0, None))
    regret.set(xlabel="day", ylabel="clicks lost to the best choice, in all", ylim=(0, None))
    rate.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def table(found: Mapping[str, Any]) -> Table:
    rates = found["ctr"]
    shown = Table("policy", "clicks per 100 showings", f"above {AGAINST}, %", "of the oracle's, %")
    for name, rate in rates.items():
        shown.add_row(
            name, f"{100 * rate:.2f}", f"{100 * (rate / rates[AGAINST] - 1):+.0f}", f"{100 * rate / rates[ORACLE]:.0f}"
        )
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "images" / "promotions.png")
    parser.add_argument("--no-drift", action="store_true", help="a world that never changes")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    world = draw_world(asked.seed, TODAY, asked.scale)
    bases, people = profiles(world)
    days = month(world, days=asked.days, seed=asked.seed, drifting=not asked.no_drift)
    seer = Seer(days, bases, people, TODAY)
    lives = {}
    for name, policy in contenders(days, seer, asked.seed).items():
        began = time.perf_counter()
        lives[name] = live(days, policy)
        notices.print(f"{name}: {100 * lives[name].clicked.mean():.2f} ({time.perf_counter() - began:.0f} s)")
    found = figures(days, lives)
    draw(days, lives, asked.picture)
    if asked.json:
        print(json.dumps(found))
        return
    Console().print(table(found))
    Console().print_json(json.dumps({name: value for name, value in found.items() if name != "ctr"}))


if __name__ == "__main__":
    main()
