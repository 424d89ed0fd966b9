"""One search from the picture to the ranked products: read it, see what it shows, ask the store what is near."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import structlog

from common.errors import NotEnoughData, NotFound
from common.metrics import timed, tool_seconds
from ml_tools.batching import Batcher
from ml_tools.capacity import Capacity
from ml_tools.registry import ModelName
from ml_tools.visual_search.model import NAME, Sight, VisualModel
from ml_tools.visual_search.network import PARTS
from ml_tools.visual_search.pictures import Pixels, read_picture
from ml_tools.visual_search.schemas import (
    AttributeProposals,
    FoundProduct,
    ImageTagsAnswer,
    Label,
    PictureSource,
    ProposalsAnswer,
    ProposalsRequest,
    VisualSearchAnswer,
    VisualSearchRequest,
)
from ml_tools.visual_search.tagging import counts, proposals_for
from ml_tools.visual_search.vocabulary import spoken
from store.conversations import find_upload
from store.embeddings import Lookalike, embedded_so_far, lookalikes, vector_of
from store.products import ProductFilters
from store.session import Database
from store.tags import propose, untagged

log = structlog.get_logger()

LARGEST_BATCH = 16
EXACT_UP_TO = 20_000  # pictures; comparing with all of them takes a few milliseconds
INDEX_SEEN_SECONDS = 30.0
ANOTHER_KIND = 0.3  # kind likeness below which a product is something else altogether
_OFFSETS = dict(zip(PARTS, np.cumsum([0, *PARTS.values()]).tolist(), strict=False))


@dataclass(frozen=True)
class Index:
    """What stands in the store's index of pictures."""

    pictures: int
    as_of: date | None


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a unit vector [256], and what the picture shows when it was looked at just now."""

    vector: np.ndarray
    sight: Sight | None


class VisualSearchService:
    def __init__(
        self, database: Database, model: VisualModel, uploads_dir: Path, capacity: Capacity, *, waiting: int
    ) -> None:
        self._database, self.model, self._uploads = database, model, uploads_dir
        self._capacity = capacity
        self._batcher: Batcher[Pixels, Sight] = Batcher(self._see, largest=LARGEST_BATCH, waiting=waiting)
        self._index: tuple[float, Index] | None = None

    async def search(self, request: VisualSearchRequest) -> VisualSearchAnswer:
        """Products by how much they look like a picture. NotFound for no such upload or product, NotEnoughData for a
        product without an embedded picture, BadRequest for bytes that are no picture."""
        with timed(tool_seconds, tool="visual_search"):
            wanted = await self._wanted(request)
            masked = _masked(wanted.vector, request.ignoring)
            index = await self._index_now()
            without = [*request.without, *([request.product_id] if request.product_id else [])]
            async with self._database.read() as session:
                found = await lookalikes(
                    session,
                    masked.tolist(),
                    ProductFilters(**request.narrowed_to.model_dump()),
                    like=wanted.vector.tolist(),
                    model_version=self.model.version,
                    without=without,
                    limit=request.n,
                    exact=index.pictures <= EXACT_UP_TO,
                )
            log.info("visual_search", source=_source(request), found=len(found), pictures=index.pictures)
            return self._answer(request, wanted, found, index, scale=1 / float(np.linalg.norm(masked)))

    async def tags(self, source: PictureSource) -> ImageTagsAnswer:
        """What a picture shows."""
        with timed(tool_seconds, tool="image_tags"):
            pixels = await self._pixels(source)
            sight = await self._batcher.run(pixels)
        tags = {name: self._labels(name, labels) for name, labels in sight.labels.items()}
        return ImageTagsAnswer(model=self.name, as_of=self._trained_on, tags=tags)

    async def propose_tags(self, request: ProposalsRequest) -> ProposalsAnswer:
        """Proposals for the products that have none yet; what is sure is written into the products at once."""
        with timed(tool_seconds, tool="tag_proposals"):
            async with self._database.begin() as session:
                products = await untagged(session, limit=request.most_products)
                made = [one for product in products for one in proposals_for(product, self.model.calibration)]
                await propose(session, made, now=datetime.now(UTC))
        return ProposalsAnswer(
            model=self.name,
            as_of=self._trained_on,
            products=len(products),
            remaining=len(products) == request.most_products,
            attributes={
                name: AttributeProposals(accepted=accepted, waiting=waiting)
                for name, (accepted, waiting) in counts(made).items()
            },
        )

    @property
    def name(self) -> ModelName:
        return ModelName(name=NAME, version=self.model.version)

    @property
    def _trained_on(self) -> date:
        trained = self.model.manifest.trained_at
        return trained.date() if trained else datetime.now(UTC).date()

    def _see(self, pictures: list[Pixels]) -> list[Sight]:
        return self.model.see(np.stack(pictures))

    async def _wanted(self, source: PictureSource) -> Wanted:
        if source.product_id is None:
            sight = await self._batcher.run(await self._pixels(source))
            return Wanted(sight.vector, sight)
        async with self._database.read() as session:
            vector = await vector_of(session, source.product_id, self.model.version)
        if vector is None:
            raise NotEnoughData("This product has no picture that could be compared yet.")
        return Wanted(np.array(vector, dtype=np.float32), None)

    async def _pixels(self, source: PictureSource) -> Pixels:
        if source.product_id is not None:
            raise NotEnoughData("A product's tags are proposed, not asked for one by one.")
        content = await self._uploaded(source) if source.picture is None else source.picture
        return await self._capacity.run(read_picture, content)

    async def _uploaded(self, source: PictureSource) -> bytes:
        async with self._database.read() as session:
            upload = await find_upload(session, source.subject or "", source.upload_id or "")
        path = self._uploads / upload.path if upload else None
        if path is None or not path.is_file():
            raise NotFound("There is no such picture any more. Please send it again.")
        return await asyncio.to_thread(path.read_bytes)

    async def _index_now(self) -> Index:
        """Counted anew every half minute: it only decides how the search is done."""
        if self._index is None or time.monotonic() - self._index[0] > INDEX_SEEN_SECONDS:
            async with self._database.read() as session:
                pictures, newest = await embedded_so_far(session)
            self._index = time.monotonic(), Index(pictures, newest.date() if newest else None)
        return self._index[1]

    def _answer(
        self, request: VisualSearchRequest, wanted: Wanted, found: Sequence[Lookalike], index: Index, *, scale: float
    ) -> VisualSearchAnswer:
        """`scale` makes a perfect match 1 again where parts of the picture do not count."""
        calibration = self.model.calibration
        nearest = max((one.kind_likeness for one in found), default=-1.0)
        labels = wanted.sight.labels if wanted.sight else {}
        return VisualSearchAnswer(
            model=self.name,
            as_of=index.as_of,
            seen={name: self._labels(name, some)[0] for name, some in labels.items()},
            nothing_close=nearest < calibration.nothing_close and "kind" not in request.ignoring,
            exact=index.pictures <= EXACT_UP_TO,
            products=[
                FoundProduct(
                    product_id=one.product_id,
                    likeness=round(calibration.chance_of_same(one.likeness * scale), 3),
                    same_kind=one.kind_likeness >= calibration.same["kind"],
                    same_colour=one.colour_likeness >= calibration.same["colour"],
                )
                for one in (found if "kind" in request.ignoring else _of_the_kind(found))
            ],
        )

    def _labels(self, attribute: str, labels: Sequence[tuple[str, float]]) -> list[Label]:
        threshold = self.model.calibration.thresholds[attribute]
        return [
            Label(label=label, name=spoken(label), confidence=chance, sure=chance >= threshold)
            for label, chance in labels
        ]


def _of_the_kind(found: Sequence[Lookalike]) -> Sequence[Lookalike]:
    """Without what is of another kind altogether, as long as that leaves anything: a bag is no answer to a shoe."""
    return [one for one in found if one.kind_likeness >= ANOTHER_KIND] or found


def _masked(vector: np.ndarray, ignoring: Sequence[str]) -> np.ndarray:
    """The vector without the parts that do not count; cosines do not mind its length."""
    kept = vector.copy()
    for part in ignoring:
        kept[_OFFSETS[part] : _OFFSETS[part] + PARTS[part]] = 0
    return kept


def _source(source: PictureSource) -> str:
    return "product" if source.product_id else "upload" if source.upload_id else "picture"
