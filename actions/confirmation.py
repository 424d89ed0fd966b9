"""Yes and no: takes, or drops, the one step that waits for it."""

from sqlalchemy.ext.asyncio import AsyncSession

from actions.base import ShopAction
from actions.context import Pending
from actions.turn import Turn
from common.caller import Role
from common.errors import Conflict, NotFound
from common.requests import current_request_id
from store import audit
from store.audit import Outcome
from store.orders import cancel_order, request_return


def pending_step(turn: Turn) -> Pending | None:
    """What a yes or no means now; nothing when it came too late, or from a button of another question."""
    pending = turn.context.pending_at(turn.services.clock())
    named = turn.entities.order_number
    return pending if pending and named in (None, pending.order_number) else None


class AffirmAction(ShopAction):
    name, role, intent, keeps_pending = "action_affirm", Role.GUEST, "affirm", True

    async def answer(self, turn: Turn) -> None:
        pending = pending_step(turn)
        if pending is None:
            turn.reply.say("utter_nothing_to_confirm")
            return
        turn.context.pending = None
        if turn.caller.customer_id is None:  # signed out since it was asked
            turn.reply.say("utter_sign_in")
            return
        await self._take(turn, pending, turn.caller.customer_id)

    async def _take(self, turn: Turn, pending: Pending, customer_id: int) -> None:
        """The step's own rules are checked again by the store: much may have happened since it was offered."""
        try:
            async with self.services.database.begin() as session:
                await _STEPS[pending.step](self, session, customer_id, pending.order_number)
                await self._record(session, turn, pending)
        except (Conflict, NotFound) as error:
            turn.reply.say("utter_step_impossible", reason=error.message)
            return
        turn.reply.say(f"utter_{pending.step}_done", number=pending.order_number)

    async def _cancel(self, session: AsyncSession, customer_id: int, number: str) -> None:
        await cancel_order(session, customer_id, number)

    async def _return(self, session: AsyncSession, customer_id: int, number: str) -> None:
        await request_return(session, customer_id, number, now=self.services.clock())

    async def _record(self, session: AsyncSession, turn: Turn, pending: Pending) -> None:
        await audit.record(
            session, actor=turn.caller.subject, role=turn.caller.role.value, action=pending.step,
            outcome=Outcome.ALLOWED, request_id=current_request_id(), detail={"order": pending.order_number},
        )  # fmt: skip


_STEPS = {"cancel_order": AffirmAction._cancel, "return_order": AffirmAction._return}


class DenyAction(ShopAction):
    name, role, intent, keeps_pending = "action_deny", Role.GUEST, "deny", True

    async def answer(self, turn: Turn) -> None:
        pending = pending_step(turn)
        turn.context.pending = None
        if pending:
            turn.reply.say("utter_left_as_it_is", number=pending.order_number)
        else:
            turn.reply.say("utter_all_right")
