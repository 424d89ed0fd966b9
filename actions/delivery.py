"""How things are delivered: the shop's own terms, or what customers say about it when that is what is talked about."""

from actions.review_follow_ups import AlsoOfReviews
from actions.turn import Turn
from common.caller import Role


class DeliveryAction(AlsoOfReviews):
    """ "How long does delivery take?"; "what about delivery?" after an answer from reviews is about those."""

    name, role, intent = "action_delivery", Role.GUEST, "ask_delivery"

    async def answer(self, turn: Turn) -> None:
        turn.reply.say("utter_delivery")
