"""Handing a conversation over to a human: a ticket with everything that was said."""

from actions.base import ShopAction
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
