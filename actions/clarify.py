"""Two meanings are about as likely: both are offered, with what the message named."""

from collections.abc import Mapping
from typing import Any

from actions.bootstrap import Services
from actions.caller import may
from actions.filters import filters_of
from actions.replies import Choice
from actions.review_follow_ups import AlsoOfReviews
from actions.smalltalk import offer_help
from actions.turn import Turn
from common.caller import Role

CHOICES = 2
LONGEST_WORD = 80  # what an entity may hold

TITLES: Mapping[str, str] = {
    "greet": "Say hello",
    "goodbye": "Say goodbye",
    "thank": "Say thanks",
    "insult": "Complain",
    "affirm": "Yes",
    "deny": "No",
    "ask_capabilities": "What you can do",
    "talk_to_human": "Talk to a human",
    "ask_price": "Its price",
    "ask_specification": "Its specification",
    "ask_size": "Its size",
    "ask_stock": "Whether it is in stock",
    "ask_advantages": "Why to buy it",
    "compare_products": "Compare products",
    "ask_reviews": "What customers say",
    "best_reviewed": "What has the best reviews",
    "worst_reviewed": "What has the worst reviews",
    "review_complaints": "What customers complain about",
    "search_products": "Search the shop",
    "refine_search": "Change my search",
    "choose_listed": "One of those listed",
    "follow_up_product": "The same for another product",
    "ask_delivery": "Delivery",
    "ask_returns_policy": "How returns work",
    "ask_payment": "Ways to pay",
    "ask_warranty": "Warranty",
    "ask_privacy": "Privacy",
    "ask_contact": "How to reach you",
    "ask_order_status": "Where my order is",
    "cancel_order": "Cancel an order",
    "return_order": "Send an order back",
    "report_damage": "Something is broken",
    "forecast_sales": "A sales forecast",
    "change_horizon": "Another forecast period",
    "run_out_forecast": "When it runs out",
    "order_quantity": "How many to order, and when",
    "what_if": "What another price would do",
    "sell_more": "Ways to sell more",
    "forecast_track_record": "How good my forecasts were",
    "compare_last_year": "The forecast beside last year",
    "forecast_as_chart": "The forecast as a chart",
    "forecast_as_csv": "The forecast as a file",
    "sales_drivers": "What drives sales",
    "best_sellers": "Best sellers",
    "revenue_report": "Revenue",
    "stock_runout": "Stock that will run out",
    "send_image": "Search by picture",
    "find_similar": "Things that look like it",
    "recommend": "What I would recommend",
    "goes_with": "What goes with it",
    "others_also_bought": "What others also bought",
    "why_recommended": "Why I recommend it",
    "tag_products": "Tag the new products",
    "experiment_report": "How the recommender test is doing",
    "ask_deals": "Today's offers",
    "promotion_report": "How promotions are doing",
    "promotion_for_segment": "Which promotion to show to whom",
    "campaign_value": "Which campaigns are worth the money",
}


class ClarifyAction(AlsoOfReviews):
    name, role, intent, keeps_pending = "action_clarify", Role.GUEST, "unsure", True

    def __init__(self, services: Services, roles: Mapping[str, Role]) -> None:
        """`roles`: the least role of each intent that an action handles."""
        super().__init__(services)
        self._roles = roles

    async def answer(self, turn: Turn) -> None:
        likely = [intent for intent in _ranked(turn) if self._worth_offering(turn.caller.role, intent)][:CHOICES]
        if len(likely) < CHOICES:
            turn.reply.say("utter_not_understood")
            offer_help(turn.reply, turn.caller.role)
            return
        turn.reply.say("utter_clarify")
        turn.reply.choices(Choice(TITLES[intent], intent, _entities_for(intent, turn) or None) for intent in likely)

    def _worth_offering(self, role: Role, intent: str) -> bool:
        """Not what would be refused; but what only needs a sign-in is offered, as that is what will be said then."""
        least = self._roles.get(intent, Role.GUEST)
        return least is Role.SHOPPER or may(role, least)


def _entities_for(intent: str, turn: Turn) -> dict[str, list[Any]]:
    """What the message named; a search also needs the words that describe, which are no entity."""
    words = filters_of(turn.entities, turn.text).words if intent == "search_products" and turn.was_typed else None
    return {**turn.named, "product_unknown": [words[:LONGEST_WORD]]} if words else turn.named


def _ranked(turn: Turn) -> list[str]:
    return [name for guess in turn.ranking if (name := str(guess.get("name"))) in TITLES]
