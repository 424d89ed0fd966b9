"""Tags for new products: what their pictures show, accepted where that is sure, else put on the review list."""

import structlog

from actions.base import ShopAction
from actions.formats import count
from actions.tool_answers import ProposalsAnswer
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.requests import current_request_id
from store.tags import tag_counts

log = structlog.get_logger()

MOST_PRODUCTS = 500  # in one turn: about a second


class TagProductsAction(ShopAction):
    name, role, intent = "action_tag_products", Role.MARKETER, "tag_products"

    async def answer(self, turn: Turn) -> None:
        try:
            answer = await self.services.tools.propose_tags(MOST_PRODUCTS)
        except (ToolUnavailable, ToolAnswerInvalid) as failure:
            log.warning("tagging_unavailable", reason=str(failure))
            turn.reply.say("utter_tags_unavailable", request_id=current_request_id())
        else:
            await self._say(turn, answer)

    async def _say(self, turn: Turn, answer: ProposalsAnswer) -> None:
        if not answer.products:
            async with self.services.database.read() as session:
                counts = await tag_counts(session)
            waiting = sum(by_status.get("waiting", 0) for by_status in counts.values())
            turn.reply.say("utter_tags_none_new", waiting=count(waiting))
            return
        accepted = sum(one.accepted for one in answer.attributes.values())
        waiting = sum(one.waiting for one in answer.attributes.values())
        products = f"{count(answer.products)} {'product' if answer.products == 1 else 'products'}"
        turn.reply.say("utter_tags_proposed", products=products, accepted=count(accepted), waiting=count(waiting))
        turn.reply.table(
            ["Attribute", "Needed no hand", "Wait for you"],
            [[name.capitalize(), count(one.accepted), count(one.waiting)] for name, one in answer.attributes.items()],
        )
        if answer.remaining:
            turn.reply.say("utter_tags_more")
