"""What looks like a picture or a product, narrowed in words: "find me something like this", "same but in blue"."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from actions.base import ShopAction
from actions.cards import card, cards
from actions.context import AskedPicture, Filters
from actions.filters import described, filters_of, is_empty, loosened
from actions.focus import asked_ids
from actions.tool_answers import AlikeProduct, VisualSearchAnswer
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.errors import BadRequest, NotEnoughData, NotFound
from common.requests import current_request_id
from store.facts import ProductFacts, facts
from store.products import category_name
from store.reports import best_sellers

log = structlog.get_logger()

SHOWN = 6
MAX_LOOSENED = 3  # each is a call of the tool
NEARLY_CERTAIN, WORTH_TELLING = 0.99, 0.4


@dataclass(frozen=True)
class Look:
    """One search by a picture, and what came of it."""

    picture: AskedPicture
    filters: Filters
    answer: VisualSearchAnswer
    products: list[ProductFacts]
    dropped: str | None = None  # what of the filters had to be given up to find anything
    named: ProductFacts | None = field(default=None)  # the product whose picture it is


class FindSimilarAction(ShopAction):
    name, role, intent = "action_find_similar", Role.GUEST, "find_similar"
    looks_at_pictures = True

    async def answer(self, turn: Turn) -> None:
        filters = filters_of(turn.entities, turn.text if turn.was_typed else "")
        filters = filters.model_copy(update={"words": None, "at_least": {}})  # what asks is no description
        picture = _picture_of(turn)
        if picture is None:
            turn.reply.say("utter_send_picture")
        else:
            await self.look(turn, picture, filters)

    async def look(self, turn: Turn, picture: AskedPicture, filters: Filters) -> None:
        """Search by a picture and say what was found; failures are said in words, with the next best thing."""
        try:
            look = await self._looked(turn, picture, filters)
        except NotFound:
            turn.context.picture = None
            turn.reply.say("utter_picture_gone")
        except BadRequest:
            turn.context.picture = None
            turn.reply.say("utter_picture_unreadable")
        except NotEnoughData:
            await self._not_seen_yet(turn, picture)
        except (ToolUnavailable, ToolAnswerInvalid) as failure:
            await self._next_best(turn, failure)
        else:
            await self._say(turn, look)

    async def _looked(self, turn: Turn, picture: AskedPicture, filters: Filters) -> Look:
        answer, dropped = await self._asked(turn, picture, filters), None
        for given_up, less in list(loosened(filters))[:MAX_LOOSENED]:
            if answer.products:
                break
            answer, filters, dropped = await self._asked(turn, picture, less), less, given_up
        if filters.category and answer.nothing_close:  # another kind is meant: only the rest of the picture counts
            answer = await self._asked(turn, picture, filters, ignoring=["kind"])
        async with self.services.database.read() as session:
            ids = [product.product_id for product in answer.products]
            own = [picture.product_id] if picture.product_id else []
            found = {one.id: one for one in await facts(session, [*ids, *own], self.services.today)}
        products = [found[product_id] for product_id in ids if product_id in found]
        return Look(picture, filters, answer, products, dropped, found.get(picture.product_id or ""))

    async def _asked(
        self, turn: Turn, picture: AskedPicture, filters: Filters, *, ignoring: list[str] | None = None
    ) -> VisualSearchAnswer:
        fields = filters.model_dump(mode="json", exclude={"words", "at_least", "said"}, exclude_none=True)
        return await self.services.tools.visual_search(
            {"upload_id": picture.upload_id, "subject": turn.caller.subject}
            if picture.upload_id
            else {"product_id": picture.product_id},
            fields,
            ignoring=[*(ignoring or []), *(["colour"] if filters.colour else [])],
            n=SHOWN,
        )

    async def _say(self, turn: Turn, look: Look) -> None:
        turn.context.picture, turn.context.search = look.picture, look.filters
        if not look.products:
            turn.reply.say("utter_alike_none")
            return
        async with self.services.database.read() as session:
            await _say_what(turn, look, session)
        turn.context.show([product.id for product in look.products])
        turn.context.focus = [look.products[0].id] if len(look.products) == 1 else []
        alike = {one.product_id: one for one in look.answer.products}
        turn.reply.products(card(product, why(alike[product.id])) for product in look.products)

    async def _not_seen_yet(self, turn: Turn, picture: AskedPicture) -> None:
        turn.context.picture = None
        async with self.services.database.read() as session:
            found = await facts(session, [picture.product_id or ""], self.services.today)
        if found:
            turn.reply.say("utter_product_not_seen_yet", name=found[0].name)
        else:
            turn.reply.say("utter_product_gone")

    async def _next_best(self, turn: Turn, failure: Exception) -> None:
        log.warning("visual_search_unavailable", reason=str(failure))
        yesterday = self.services.today - timedelta(days=1)
        turn.reply.say("utter_visual_search_unavailable", request_id=current_request_id())
        async with self.services.database.read() as session:
            sellers = await best_sellers(session, yesterday - timedelta(days=27), yesterday, limit=SHOWN)
            products = await facts(session, [seller.product_id for seller in sellers], self.services.today)
        if products:
            turn.context.show([product.id for product in products])
            turn.reply.products(cards(products))


def _picture_of(turn: Turn) -> AskedPicture | None:
    """The picture that was sent now; else the product that was named, chosen, talked about or looked at; else the
    picture of the last search."""
    if upload := turn.metadata.get("image_id"):
        return AskedPicture(upload_id=upload)
    named = bool(turn.entities.products or turn.entities.ordinals or turn.entities.unknown)
    if turn.context.picture and not named and not turn.context.focus:
        return turn.context.picture
    ids = asked_ids(turn)
    return AskedPicture(product_id=ids[0]) if ids else None


async def _say_what(turn: Turn, look: Look, session: AsyncSession) -> None:
    """What was seen or meant, and what the list is of."""
    kind = await category_name(session, look.filters.category)
    asked = "" if is_empty(look.filters) else described(look.filters, kind, currency=look.products[0].currency)
    told: dict[str, Any] = {"name": look.named.name} if look.named else {"seen": seen_in_words(look.answer)}
    if look.dropped:
        turn.reply.say("utter_alike_nothing_for", asked=asked or "that", dropped=look.dropped)
    elif look.answer.nothing_close:
        turn.reply.say("utter_nothing_close_to_product" if look.named else "utter_nothing_close", **told)
    elif asked:
        narrowed = {"name": look.named.name} if look.named else {}
        turn.reply.say(
            "utter_like_product_narrowed" if look.named else "utter_picture_found_narrowed", asked=asked, **narrowed
        )
    else:
        turn.reply.say("utter_like_product" if look.named else "utter_picture_found", **told)


def seen_in_words(answer: VisualSearchAnswer) -> str:
    """`navy blue sports shoes`, `something like sandals`; what is unsure is left out."""
    kind, colour = answer.seen.get("kind"), answer.seen.get("colour")
    if kind is None:
        return "something"
    words = f"{colour.name} {kind.name}" if colour and (colour.sure or colour.confidence >= 0.5) else kind.name
    return words if kind.sure or kind.confidence >= 0.5 else f"something like {words}"


def why(alike: AlikeProduct) -> str | None:
    """`same kind and colour, 93 % alike`; a likeness is never told as certain, and a small one is no reason."""
    same = [name for name, holds in (("kind", alike.same_kind), ("colour", alike.same_colour)) if holds]
    reasons = [f"same {' and '.join(same)}"] if same else []
    if alike.likeness >= WORTH_TELLING:
        reasons.append(f"{min(alike.likeness, NEARLY_CERTAIN) * 100:.0f} % alike")
    return ", ".join(reasons) or None
