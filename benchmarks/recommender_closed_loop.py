"""What each recommender would sell: simulated customers of the demo store, whose true tastes are known, shop with it.

    python -m benchmarks.recommender_closed_loop [--days 14] [--customers 2000] [--models popularity,item_knn,hybrid]
        [--scale 1.0] [--seed 20] [--picture var/closed_loop.png] [--json]

Every model learns from the demo store's history (orders, events, words of the products; no pictures), nothing of the
truth. Then each lives through the same days with the same customers, and answers every visit with 6 products that the
customer's history does not hold; what is clicked and bought joins the history before the next visit. How customers
choose is written in simulated_shoppers.py. `random` knows nothing; `oracle` knows the truth.

The item-kNN that the others are held against is the best of a grid by the hit rate at 6 of the last products.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product as combinations
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.simulated_shoppers import Crowd, Lived, Scores, crowd, lists, live
from common.sequential import Interval, Sums, rate
from common.settings import ROOT, settings
from ml_tools.recommender.features import TEXT_TOKENS
from ml_tools.recommender.interactions import Floats, Interactions
from ml_tools.recommender.models import MODELS
from ml_tools.recommender.models.base import Recommender
from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.training_data import TrainingData, training_data
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.demo.orders import CANCELLED
from store.demo.world import World, draw_world
from store.recommendations import ORDERED, Described

TODAY = date(2026, 11, 1)
AGAINST = "item_knn"
notices = Console(stderr=True)


def described(world: World) -> list[Described]:
    """The products as the store's tables hold them."""
    return [
        Described(
            at, p.name, p.brand, p.category, p.description, p.attributes, float(p.price),
            world.span.moment(int(world.demand.launched[at])), None,
        )
        for at, p in enumerate(world.catalogue.products)
    ]  # fmt: skip


