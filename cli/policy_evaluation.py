"""The judgement of policies as a command prints it: a table and a sentence each, or one JSON object."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from cli.state import Store
from common.settings import settings
from ml_tools.promotions.judging import Judged, Judgement, judge
from ml_tools.promotions.living import Policy, shop_of
from ml_tools.promotions.models.base import Progress
from ml_tools.promotions.off_policy import Estimate
from ml_tools.settings import tools_settings
from store.session import connect

ESTIMATES = {"IPS": "ips", "SNIPS": "snips", "doubly robust": "robust", "against the running policy": "gain"}
SPOKEN = {"better": "is better than", "worse": "is worse than", "open": "cannot be told from"}


@dataclass(frozen=True)
class Found:
    judgement: Judgement
    seconds: float


def evaluate_policies(written: Sequence[str], days: int, slot: str | None, progress: Progress) -> Found:
    """The policies RULE or RULE+MODEL beside the running one; BadRequest for an unknown one, NotEnoughData where the
    shop's showings cannot tell."""
    started = time.perf_counter()
    limits = tools_settings()
    with Store(settings()) as store, connect(store.url) as connection:
        shop = shop_of(connection, patience=limits.promotions_patience)
    asked = [Policy.written(text, shop.running.beneath) for text in written]
    floor = limits.promotions_exploration
    found = judge(shop, asked, floor=floor, days=days, slot=slot, progress=progress)
    return Found(found, time.perf_counter() - started)


def report(found: Found, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_result(found.judgement, found.seconds)))
    else:
        _print(found.judgement)


def _print(found: Judgement) -> None:
    console = Console()
    span = f"{found.impressions:,} showings, {found.first} to {found.last}"
    table = Table("policy", "IPS", "SNIPS", "doubly robust", "counts for", title=f"% clicked, with 95 % ({span})")
    table.add_row("as it was shown", "", "", _spoken(found.earned), "")
    for number, one in enumerate(found.policies):
        name = f"{one.policy} (running)" if number == 0 else one.policy
        table.add_row(name, *(_spoken(e) for e in (one.ips, one.snips, one.robust)), f"{one.robust.effective:,.0f}")
    console.print(table)
    running, *others = found.policies
    for one in others:
        console.print(f"{one.policy} {SPOKEN[one.verdict]} {running.policy}: {_gain(one)}.", markup=False)


def _gain(one: Judged) -> str:
    low, high = one.gain.interval
    return f"{100 * one.gain.value:+.2f} clicks in 100 showings ({100 * low:+.2f} to {100 * high:+.2f})"


def _spoken(one: Estimate) -> str:
    low, high = one.interval
    return f"{100 * one.value:.2f} ({100 * low:.2f} to {100 * high:.2f})"


def _result(found: Judgement, seconds: float) -> dict[str, Any]:
    """As `cli.evaluation.report` prints an evaluation as JSON; rates are clicks per showing."""
    metrics: dict[str, dict[str, float]] = {}
    for one in found.policies:
        for measure, attribute in ESTIMATES.items():
            _add(metrics, measure, one.policy, getattr(one, attribute))
        metrics.setdefault("effective showings", {})[one.policy] = one.robust.effective
    _add(metrics, "earned", "as it was shown", found.earned)
    return {
        "tool": "promotions",
        "model": {"name": found.policies[0].policy, "learnt_from": "earlier showings"},
        "data": f"showings of {found.first} to {found.last}",
        "rows": found.impressions,
        "metrics": metrics,
        "verdicts": {one.policy: one.verdict for one in found.policies[1:]},
        "seconds": round(seconds, 1),
    }


def _add(metrics: dict[str, dict[str, float]], measure: str, name: str, one: Estimate) -> None:
    low, high = one.interval
    for part, value in {"": one.value, " low": low, " high": high}.items():
        metrics.setdefault(measure + part, {})[name] = value
