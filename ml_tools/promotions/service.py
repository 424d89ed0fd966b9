"""One answer: who asks, what may be shown, what the model sees of it, which of it is shown, why."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import BadRequest
from common.ids import public_id
from common.metrics import timed, tool_seconds
from ml_tools.promotions.policies import RULES, SERVED, Rule
from ml_tools.promotions.policy import choose, probabilities
from ml_tools.promotions.reasons import why
from ml_tools.promotions.schemas import (
    EventsAnswer,
    EventsRequest,
    ImpressionEvent,
    RankAnswer,
    RankedPromotion,
    RankRequest,
)
from ml_tools.promotions.serving import Served, Serving
from ml_tools.promotions.signals import Profile, readable, signals
from ml_tools.registry import ModelName
from store.promotion_events import Clicked, Converted, Shown, take_events, within_a_week
from store.promotion_exposures import promotion_arm
from store.promotions import About, Asker, Candidate, about, eligible, interests_of
from store.session import Database

log = structlog.get_logger()


class PromotionService:
    """`floor` is the share of showings that are chosen at random, whatever is believed."""

    def __init__(
        self, database: Database, serving: Serving, *, floor: float, rng: np.random.Generator | None = None
    ) -> None:
        self._database, self.serving, self._floor = database, serving, floor
        self._rng = rng or np.random.default_rng()

    async def rank(self, request: RankRequest) -> RankAnswer:
        """Up to `n` promotions; none when none may be shown. Somebody unknown is no error, nor a shop without any."""
        with timed(tool_seconds, tool="promotions"):
            served = await self.serving.current()
            asker = Asker(request.customer_id, request.session, request.slot)
            async with self._database.read() as session:
                interests = await interests_of(session, asker)
                context = await about(session, request.context.product_ids)
                candidates = _elsewhere(request, context, await eligible(session, asker, interests))
                rule = await _rule(session, request)
            if request.context.category:
                context.append(About(0, request.context.category, request.context.category))
            profile = Profile.of(interests, customer=request.customer_id is not None)
            shown = self._shown(served, rule, request, profile, candidates, context)
            log.info(
                "promotions_ranked", slot=request.slot, policy=rule.name, eligible=len(candidates), shown=len(shown)
            )
            return RankAnswer(model=_named(served.model, rule), as_of=served.as_of, promotions=shown)

    def _shown(
        self,
        served: Served,
        rule: Rule,
        request: RankRequest,
        profile: Profile,
        candidates: Sequence[Candidate],
        context: Sequence[About],
    ) -> list[RankedPromotion]:
        if not candidates:
            return []
        today = datetime.now(UTC).date()
        seen = signals(served.bases, profile, candidates, slot=request.slot, today=today, context=context)
        seen = served.chosen.said(candidates, seen)
        ids = [one.promotion_id for one in candidates]
        scores = served.draws.scores(ids, seen)
        taking_part = served.draws.taking_part(ids, [one.pace for one in candidates])
        table, floor = rule.ranked(scores, seen), rule.floor(self._floor)
        choice = choose(self._rng, table, taking_part, request.n, floor=floor)
        expected = probabilities(scores, choice.rows)
        return [
            RankedPromotion(
                impression_id=public_id("im"),
                promotion_id=candidates[row].public_id,
                title=candidates[row].title,
                place=place,
                probability=round(float(expected[place]), 5),
                propensity=round(max(propensity, 1e-6), 6),
                why=why(seen, row, spread=float(scores[row].std())),
                signals=list(seen.row(row)),
            )
            for place, (row, propensity) in enumerate(zip(choice.rows, choice.propensities, strict=True))
        ]

    async def take(self, request: EventsRequest) -> EventsAnswer:
        """Commit events; BadRequest for signals of another version than today's."""
        wrong = [one.impression_id for one in request.impressions if one.signals and not readable(one.signals)]
        if wrong:
            raise BadRequest(f"The signals of {wrong[0]} are not as an answer of /promotions/rank gave them.")
        served = await self.serving.current()
        async with self._database.begin() as session:
            taken = await take_events(
                session,
                [_shown(one) for one in request.impressions],
                [Clicked(one.impression_id, within_a_week(one.at)) for one in request.clicks],
                [Converted(one.impression_id, one.order_number) for one in request.conversions],
            )
        return EventsAnswer(
            model=served.model, as_of=served.as_of, impressions=taken.impressions, clicks=taken.clicks,
            conversions=taken.conversions,
        )  # fmt: skip


async def _rule(session: AsyncSession, request: RankRequest) -> Rule:
    """The policy of the arm that the asker is in, where a test runs; else the one that serves."""
    unit = request.customer_id or request.session
    arm = await promotion_arm(session, request.surface, unit) if unit else None
    return RULES.get(arm.policy if arm else SERVED, RULES[SERVED])


def _named(model: ModelName, rule: Rule) -> ModelName:
    """The model with the policy that chose by it, which is kept with every impression."""
    return model if rule.name == SERVED else ModelName(name=f"{model.name}:{rule.name}", version=model.version)


def _elsewhere(request: RankRequest, context: Sequence[About], candidates: list[Candidate]) -> list[Candidate]:
    """A page about a product has no use for a promotion of that very product."""
    here = {about.product_id for about in context} if request.slot == "product_side" else set()
    return [one for one in candidates if one.product_id is None or one.product_id not in here]


def _shown(one: ImpressionEvent) -> Shown:
    return Shown(
        key=one.impression_id, promotion=one.promotion_id, slot=one.slot, surface=one.surface,
        propensity=one.propensity, shown_at=within_a_week(one.shown_at), customer=one.customer_id, session=one.session,
        place=one.place, model=one.model, signals=tuple(one.signals) if one.signals else None,
    )  # fmt: skip
