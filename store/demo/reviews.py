"""Reviews of the demo store: what buyers thought, from a product's hidden quality and the buyer's taste."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from store.demo import review_words as words
from store.demo.catalogue import Catalogue
from store.demo.customers import Customers
from store.demo.goods import DemoProduct
from store.demo.orders import DELIVERED, RETURN_REQUESTED, RETURNED, Orders
from store.demo.seeds import stream
from store.demo.span import Span

REVIEWS = 6_000  # at scale 1
ASPECTS = 5  # the most that any kind of product has


class Plan(NamedTuple):
    """A review before it has words."""

    product: DemoProduct
    size: str
    colour: str
    rating: int
    feelings: np.ndarray  # of each aspect, above 0 is good


def draw_reviews(
    seed: int,
    catalogue: Catalogue,
    customers: Customers,
    features: np.ndarray,
    orders: Orders,
    span: Span,
    scale: float,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Reviews (product, customer, rating, title, body, at), and the true quality of each aspect (products, 5)."""
    rng = stream(seed, "reviews")
    quality = rng.normal(0.75, 0.55, (len(catalogue), 1)) + rng.normal(0, 0.5, (len(catalogue), ASPECTS))
    line, at = _when(rng, orders, span, round(REVIEWS * scale))
    product, customer = orders.line_product[line], orders.customer[orders.line_order[line]]
    liking = (features[product] * customers.taste[customer]).sum(axis=1)
    feelings = quality[product] + 0.12 * (liking - liking.mean())[:, None] + rng.normal(0, 0.8, (len(line), ASPECTS))
    unhappy = np.isin(orders.status[orders.line_order[line]], (RETURNED, RETURN_REQUESTED))
    feelings -= 1.6 * unhappy[:, None]
    ratings = _ratings(feelings, catalogue, product)
    flat = [(v.size or "size", v.colour or "colour") for p in catalogue.products for v in p.variants]
    texts = [
        _text(rng, Plan(catalogue.products[p], flat[variant][0], flat[variant][1], int(rating), mood))
        for p, variant, rating, mood in zip(product, orders.line_variant[line], ratings, feelings, strict=True)
    ]
    frame = pd.DataFrame(texts, columns=["title", "body"])
    frame = frame.assign(product=product, customer=customer, rating=ratings, at=at)
    return frame.sort_values("at", kind="stable", ignore_index=True), quality


def _when(rng: np.random.Generator, orders: Orders, span: Span, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Order lines that are reviewed, and when: one to forty days after delivery, never in the future."""
    arrived = np.isin(orders.status, (DELIVERED, RETURNED, RETURN_REQUESTED))[orders.line_order]
    pool = np.flatnonzero(arrived)
    line = np.sort(rng.choice(pool, size=min(count, len(pool)), replace=False))
    delay = (rng.exponential(9 * 86_400, len(line)) + 3_600 * 8).astype("int64").astype("timedelta64[s]")
    at = orders.delivered[orders.line_order[line]] + delay
    past = at < np.datetime64(span.today.isoformat(), "s")
    return line[past], at[past]


def _ratings(feelings: np.ndarray, catalogue: Catalogue, product: np.ndarray) -> np.ndarray:
    """One to five stars from the mean feeling over the aspects that the kind of product has."""
    aspects = np.array([len(words.ASPECTS[p.look.kind]) for p in catalogue.products])[product]
    known = np.arange(ASPECTS)[None, :] < aspects[:, None]
    mean = (feelings * known).sum(axis=1) / aspects
    return 1 + np.digitize(mean, [-0.45, -0.05, 0.25, 0.7])


def _text(rng: np.random.Generator, plan: Plan) -> tuple[str, str]:
    """Title and body: mostly sentences by aspect, now and then a single word or something odd."""
    luck = rng.random()
    title = _pick(rng, words.TITLES[plan.rating])
    if luck < 0.08:
        title, body = "", _pick(rng, words.SHORT[plan.rating])
    elif luck < 0.11:
        body = _pick(rng, words.ODD[plan.rating])
    else:
        body = _sentences(rng, plan)
    return _fill(rng, title, plan), _typed(rng, _fill(rng, body, plan))


def _sentences(rng: np.random.Generator, plan: Plan) -> str:
    """The strongest feelings in words; where a good and a bad one meet, a "but" stands between them."""
    aspects = words.ASPECTS[plan.product.look.kind]
    count = int(rng.choice([1, 2, 3, 4], p=[0.25, 0.4, 0.25, 0.1]))
    strongest = np.argsort(-np.abs(plan.feelings[: len(aspects)]))[:count]
    leading = plan.rating >= 3
    chosen = sorted(strongest, key=lambda i: (plan.feelings[i] > 0) != leading)
    parts, before = [_pick(rng, words.OPENERS[plan.rating])], None
    for index in chosen:
        good = bool(plan.feelings[index] > 0)
        sentence = _pick(rng, aspects[index].good if good else aspects[index].bad)
        turns = before is not None and good != before
        parts.append(_after_but(rng, sentence) if turns else sentence)
        before = good
    parts.append(_pick(rng, words.CLOSERS[plan.rating]))
    return " ".join(part for part in parts if part)


def _after_but(rng: np.random.Generator, sentence: str) -> str:
    but = _pick(rng, words.BUTS)
    keeps = sentence.startswith(("I ", "{"))
    return but + (sentence if keeps else sentence[0].lower() + sentence[1:])


def _fill(rng: np.random.Generator, text: str, plan: Plan) -> str:
    kind = plan.product.look.kind
    person = _pick(rng, words.PEOPLE)
    times = words.TIMES if words.ASPECTS[kind] is words.CLOTHES else tuple(t for t in words.TIMES if "wash" not in t)
    return text.format(
        noun=_pick(rng, words.NOUNS.get(kind, (kind,))),
        time=_pick(rng, times),
        person=person,
        person_plain=person.split()[-1],
        size=plan.size,
        colour=plan.colour.lower(),
        material=str(plan.product.attributes.get("material", "")).lower(),
    )


def _typed(rng: np.random.Generator, text: str) -> str:
    """As people type: some without capitals, some shouting, some with letters swapped."""
    luck = rng.random()
    if luck < 0.10:
        return text.lower()
    if luck < 0.12:
        return text.upper()
    if luck < 0.20 and len(text) > 20:
        at = int(rng.integers(1, len(text) - 2))
        if text[at : at + 2].isalpha():
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def _pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]
