"""Questions of marketers about sales: of one product, of a category's, or of all that the shop sells."""

from abc import abstractmethod
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import structlog

from actions.context import SalesOf
from actions.focus import MAX_CHOICES, ProductAction, asked_ids
from actions.forecasting_answers import Answer
from actions.formats import listing
from actions.next_best import last_sellers, say_last_weeks, say_sellers
from actions.replies import Choice
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.errors import BadRequest, ImpossibleHorizon, NotEnoughData, NotFound
from common.requests import current_request_id
from store.facts import ProductFacts
from store.products import category_name
from store.reports import BestSeller

log = structlog.get_logger()
Told = TypeVar("Told", bound=Answer)

DEFAULT_DAYS = 30
MIN_DAYS, MAX_DAYS = 1, 180
SUGGESTED_DAYS = (30, 45, 90)
WHOLE_SHOP = "the whole shop"


@dataclass(frozen=True)
class Subject:
    """Whose sales a question is about: a product's, a category's (its slug), or with neither all of the shop's."""

    name: str
    product: ProductFacts | None = None
    category: str | None = None

    @property
    def asked(self) -> dict[str, str]:
        """As a tool's request names it."""
        if self.product:
            return {"product_id": self.product.id}
        return {"category": self.category} if self.category else {}

    @property
    def entities(self) -> dict[str, Any]:
        """As a choice names it."""
        if self.product:
            return {"product": self.product.id}
        return {"category": self.category} if self.category else {"whole_shop": True}


class SalesAction(ProductAction):
    """Finds out whose sales are meant, asks the tool, and has words for every way in which that can fail."""

    role = Role.MARKETER
    each = 1
    of_one_product: ClassVar[bool] = False  # whether only a single product can be answered

    @abstractmethod
    async def tell(self, turn: Turn, subject: Subject) -> None:
        """Answer about the subject; a product where there is only that."""

    async def answer(self, turn: Turn) -> None:
        turn.context.awaits_product = False
        subject = await self.subject(turn)
        if subject is None:
            await self._ask_which(turn)
        elif self.of_one_product and subject.product is None:
            await self.without_product(turn, subject)
        else:
            _remember(turn, subject)
            await self.tell(turn, subject)
            await self._say_rest(turn, subject)

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        await self.tell(turn, Subject(products[0].name, product=products[0]))

    async def subject(self, turn: Turn) -> Subject | None:
        """What is named, else what was talked about; None when it is not clear."""
        asked = turn.entities
        named_product = asked.products or asked.unknown or any(place > 0 for place in asked.ordinals)
        if not named_product and (asked.category or asked.whole_shop):
            return await self._group(asked.category)
        products = await self.products(asked_ids(turn))
        if products:
            return Subject(products[0].name, product=products[0])
        if turn.context.sales_of and not named_product and not turn.context.focus:
            return await self._group(turn.context.sales_of.category)
        return None

    async def _group(self, category: str | None) -> Subject:
        if category is None:
            return Subject(WHOLE_SHOP)
        async with self.services.database.read() as session:
            name = await category_name(session, category)
        return Subject(name or category.replace("-", " "), category=category)

    async def without_product(self, turn: Turn, subject: Subject) -> None:
        """Only a single product can be answered, and a group was asked about: offer products of it."""
        turn.context.awaits_product = True
        sellers = await self.sellers(subject.category, limit=MAX_CHOICES)
        turn.context.show([seller.product_id for seller in sellers])
        turn.reply.say("utter_one_product_only", name=subject.name)
        if sellers:
            turn.reply.choices(self._choice(turn, seller.product_id, seller.name) for seller in sellers)

    async def _offer_listed(self, turn: Turn) -> None:
        await super()._offer_listed(turn)
        if not self.of_one_product:
            turn.reply.choices([Choice("The whole shop", self.intent, {"whole_shop": True, **self.repeated(turn)})])

    async def _say_rest(self, turn: Turn, subject: Subject) -> None:
        """What else was named is offered, since one is answered at a time; else what else the words fit."""
        others = [mention for mention in turn.entities.products[1:] if mention.value not in subject.asked.values()]
        choices = [self._choice(turn, other.value, other.name or "The other one") for other in others[:MAX_CHOICES]]
        if subject.category:
            slugs = dict.fromkeys(str(slug) for slug in turn.named.get("category", []) if slug != subject.category)
            groups = [await self._group(slug) for slug in list(slugs)[:MAX_CHOICES]]
            choices += [Choice(group.name, self.intent, {**group.entities, **self.repeated(turn)}) for group in groups]
        if choices:
            turn.reply.say("utter_one_at_a_time", name=subject.name, others=listing([one.title for one in choices]))
            turn.reply.choices(choices)
        elif subject.product:
            self._mention_others(turn, [subject.product])

    async def ask(self, turn: Turn, subject: Subject, answer: Awaitable[Told]) -> Told | None:
        """The tool's answer, or None when there is none, which is said: with its reason, or with the next best."""
        try:
            return await answer
        except (ImpossibleHorizon, NotEnoughData, NotFound, BadRequest) as refusal:
            turn.reply.say("utter_forecast_refused", name=subject.name, reason=refusal.message)
        except (ToolUnavailable, ToolAnswerInvalid) as failure:
            log.warning("forecasting_unavailable", asked=subject.asked, reason=str(failure))
            turn.reply.say("utter_forecast_unavailable", name=subject.name, request_id=current_request_id())
            await self._next_best(turn, subject)
        return None

    async def _next_best(self, turn: Turn, subject: Subject) -> None:
        """What is known for certain: what was sold lately."""
        if subject.product:
            await say_last_weeks(turn, subject.product.id)
        say_sellers(turn, await self.sellers(subject.category), after_weeks=subject.product is not None)

    async def sellers(self, category: str | None, *, limit: int = 5) -> list[BestSeller]:
        return await last_sellers(self.services, category, limit=limit)

    def days(self, turn: Turn) -> int | None:
        """The days ahead that are asked for; None when the words mean no time ahead."""
        if horizon := turn.entities.horizon:
            return horizon.days
        last = turn.context.forecast
        return last.days if last and turn.intent == "follow_up_product" else DEFAULT_DAYS

    def days_within(self, turn: Turn, subject: Subject) -> int | None:
        """The same, as far as it can be foreseen; None when it cannot, which is said."""
        days = self.days(turn)
        if days is not None and MIN_DAYS <= days <= MAX_DAYS:
            return days
        if days is None or days < MIN_DAYS:
            turn.reply.say("utter_horizon_not_ahead", least=MIN_DAYS, most=MAX_DAYS)
        else:
            turn.reply.say("utter_horizon_too_far", days=f"{days:,}", most=MAX_DAYS)
        turn.reply.choices(
            Choice(f"{days} days", self.repeated_intent, {**subject.entities, "horizon": {"days": days}})
            for days in SUGGESTED_DAYS
        )
        return None

    @property
    def repeated_intent(self) -> str:
        """The intent that asks the same of a subject anew."""
        return self.intent


def _remember(turn: Turn, subject: Subject) -> None:
    turn.context.focus = [subject.product.id] if subject.product else []
    turn.context.sales_of = None if subject.product else SalesOf(category=subject.category)
