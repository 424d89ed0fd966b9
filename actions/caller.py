"""Who may have an action run: the verified caller of a turn, and what each role is allowed."""

from collections.abc import Mapping
from typing import Any

from common.caller import Caller, Role, TokenVerifier
from common.errors import Unauthenticated

EVERYBODY = frozenset(Role)
# The least role of an action -> who has it. Staff ask shoppers' questions too; what needs a customer says so itself.
ALLOWED: Mapping[Role, frozenset[Role]] = {
    Role.GUEST: EVERYBODY,
    Role.SHOPPER: EVERYBODY - {Role.GUEST},
    Role.MARKETER: frozenset({Role.MARKETER}),
    Role.AGENT: frozenset({Role.AGENT}),
}


def may(role: Role, least: Role) -> bool:
    """Whether somebody of `role` may have an action run that needs at least `least`."""
    return role in ALLOWED[least]


def caller_of(message: Mapping[str, Any], sender_id: str, verifier: TokenVerifier) -> Caller:
    """The caller that the message's signed token names.

    Nothing else in the call says who is asking: not the slots, not the entities, not `sender_id`, which must only
    agree with the token. Raises Unauthenticated when the token is missing, forged, old or of another conversation.
    """
    metadata = message.get("metadata")
    token = metadata.get("token") if isinstance(metadata, Mapping) else None
    caller = verifier.verify(token)
    if caller.conversation_id != sender_id:
        raise Unauthenticated("The proof of who sent the message belongs to another conversation.")
    return caller
