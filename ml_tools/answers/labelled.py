"""Questions with their answers known: read from a file, looked up in the shop, and judged."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from common.errors import BadRequest
from ml_tools.answers.passages import Passage
from ml_tools.answers.schemas import Answer
from store.facts import ProductFacts, facts
from store.review_texts import ReviewText, review_texts
from store.session import Database
from store.tables import Product

COLUMNS = ("product", "question", "kind", "name", "says")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Labelled:
    """`kinds` of sources that answer it, their `names` (any when empty), and what the answer must say; or unknown."""

    product: str
    question: str
    kinds: frozenset[str]
    names: frozenset[str]
    says: str

    @property
    def unknown(self) -> bool:
        return UNKNOWN in self.kinds

    def sourced(self, kind: str, name: str) -> bool:
        """Whether a source of this kind and name is one that answers."""
        return kind in self.kinds and (kind == "review" or not self.names or name in self.names)

    def supported(self, passage: Passage) -> bool:
        """Whether a passage holds the answer; what comes before it, yes or no, is not in a passage."""
        said = re.sub(r"^\(?(?:yes|no)\)?\b[.|*\\]*|\(yes\|", "", self.says, flags=re.IGNORECASE).strip("().*|")
        return self.sourced(passage.kind, passage.name) and (
            passage.kind != "review" or bool(re.search(said, passage.text, re.IGNORECASE))
        )

    def right(self, answer: Answer) -> bool:
        return self.well_sourced(answer) and bool(re.search(self.says, answer.text, re.IGNORECASE | re.DOTALL))

    def well_sourced(self, answer: Answer) -> bool:
        return any(self.sourced(source.kind, source.name) for source in answer.sources)


@dataclass(frozen=True)
class Asked:
    """A labelled question with what the shop knows of its product."""

    labelled: Labelled
    product: ProductFacts
    reviews: list[ReviewText]


def read_labelled(path: Path) -> list[Labelled]:
    """Raises BadRequest for a file without the columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or any(column not in rows[0] for column in COLUMNS):
        raise BadRequest(f"{path.name} must have rows with the columns {', '.join(COLUMNS)}.")
    return [
        Labelled(row["product"], row["question"], _set(row["kind"]), _set(row["name"]), row["says"]) for row in rows
    ]


def _set(names: str) -> frozenset[str]:
    return frozenset(name for name in names.split("|") if name)


async def look_up(database: Database, questions: Sequence[Labelled]) -> list[Asked]:
    """The questions whose product the shop sells."""
    asked: list[Asked] = []
    async with database.read() as session:
        named = select(Product.name, Product.public_id).where(Product.name.in_({one.product for one in questions}))
        ids = {row.name: row.public_id for row in await session.execute(named)}
        products = {one.id: one for one in await facts(session, list(ids.values()), datetime.now(UTC).date())}
        reviews = {public_id: await review_texts(session, public_id) for public_id in products}
    for one in questions:
        public_id = ids.get(one.product, "")
        if public_id in products:
            asked.append(Asked(one, products[public_id], reviews[public_id]))
    return asked
