"""Passwords: argon2id, hashed in threads, taking the same time whether or not there is an account."""

import unicodedata

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from common.errors import BadRequest

SHORTEST, LONGEST = 10, 128


def normalised(password: str) -> str:
    """One form for what looks the same on every keyboard, so that a password typed elsewhere still fits."""
    return unicodedata.normalize("NFC", password)


def check_new(password: str, email: str) -> None:
    """Raises BadRequest, saying why, when a password is too easy to be accepted."""
    length = len(normalised(password))
    if not SHORTEST <= length <= LONGEST:
        raise BadRequest(f"Please choose a password of {SHORTEST} to {LONGEST} characters.")
    if password.casefold() in (email, email.partition("@")[0]) or len(set(password)) < 4:
        raise BadRequest("This password is too easy to guess. Please choose another.")


class Passwords:
    """Hashes and verifies; at most two at once, because one takes 64 MiB of memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = CapacityLimiter(2)
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(self._hasher.hash, normalised(password), limiter=self._threads)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; with None it is checked against nobody's hash, and never fits."""
        fits = await to_thread.run_sync(
            self._fits, password_hash or self._nobody, normalised(password), limiter=self._threads
        )
        return fits and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
