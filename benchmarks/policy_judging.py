"""How far judgements of policies are from the truth: the demo store, whose clicks were drawn from a known model.

    DATABASE_URL=... python -m benchmarks.policy_judging [--days 60] [--json]

Each policy is judged from the demo's showings as `shopclerk evaluate policy` judges it, beside what its choices are
worth under the model that the clicks were drawn from. The history after its first fifth is cut into windows of `days`,
each a judgement of its own; those that would be refused are counted, not judged.
"""

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from datetime import date
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.special import expit
from sqlalchemy import select

from common.errors import NotEnoughData
from common.settings import settings
from ml_tools.promotions.belief import Belief
from ml_tools.promotions.beneath import Beneath
from ml_tools.promotions.chosen import NONE
from ml_tools.promotions.decisions import Decision
from ml_tools.promotions.demo_impressions import demo_truth, taste_matches
from ml_tools.promotions.evaluate import FIRST_SHARE
from ml_tools.promotions.judging import LEAST_IMPRESSIONS, Judged, judgement
from ml_tools.promotions.living import Policy, Tally, live, shop_of
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.policies import RULES
from ml_tools.promotions.signals import SHARED, Signals
from ml_tools.settings import tools_settings
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database, connect
from store.tables import Customer, Promotion

ESTIMATORS = {"IPS": "ips", "SNIPS": "snips", "doubly robust": "robust"}
POLICIES = [Policy(rule, NONE) for rule in RULES.values()]


class Truth:
    """The true probability of a click on each candidate; an `Expectation`."""

    def __init__(
        self, truth: dict[tuple[str, str], Any], promotions: dict[int, str], customers: dict[str, str]
    ) -> None:
        self._model, self._customers = truth["click_model", "promotions"]["parameters"], customers
        matches = taste_matches(promotions.values(), truth)
        self._matches = {number: matches[reference] for number, reference in promotions.items()}

    def __call__(self, belief: Belief, one: Decision, seen: Signals) -> np.ndarray:
        model, who = self._model, self._customers[one.who or ""]
        match = np.array([self._matches[candidate][who] for candidate in one.candidates])
        discount, known = (seen.shared[:, SHARED.index(name)] for name in ("discount", "seen"))
        odds = model["bias"] + model[one.slot] + model["match"] * match + model["discount"] * discount
        return np.asarray(expit(odds - model["fatigue"] * known))


async def known_truth(url: str) -> Truth:
    database = Database(url, pool_size=1, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        async with database.read() as session:
            promotions = (await session.execute(select(Promotion.id, Promotion.reference))).all()
            customers = (await session.execute(select(Customer.id, Customer.public_id))).all()
            return Truth(
                await demo_truth(session), dict(promotions),
                {f"c{number}": name for number, name in customers},
            )  # fmt: skip
    finally:
        await database.close()


def windows(days: Sequence[date], length: int) -> list[np.ndarray]:
    """The showings of each window of so many days, the last one ending with the last showing."""
    ordinals = np.array([day.toordinal() for day in days])
    number = (ordinals.max() - ordinals) // length
    return [np.flatnonzero(number == one) for one in np.unique(number)]


def taken(tally: Tally, rows: np.ndarray) -> Tally:
    """Some of the showings."""
    columns = [[column[row] for row in rows] for column in (tally.clicks, tally.propensities, tally.people, tally.days)]
    return Tally(*columns, {name: [said[row] for row in rows] for name, said in tally.said.items()})


def judged(believed: Tally, true: Tally, length: int) -> dict[str, dict[str, list[tuple[float, float, bool]]]]:
    """Policy -> estimator -> (error, standard error, whether its interval held the truth) in percent, by window."""
    found: dict[str, dict[str, list[tuple[float, float, bool]]]] = {}
    running, *candidates = POLICIES
    for rows in windows(believed.days, length):
        if len(rows) < LEAST_IMPRESSIONS:
            continue
        for policy in candidates:
            try:
                told = judgement(taken(believed, rows), [running, policy]).policies
            except NotEnoughData:
                found.setdefault(policy.name, {}).setdefault("refused", []).append((0.0, 0.0, False))
                continue
            for one in told if policy is candidates[0] else told[1:]:
                _note(found.setdefault(one.policy, {}), one, told[0], true, rows)
    return found


def _note(found: dict[str, list[Any]], one: Judged, running: Judged, true: Tally, rows: np.ndarray) -> None:
    worth = {name: float(np.mean([true.said[name][row][2] for row in rows])) for name in (one.policy, running.policy)}
    estimates = {name: getattr(one, attribute) for name, attribute in ESTIMATORS.items()} | {"gain": one.gain}
    truths = dict.fromkeys(ESTIMATORS, worth[one.policy]) | {"gain": worth[one.policy] - worth[running.policy]}
    for name, estimate in estimates.items():
        if one is not running or name != "gain":
            low, high = estimate.interval
            off = 100 * (estimate.value - truths[name])
            found.setdefault(name, []).append((off, 100 * estimate.standard_error, low <= truths[name] <= high))
    found.setdefault("worth", []).append((100 * worth[one.policy], 0.0, True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    url, limits = settings().database_url, tools_settings()
    if url is None:
        raise SystemExit("DATABASE_URL is not set.")
    truth = asyncio.run(known_truth(url))
    with connect(url) as connection:
        shop = shop_of(connection, patience=limits.promotions_patience)

    def judges(number: int, one: Decision) -> bool:
        return number >= FIRST_SHARE * shop.count and bool(one.candidates) and one.who is not None

    def lived(**more: Any) -> Tally:
        model = Beneath(NONE, MODELS, shop.promotions)
        return live(shop, model, POLICIES, judges, limits.promotions_exploration, **more)

    found = judged(lived(), lived(expects=truth), asked.days)
    rows = [
        {"policy": policy, "measure": name, "windows": len(values), "mean error": np.mean([v[0] for v in values]),
         "RMSE": np.sqrt(np.mean([v[0] ** 2 for v in values])), "mean standard error": np.mean([v[1] for v in values]),
         "held": np.mean([v[2] for v in values])}
        for policy, by in found.items() for name, values in by.items()
    ]  # fmt: skip
    if asked.json:
        print(json.dumps(rows, default=float))
        return
    table = Table(*rows[0], title=f"percent of showings clicked; windows of {asked.days} days")
    for row in rows:
        table.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
