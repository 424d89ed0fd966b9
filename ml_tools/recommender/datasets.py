"""Files of histories, and what an evaluation makes of them: what models may learn from, what is asked, what is right.

Products get numbers from 0 in the order of their names; the public sets come from `SHOPCLERK_DATA`.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from common.errors import BadRequest, NotEnoughData
from ml_tools.recommender.interactions import Interactions, Ints, ProductFeatures, interactions_of

SEED = 20
ML_1M, AMAZON_BEAUTY, DIGINETICA = "ml-1m", "amazon-beauty", "diginetica"


@dataclass(frozen=True)
class Sequences:
    """Everybody's products, oldest first, as a file names them."""

    name: str
    histories: list[Ints]
    products: NDArray[np.str_]  # [products]: their names in the file
    features: ProductFeatures = field(default_factory=ProductFeatures)


@dataclass(frozen=True)
class Split:
    """What models may learn from, and the questions: after `histories[q]` came `targets[q]`.

    `customers` [questions] are the questions' customers in `learnt`; None when the training saw none of them.
    `repeats`: whether people come back to products, so that a history's products may be recommended again.
    """

    name: str
    learnt: Interactions
    histories: list[Ints]
    targets: Ints
    customers: Ints | None
    repeats: bool

    def __len__(self) -> int:
        return len(self.targets)


def read_sequences(path: Path) -> Sequences:
    """One row a customer: "customer product product ..." (.txt, .txt.gz), a list column (.parquet), or a csv whose last
    column holds the products divided by spaces or whose first two columns are customer and product, a row each.

    Raises BadRequest for a file of another form, NotEnoughData for one without products."""
    readers: dict[str, Callable[[Path], list[list[str]]]] = {
        ".txt": _lines,
        ".txt.gz": _lines,
        ".parquet": _lists,
        ".csv": _table,
        ".csv.gz": _table,
    }
    for ending, reader in readers.items():
        if path.name.endswith(ending):
            return numbered(path.name, reader(path))
    raise BadRequest(f"{path.name} is none of {', '.join(readers)}.")


def _lines(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.name.endswith(".gz") else content).decode()
    return [line.split()[1:] for line in text.splitlines() if line.strip()]


def _lists(path: Path) -> list[list[str]]:
    table = pd.read_parquet(path)
    for name in table.columns:
        if len(table) and isinstance(table[name].iloc[0], list | tuple | np.ndarray):
            return [[str(product) for product in products] for products in table[name]]
    raise BadRequest(f"{path.name} has no column of lists.")


def _table(path: Path) -> list[list[str]]:
    table = pd.read_csv(path, dtype=str).dropna()
    if len(table.columns) < 2:
        raise BadRequest(f"{path.name} needs a customer and a product in its first two columns.")
    customer, product, *_ = table.columns
    if not table[customer].duplicated().any():
        return [str(products).replace(",", " ").strip("[] ").split() for products in table[table.columns[-1]]]
    return [list(products) for _, products in table.groupby(customer, sort=False)[product]]


def numbered(name: str, rows: Iterable[Sequence[str]]) -> Sequences:
    """Histories of names as histories of numbers."""
    lists = list(rows)
    flat = [product for products in lists for product in products]
    if not flat:
        raise NotEnoughData(f"{name} holds no products.")
    products, numbers = np.unique(np.array(flat), return_inverse=True)
    ends = np.cumsum([len(products) for products in lists])
    return Sequences(name, [part.astype(np.int32) for part in np.split(numbers, ends[:-1])], products)


def leave_one_out(sequences: Sequences) -> Split:
    """Each customer's last product is asked for; models learn from all before it. Histories of one only teach.

    Raises NotEnoughData when no history has two products."""
    everything = interactions_of(sequences.histories, len(sequences.products), sequences.features)
    learnt, last = everything.without_last()
    asked = np.flatnonzero(last >= 0).astype(np.int32)
    if not len(asked):
        raise NotEnoughData(f"{sequences.name} has no customer with two products.")
    histories = [learnt.of(int(customer)) for customer in asked]
    return Split(sequences.name, learnt, histories, last[asked], asked, repeats_in(learnt))


def sampled(split: Split, most: int | None) -> Split:
    """The same with up to `most` questions, drawn with a fixed seed; what is learnt stays."""
    if most is None or most >= len(split):
        return split
    kept = np.sort(np.random.default_rng(SEED).choice(len(split), most, replace=False))
    histories = [split.histories[question] for question in kept]
    customers = None if split.customers is None else split.customers[kept]
    return replace(split, histories=histories, targets=split.targets[kept], customers=customers)


def repeats_in(data: Interactions) -> bool:
    """Whether anybody's history holds a product twice."""
    owners = np.repeat(np.arange(data.customer_count, dtype=np.int64), np.diff(data.starts))
    return len(np.unique(owners * data.product_count + data.products)) < len(data)


def ml_1m(data: Path) -> Sequences:
    """6,040 people's films in time order."""
    return replace(read_sequences(data / ML_1M / "sequences.parquet"), name=ML_1M)


def amazon_beauty(data: Path) -> Sequences:
    """22,363 people's cosmetics in time order, with what is known of the products."""
    sequences = read_sequences(data / AMAZON_BEAUTY / "sequences.txt.gz")
    with gzip.open(data / AMAZON_BEAUTY / "item_attributes.json.gz", "rt") as file:
        words: dict[str, list[int]] = json.load(file)
    pairs = [(row, word) for row, name in enumerate(sequences.products) for word in words.get(str(name), ())]
    rows, columns = np.array(pairs, dtype=np.int64).T
    shape = (len(sequences.products), int(columns.max()) + 1)
    attributes = csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
    return replace(sequences, name=AMAZON_BEAUTY, features=ProductFeatures(attributes=attributes))


def diginetica(data: Path) -> Split:
    """186,670 visits to learn from, and every beginning of the later visits with the product that came next."""
    sessions = pd.read_parquet(data / DIGINETICA / "train_sessions.parquet")["session"].tolist()
    test = pd.read_parquet(data / DIGINETICA / "test_prefixes.parquet")
    prefixes = test["prefix"].tolist()
    products, numbers = np.unique(np.concatenate([*sessions, *prefixes, test["next_item"]]), return_inverse=True)
    lengths = [len(products) for products in (*sessions, *prefixes)]
    *histories, targets = np.split(numbers.astype(np.int32), np.cumsum(lengths))
    learnt = interactions_of(histories[: len(sessions)], len(products))
    return Split(DIGINETICA, learnt, histories[len(sessions) :], targets, None, repeats=True)
