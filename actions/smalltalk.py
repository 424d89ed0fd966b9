"""What the assistant can do, said for the one who asks; and what it cannot."""

from actions.replies import Choice, Reply
from actions.review_follow_ups import AlsoOfReviews
from actions.turn import Turn
from common.caller import Role

_CAPABILITIES = {
    Role.GUEST: "utter_capabilities_guest",
    Role.SHOPPER: "utter_capabilities_shopper",
    Role.MARKETER: "utter_capabilities_marketer",
    Role.AGENT: "utter_capabilities_agent",
}
_OFFERS = {
    Role.SHOPPER: [
        Choice("My latest order", "ask_order_status"),
        Choice("Something for me", "recommend"),
        Choice("Today's offers", "ask_deals"),
        Choice("Best sellers", "best_sellers"),
    ],
    Role.MARKETER: [
        Choice("Best sellers", "best_sellers"),
        Choice("Revenue", "revenue_report"),
        Choice("Stock that will run out", "stock_runout"),
        Choice("Promotions", "promotion_report"),
        Choice("The recommender test", "experiment_report"),
    ],
}
_OFFERS_TO_ALL = [
    Choice("Something for me", "recommend"),
    Choice("Today's offers", "ask_deals"),
    Choice("Best sellers", "best_sellers"),
    Choice("Talk to a human", "talk_to_human"),
]


def offer_help(reply: Reply, role: Role) -> None:
    """What somebody of this role can ask, in words and as choices."""
    reply.say(_CAPABILITIES[role])
    reply.choices(_OFFERS.get(role, _OFFERS_TO_ALL))


class CapabilitiesAction(AlsoOfReviews):
    name, role, intent = "action_capabilities", Role.GUEST, "ask_capabilities"

    async def answer(self, turn: Turn) -> None:
        offer_help(turn.reply, turn.caller.role)


class OutOfScopeAction(AlsoOfReviews):
    name, role, intent = "action_out_of_scope", Role.GUEST, "out_of_scope"

    async def answer(self, turn: Turn) -> None:
        turn.reply.say("utter_out_of_scope")
        offer_help(turn.reply, turn.caller.role)
