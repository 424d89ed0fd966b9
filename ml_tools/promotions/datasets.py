"""The public sets of impressions in `SHOPCLERK_DATA`, and the demo store's own."""

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from common.errors import BadRequest
from ml_tools.promotions.batch import Fields
from ml_tools.promotions.evaluate import Split
from ml_tools.promotions.journey import COMPLETE_JOURNEY, read_journey, rows_of
from ml_tools.promotions.journey import split as journey_split
from ml_tools.promotions.reading import named_alike, read_table, reading_of

AVAZU, CRITEO, IPINYOU = "avazu-sample", "criteo-sample", "ipinyou"


def read_split(impressions: Path, clicks: str, train: Path | None = None) -> Split:
    """A file's impressions, and those of `train` to learn from; columns are what they are in `train`.

    The same file for both is refused: models would be asked what they have learnt."""
    asked = read_table(impressions)
    if train is None:
        return Split(asked.name, None, reading_of(asked, clicks).batch(asked))
    if train.resolve() == impressions.resolve():
        raise BadRequest("Models would be asked what they have learnt: give other rows with --train, or leave it out.")
    learnt = read_table(train)
    asked, learnt = named_alike(asked, learnt), named_alike(learnt, asked)
    reading = reading_of(learnt, clicks)
    return Split(asked.name, reading.batch(learnt), reading.batch(asked))


def avazu(data: Path) -> Split:
    return _named(AVAZU, read_split(data / AVAZU / "dev.csv.gz", "click", data / AVAZU / "train.csv.gz"))


def criteo(data: Path) -> Split:
    return _named(CRITEO, read_split(data / CRITEO / "dev.csv.gz", "0", data / CRITEO / "train.csv.gz"))


def ipinyou(data: Path) -> Split:
    """Advertiser 2997's auctions won, as the columns' index names their fields."""
    folder = data / IPINYOU
    with gzip.open(folder / "featindex.fm.txt.gz", "rt") as file:
        pairs = [line.rstrip("\n").rsplit("\t", 1) for line in file]
    names = {number: name for name, number in pairs}
    tables = {part: _one_hot_rows(folder / f"{part}.fm.txt.gz", names) for part in ("train", "test")}
    every = pd.concat(tables.values()).columns.drop("click")
    fields = Fields(categorical=tuple(every))
    learnt, asked = (fields.batch(table.reindex(columns=[*every, "click"]), "click") for table in tables.values())
    return Split(IPINYOU, learnt, asked)


def _one_hot_rows(path: Path, names: Mapping[str, str]) -> pd.DataFrame:
    """Rows "click column:1 column:1 ..." as a column for each field that the columns' names begin with."""
    rows = []
    with gzip.open(path, "rt") as file:
        for line in file:
            click, *columns = line.split()
            row = {"click": click}
            for column in columns:
                field, _, value = names[column.partition(":")[0]].partition(":")
                row[field] = f"{row[field]}+{value}" if field in row else value
            rows.append(row)
    return pd.DataFrame(rows, dtype=object)


def complete_journey(data: Path) -> Split:
    return Split(COMPLETE_JOURNEY, *journey_split(rows_of(read_journey(data / COMPLETE_JOURNEY))))


def _named(name: str, split: Split) -> Split:
    return Split(name, split.learnt, split.asked)


PUBLIC: Mapping[str, Callable[[Path], Split]] = {
    AVAZU: avazu,
    CRITEO: criteo,
    IPINYOU: ipinyou,
    COMPLETE_JOURNEY: complete_journey,
}