def touches(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events and lines of orders as the training reads them."""
    events = world.events[world.events["product"] >= 0]
    customer = events["customer"].to_numpy()
    who = np.where(customer >= 0, _named(customer), "s" + events["session"].astype(str).to_numpy())
    seen = pd.DataFrame(
        {"who": who, "product": events["product"], "kind": events["kind"], "at": _seconds(events["at"].to_numpy())}
    )
    orders = world.orders
    kept = orders.status[orders.line_order] != CANCELLED
    order = orders.line_order[kept]
    lines = pd.DataFrame(
        {
            "who": _named(orders.customer[order]), "product": orders.line_product[kept], "kind": ORDERED,
            "at": _seconds(orders.placed[order]), "order": order,
        }
    )  # fmt: skip
    return seen, lines


def _named(customers: NDArray[np.int64]) -> NDArray[Any]:
    return np.array([f"c{number}" for number in customers], dtype=object)


def _seconds(moments: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(moments.astype("datetime64[s]").astype(np.int64))


def tuned_item_knn(data: Interactions) -> ItemKNN:
    """The best item-kNN of a grid on everybody's last product, fitted with everything."""
    rest, last = data.without_last()
    asked = np.random.default_rng(1).permutation(np.flatnonzero(last >= 0))[:3000]
    histories = [rest.of(int(customer)) for customer in asked]
    grid = list(combinations((20, 50, 100, 200, 400), (0.0, 10.0, 50.0), (0.9, 0.97, 1.0)))
    hits = []
    for neighbours, shrink, decay in grid:
        shown = lists(ItemKNN(neighbours, shrink, decay).fit(rest).scores(histories), histories)
        hits.append((shown == last[asked][:, None]).any(axis=1).mean())
    best = grid[int(np.argmax(hits))]
    notices.print(f"item-kNN: neighbours {best[0]}, shrink {best[1]}, decay {best[2]}; hit rate {max(hits):.4f}")
    return ItemKNN(*best).fit(data)


def contenders(names: Sequence[str], data: Interactions, people: Crowd, seed: int) -> dict[str, Scores]:
    """The models by name, fitted, and the two ends of the scale."""
    rng = np.random.default_rng(seed + 1)
    found: dict[str, Scores] = {
        "random": lambda customers, histories: rng.random((len(customers), data.product_count), dtype=np.float32)
    }
    for name in names:
        began = time.perf_counter()
        model = tuned_item_knn(data) if name == AGAINST else MODELS[name]().fit(data)
        found[name] = _scores_of(model)
        notices.print(f"{name}: fitted in {time.perf_counter() - began:.0f} s")
    found["oracle"] = lambda customers, histories: people.shares[customers]
    return found


def _scores_of(model: Recommender) -> Scores:
    return lambda customers, histories: model.scores(histories)


def per_customer(lived: Lived) -> dict[str, tuple[Floats, Floats]]:
    """Metric -> (successes, chances) of each customer: clicks per product shown, purchases per list shown."""
    clicks, shown = lived.clicks.sum(axis=0), lived.shown.sum(axis=0)
    return {
        "ctr": (clicks.astype(np.float32), shown.astype(np.float32)),
        "conversion": (
            (lived.purchases > 0).sum(axis=0).astype(np.float32),
            (lived.shown > 0).sum(axis=0).astype(np.float32),
        ),
    }


def interval(x: Floats, y: Floats) -> Interval:
    x, y = x.astype(float), y.astype(float)
    return rate(Sums(int((y > 0).sum()), x.sum(), y.sum(), x @ x, x @ y, y @ y))


def ratio(x: Floats, y: Floats, other_x: Floats, other_y: Floats) -> Interval:
    """One rate over another of the same customers, by the delta method on the logarithm; they are paired."""
    if not x.sum() or not other_x.sum():
        return Interval(0.0, 0.0, float("inf"))
    parts = x / x.sum() - y / y.sum() - other_x / other_x.sum() + other_y / other_y.sum()
    middle = log(x.sum() / y.sum()) - log(other_x.sum() / other_y.sum())
    half = 1.96 * sqrt(float((parts.astype(float) ** 2).sum()))
    return Interval(exp(middle), exp(middle - half), exp(middle + half))


def results(lives: Mapping[str, Lived]) -> dict[str, dict[str, dict[str, Interval]]]:
    """Model -> metric -> {value, of item_knn's, of the oracle's}."""
    counted = {name: per_customer(lived) for name, lived in lives.items()}
    return {
        name: {
            metric: {
                "value": interval(*pair),
                **{f"of {other}": ratio(*pair, *counted[other][metric]) for other in (AGAINST, "oracle")},
            }
            for metric, pair in metrics.items()
        }
        for name, metrics in counted.items()
    }


def draw(lives: Mapping[str, Lived], path: Path) -> None:
    """Click-through by day, a line a model."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    for name, lived in lives.items():
        axes.plot(
            1 + np.arange(len(lived.clicks)), 100 * lived.clicks.sum(axis=1) / lived.shown.sum(axis=1), label=name
        )
    axes.set(xlabel="day", ylabel="clicks per 100 products shown", ylim=(0, None))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def table(found: Mapping[str, Mapping[str, Mapping[str, Interval]]]) -> Table:
    shown = Table("model", "metric", "rate, %", f"times {AGAINST}'s", "of the oracle's, %")
    for name, metrics in found.items():
        for metric, figures in metrics.items():
            value, against, oracle = figures["value"], figures[f"of {AGAINST}"], figures["of oracle"]
            shown.add_row(
                name, metric, _spoken(value, 100, 2), _spoken(against, 1, 2), _spoken(oracle, 100, 0),
            )  # fmt: skip
    return shown


def _spoken(figure: Interval, times: float, digits: int) -> str:
    mean, lo, hi = (f"{times * value:.{digits}f}" for value in figure)
    return f"{mean} ({lo} to {hi})"


def learnt(world: World) -> tuple[TrainingData, dict[str, int]]:
    """What the store knows, and the row of each customer and guest in it."""
    events, lines = touches(world)
    config = settings()
    encode = SentenceEncoder(config.models_dir, threads=config.threads, most_tokens=TEXT_TOKENS)
    data = training_data(described(world), events, lines, None, encode)
    names = sorted({*events["who"], *lines["who"]})
    assert len(names) == data.learnt.interactions.customer_count
    return data, {name: row for row, name in enumerate(names)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--models", default="popularity,item_knn,hybrid")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--picture", type=Path, default=ROOT / "var" / "closed_loop.png")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    names = [name for name in asked.models.split(",") if name]
    if asked.days < 1 or asked.customers < 1 or AGAINST not in names or not set(names) <= set(MODELS):
        sys.exit(f"Give at least one day and customer, and models of {', '.join(MODELS)}, {AGAINST} among them.")
    world = draw_world(asked.seed, TODAY, asked.scale)
    data, rows = learnt(world)
    notices.print(data.described())
    people = crowd(world, data.learnt.interactions, rows, asked.customers, asked.days, asked.seed)
    fitted = contenders(names, data.learnt.interactions, people, asked.seed)
    lives = {name: live(people, scores) for name, scores in fitted.items()}
    found = results(lives)
    draw(lives, asked.picture)
    if asked.json:
        print(json.dumps(found))
    else:
        Console().print(table(found))
        notices.print(f"The picture: {asked.picture}")


if __name__ == "__main__":
    main()
