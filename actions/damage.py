"""Something arrived broken, or does not work: a kind word, the shop's own terms for it, and the two ways on."""

from actions.base import ShopAction
from actions.mood import HUMAN
from actions.replies import Choice
from actions.turn import Turn
from common.caller import Role


class DamageAction(ShopAction):
    """ "The lamp came broken": nobody who has to say that is asked for the words of a return first."""

    name, role, intent = "action_report_damage", Role.GUEST, "report_damage"

    async def answer(self, turn: Turn) -> None:
        if not turn.context.met_kindly:  # an angry or sad message was met so already
            turn.reply.say("utter_sorry_for_damage")
        turn.reply.say("utter_warranty")
        turn.reply.say("utter_returns_policy")
        turn.reply.choices([Choice("Start a return", "return_order"), Choice("Talk to a human", HUMAN)])
