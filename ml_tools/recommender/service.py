"""One answer from the question to the products: read the newest events, rank, ask what is sold, choose, say why."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.metrics import timed, tool_seconds
from common.requests import current_request_id
from ml_tools.capacity import Capacity
from ml_tools.recommender.assortment import Assortment, Assortments
from ml_tools.recommender.choosing import by_row, choose, filled, only, refused
from ml_tools.recommender.features import history_of
from ml_tools.recommender.model import NAME, ServedModel
from ml_tools.recommender.policies import chosen_policy
from ml_tools.recommender.reasons import reasons_for
from ml_tools.recommender.schemas import (
    ExperimentArm,
    Reason,
    RecommendationsAnswer,
    RecommendationsRequest,
    RecommendedProduct,
)
from ml_tools.recommender.serving import Serving
from ml_tools.recommender.shortlist import Shortlist, Wish, shortlist
from ml_tools.registry import ModelName
from store.experiments import Assignment, assign, expose
from store.products import ProductFilters
from store.recommendations import (
    ASKED,
    NEWEST_TOUCHES,
    Offered,
    Touch,
    all_offered,
    customer_number,
    offered,
    touches_of,
)
from store.session import Database

log = structlog.get_logger()

QUIET_SECONDS = 5.0


@dataclass(frozen=True)
class Asker:
    """Who asks: what they touched, oldest first; `unit` is who an experiment counts, None for somebody unknown."""

    touches: Sequence[Touch]
    unit: str | None
    assignment: Assignment | None

    @property
    def policy(self) -> str | None:
        return self.assignment.policy if self.assignment else None


@dataclass(frozen=True)
class Found:
    """What may be shown: the shortlist, and each of its products by row."""

    short: Shortlist
    products: dict[int, Offered]


class RecommenderService:
    """`exploration` is the share of an answer's products that few have seen."""

    def __init__(
        self,
        database: Database,
        serving: Serving,
        assortments: Assortments,
        capacity: Capacity,
        *,
        exploration: float,
    ) -> None:
        self._database, self.serving, self._assortments = database, serving, assortments
        self._capacity, self._exploration = capacity, exploration
        self._quiet_until: dict[str, float] = {}  # by surface

    @property
    def assortments(self) -> Assortments:
        """The places of products, for tools that lean on what somebody likes."""
        return self._assortments

    async def recommend(self, request: RecommendationsRequest) -> RecommendationsAnswer:
        """Up to `n` products that may be bought now; fewer only where the filters leave fewer. Nobody's history is no
        error. ModelUnavailable while nothing was trained."""
        with timed(tool_seconds, tool="recommender"):
            model = self.serving.current()
            assortment = await self._assortments.current(model)
            asker = await self._asker(request)
            wish = wish_of(assortment, request, asker, chosen_policy(asker.policy, model.policies))
            found = await self._found(assortment, request, asker, wish)
            products = self._products(assortment, request, asker, wish, found)  # a millisecond: no thread's worth
            if asker.assignment and asker.unit:
                await self._expose(request, asker.assignment, asker.unit, products, found)
            log.info("recommendations", purpose=request.purpose, policy=wish.policy, found=len(products))
            return _answer(model, wish, asker.assignment, products)

    async def _asker(self, request: RecommendationsRequest) -> Asker:
        unit = request.customer_id or request.session
        async with self._database.read() as session:
            touches = await touches_of(
                session, customer=request.customer_id, visitor=request.session, asked=request.product_ids
            )
            assignment = await self._assigned(session, request.surface, unit) if unit else None
        return Asker(touches, unit, assignment)

    async def _assigned(self, session: AsyncSession, surface: str, unit: str) -> Assignment | None:
        """The unit's arm; where no experiment ran a moment ago, none is looked for again."""
        if time.monotonic() < self._quiet_until.get(surface, 0.0):
            return None
        assignment = await assign(session, surface, unit)
        if assignment is None:
            self._quiet_until[surface] = time.monotonic() + QUIET_SECONDS
        return assignment

    async def _found(self, assortment: Assortment, request: RecommendationsRequest, asker: Asker, wish: Wish) -> Found:
        """The shortlist as far as it is sold and passes; where that is too little, everything that passes."""
        filters, never = ProductFilters(**request.narrowed_to.model_dump()), refused(assortment, asker.touches)
        short = await self._capacity.run(shortlist, assortment, wish)
        async with self._database.read() as session:
            ids = assortment.ids_of(short.rows).tolist()
            products = by_row(assortment, (await offered(session, ids, filters, request.without)).values())
            usable = only(short, products, never)
            if len(usable.likely) < request.n:
                products = by_row(assortment, (await all_offered(session, filters, request.without)).values())
                longer = await self._capacity.run(filled, assortment, wish, short, list(products))
                usable = only(longer, products, never)
        return Found(usable, products)

    def _products(
        self, assortment: Assortment, request: RecommendationsRequest, asker: Asker, wish: Wish, found: Found
    ) -> list[RecommendedProduct]:
        chosen = choose(
            assortment, wish, found.short, n=request.n, diversity=request.diversity, exploration=self._exploration
        )
        products = [found.products[int(row)] for row in chosen.rows]
        created = [product.created_at for product in products]
        reasons = reasons_for(assortment, wish.basis, chosen.rows, created, chosen.explored)
        names = {assortment.row_of(touch.product_id): touch.public_id for touch in asker.touches} | {None: None}
        return [
            RecommendedProduct(
                product_id=product.public_id,
                score=round(float(score), 5),
                reason=Reason(why=reason.why, because_of=names[reason.because_of]),
            )
            for product, score, reason in zip(products, chosen.scores, reasons, strict=True)
        ]

    async def _expose(
        self,
        request: RecommendationsRequest,
        assignment: Assignment,
        unit: str,
        products: Sequence[RecommendedProduct],
        found: Found,
    ) -> None:
        ids = {product.public_id: product.product_id for product in found.products.values()}
        async with self._database.begin() as session:
            number = await customer_number(session, request.customer_id) if request.customer_id else None
            await expose(
                session,
                assignment,
                unit,
                customer_id=number,
                visitor=request.session,
                surface=request.surface,
                products=[ids[product.product_id] for product in products],
            )


def wish_of(assortment: Assortment, request: RecommendationsRequest, asker: Asker, policy: str) -> Wish:
    """What is asked for goes with the products of the request, else with what was touched last."""
    history = history_of(asker.touches, assortment.row_of, longest=NEWEST_TOUCHES)
    held = [touch for touch in asker.touches if touch.kind == ASKED] or asker.touches[-1:]
    anchors = history_of(held if request.purpose != "for_you" else (), assortment.row_of, longest=NEWEST_TOUCHES)
    day = datetime.now(UTC).date()
    drawn_for = (asker.unit or current_request_id(), day, request.surface, request.purpose)
    return Wish(request.purpose, history, anchors, policy, request.surprise, request.n, drawn_for)


def _answer(
    model: ServedModel, wish: Wish, assignment: Assignment | None, products: list[RecommendedProduct]
) -> RecommendationsAnswer:
    arm = ExperimentArm(experiment=assignment.experiment, arm=assignment.arm) if assignment else None
    return RecommendationsAnswer(
        model=ModelName(name=f"{NAME}:{wish.policy}", version=model.manifest.version),
        as_of=model.manifest.as_of,
        experiment=arm,
        products=products,
    )
