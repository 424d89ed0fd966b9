"""Who may enter which room of the console, and the row in the audit that every look and act leaves."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from common.caller import Role
from common.requests import current_request_id
from store import audit
from store.audit import Outcome
from web.accounts.session import SessionInfo, requires

Agent = Annotated[SessionInfo, Depends(requires(Role.AGENT))]
Marketer = Annotated[SessionInfo, Depends(requires(Role.MARKETER))]
Staff = Annotated[SessionInfo, Depends(requires(Role.AGENT, Role.MARKETER))]


async def note(session: AsyncSession, staff: SessionInfo, action: str, **detail: str) -> None:
    """Write down that one of the staff did something that they may."""
    await audit.record(
        session,
        actor=staff.subject,
        role=staff.role.value,
        action=action,
        outcome=Outcome.ALLOWED,
        request_id=current_request_id(),
        detail=detail,
    )
