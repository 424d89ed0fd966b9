"""Handing a conversation over to a human: a ticket with everything that was said; and who insults us is offered one."""

from actions.base import ShopAction
from actions.replies import Choice
from actions.turn import Turn
from common.caller import Role
from store.tickets import open_ticket


class TalkToHumanAction(ShopAction):
    name, role, intent = "action_talk_to_human", Role.GUEST, "talk_to_human"

    async def answer(self, turn: Turn) -> None:
        async with self.services.database.begin() as session:
            ticket = await open_ticket(
                session,
                conversation_id=turn.caller.conversation_id,
                customer_id=turn.caller.customer_id,
                reason=turn.text if turn.text and turn.was_typed else "Asked for a human",
            )
        turn.reply.say("utter_handed_over", number=ticket.number)


class InsultAction(ShopAction):
    """An insult is met with patience."""

    name, role, intent = "action_insult", Role.GUEST, "insult"

    async def answer(self, turn: Turn) -> None:
        turn.reply.say("utter_insult")
        turn.reply.choices([Choice("Talk to a human", "talk_to_human")])
