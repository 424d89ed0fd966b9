"""Random public ids: unguessable, URL-safe, with a prefix that says what they name."""

import secrets


def public_id(prefix: str) -> str:
    """A new id such as `p_3k9...` with 96 random bits; ids are never counted up, so none can be guessed."""
    return f"{prefix}_{secrets.token_hex(12)}"
