"""Open Bandit (the data in the package `obp`): what the estimators say of a policy that did run, from the logs of one
that drew at random, beside what it earned.

Only the package's files are read: its code wants Python below 3.11. `pip install --no-deps obp` brings them.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from ml_tools.promotions.batch import Doubles
from ml_tools.promotions.evaluate import Metrics
from ml_tools.promotions.off_policy import Estimate, Logged, doubly_robust, ips, snips

OPEN_BANDIT = "open-bandit"
CAMPAIGNS = ("all", "men", "women")
PRIOR_ROWS = 50.0  # of the predictions' smoothing
COLUMNS = ["item_id", "position", "click", "propensity_score"]


def open_bandit_folder() -> Path | None:
    """Where the package's data lie; None when it is not installed."""
    found = find_spec("obp")
    place = Path(found.origin).parent / "dataset" / "obd" if found is not None and found.origin else None
    return place if place is not None and place.is_dir() else None


def off_policy_table(folder: Path) -> tuple[Metrics, int]:
    """Per campaign the clicks per impression that Thompson sampling got, and what each estimator says of it from the
    uniform policy's log; and how many impressions were read."""
    metrics: Metrics = {}
    rows = 0
    for campaign in CAMPAIGNS:
        uniform, thompson = (_log(folder, policy, campaign) for policy in ("random", "bts"))
        rows += len(uniform) + len(thompson)
        metrics |= _compared(campaign, uniform, thompson)
    return metrics, rows


def _log(folder: Path, policy: str, campaign: str) -> pd.DataFrame:
    return pd.read_csv(folder / policy / campaign / f"{campaign}.csv", usecols=COLUMNS)


def _compared(campaign: str, uniform: pd.DataFrame, thompson: pd.DataFrame) -> Metrics:
    chances = _shown_shares(thompson, int(uniform["item_id"].max()) + 1)
    items, places = uniform["item_id"].to_numpy(), uniform["position"].to_numpy() - 1
    logged = Logged(
        uniform["click"].to_numpy(dtype=np.float64),
        uniform["propensity_score"].to_numpy(dtype=np.float64),
        chances[places, items],
    )
    predicted, expected = _cross_fitted(uniform, chances)
    earned = thompson["click"].to_numpy(dtype=np.float64)
    truth = Estimate(float(earned.mean()), float(earned.std() / np.sqrt(len(earned))), float(len(earned)))
    found = {
        "ran": truth,
        "uniform ran": ips(Logged(logged.rewards, logged.propensities, logged.propensities)),
        "IPS": ips(logged),
        "SNIPS": snips(logged),
        "doubly robust": doubly_robust(logged, predicted, expected),
    }
    start = f"{OPEN_BANDIT} {campaign}"
    return {
        f"{start} CTR %": {name: 100 * one.value for name, one in found.items()},
        f"{start} standard error %": {name: 100 * one.standard_error for name, one in found.items()},
    }


def _shown_shares(log: pd.DataFrame, items: int) -> Doubles:
    """[positions, items]: how often each was shown at each position, for the policy learnt as it ran, slowly."""
    counts = np.zeros((int(log["position"].max()), items))
    np.add.at(counts, (log["position"].to_numpy() - 1, log["item_id"].to_numpy()), 1)
    return counts / counts.sum(axis=1, keepdims=True)


def _cross_fitted(log: pd.DataFrame, chances: Doubles) -> tuple[Doubles, Doubles]:
    """Predictions of what was shown and their mean under the policy, for each half from the other half's clicks."""
    items, places = log["item_id"].to_numpy(), log["position"].to_numpy() - 1
    clicks = log["click"].to_numpy(dtype=np.float64)
    predicted, expected = np.zeros(len(log)), np.zeros(len(log))
    half = np.arange(len(log)) % 2
    for side in (0, 1):
        taught, asked = half != side, half == side
        shape = chances.shape[1]
        clicked, shown = np.bincount(items[taught], clicks[taught], shape), np.bincount(items[taught], minlength=shape)
        rates = (clicked + PRIOR_ROWS * clicks[taught].mean()) / (shown + PRIOR_ROWS)
        predicted[asked] = rates[items[asked]]
        expected[asked] = (chances @ rates)[places[asked]]
    return predicted, expected
