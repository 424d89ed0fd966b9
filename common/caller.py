"""Who is asking: the short-lived token that the gateway signs and that actions and assistant check.

Ed25519 only, so that there is no algorithm to confuse; the key id in the header lets keys rotate: every public key
in `keys/public/` is accepted, the newest private key signs.
"""

import secrets
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.errors import Unauthenticated

ISSUER = "shopclerk-web"
AUDIENCE = "shopclerk-actions"
ALGORITHM = "EdDSA"
LIFETIME_SECONDS = 300
MAX_LIFETIME_SECONDS = 3600


class Role(StrEnum):
    GUEST = "guest"
    SHOPPER = "shopper"
    MARKETER = "marketer"
    AGENT = "agent"


@dataclass(frozen=True)
class Caller:
    """The verified author of a turn. `customer_id` is None for guests and for staff."""

    subject: str
    role: Role
    conversation_id: str
    customer_id: int | None = None


def ensure_keys(keys_dir: Path) -> None:
    """Make a first key pair when there is none."""
    if not any((keys_dir / "private").glob("*.pem")):
        add_key(keys_dir)


def add_key(keys_dir: Path) -> str:
    """Write a new key pair, which signs from the next start on; returns its key id.

    `private/` is for the gateway alone; `public/` can be shared with whoever verifies, read-only.
    """
    key = Ed25519PrivateKey.generate()
    key_id = f"{int(time.time())}-{secrets.token_hex(4)}"
    for folder in ("private", "public"):
        (keys_dir / folder).mkdir(parents=True, exist_ok=True)
    (keys_dir / "private").chmod(0o700)
    private = keys_dir / "private" / f"{key_id}.pem"
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (keys_dir / "public" / f"{key_id}.pem").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return key_id


class TokenSigner:
    """Held by the gateway alone."""

    def __init__(self, keys_dir: Path) -> None:
        newest = max((keys_dir / "private").glob("*.pem"))
        self._key_id = newest.stem
        self._key = newest.read_bytes()

    def sign(self, caller: Caller, *, lifetime: int = LIFETIME_SECONDS) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": caller.subject,
            "role": caller.role.value,
            "conv": caller.conversation_id,
            "cust": caller.customer_id,
            "iat": now,
            "exp": now + min(lifetime, MAX_LIFETIME_SECONDS),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})


class TokenVerifier:
    """Held by whoever must know the caller; needs public keys only."""

    def __init__(self, keys_dir: Path) -> None:
        self._folder = keys_dir / "public"
        self._keys: dict[str, bytes] = {}

    def verify(self, token: object) -> Caller:
        """The caller that the token names; raises Unauthenticated for anything that the gateway did not sign."""
        if not isinstance(token, str):
            raise Unauthenticated("The message carries no proof of who sent it.")
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
            if claims["exp"] - claims["iat"] > MAX_LIFETIME_SECONDS:
                raise Unauthenticated("The proof of who sent the message lasts too long.")
            return Caller(claims["sub"], Role(claims["role"]), claims["conv"], claims.get("cust"))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise Unauthenticated("The proof of who sent the message is not valid.") from error

    def _key_of(self, token: str) -> bytes:
        key_id = str(jwt.get_unverified_header(token)["kid"])
        if key_id not in self._keys:
            self._keys = {file.stem: file.read_bytes() for file in self._folder.glob("*.pem")}
        return self._keys[key_id]
