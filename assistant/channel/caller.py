"""Who is asking: checks the short-lived token that the gateway signs for every turn."""

from dataclasses import dataclass
from pathlib import Path

import jwt

from assistant.channel.errors import Unauthenticated

ISSUER = "shopclerk-web"
AUDIENCE = "shopclerk-actions"
ALGORITHM = "EdDSA"  # the only one, so that there is nothing to confuse
MAX_LIFETIME_SECONDS = 3600
_CLAIMS = ["exp", "iat", "sub", "aud", "iss"]


@dataclass(frozen=True)
class Caller:
    """The verified author of a turn; the conversation is the token's, whatever the body says."""

    subject: str
    role: str
    conversation_id: str


class TokenVerifier:
    """Needs public keys only; finds a new key when the gateway has rotated."""

    def __init__(self, keys_dir: Path) -> None:
        self._folder = keys_dir / "public"
        self._keys: dict[str, bytes] = {}

    def verify(self, authorization: str | None) -> Caller:
        """The caller of an `Authorization` header; raises Unauthenticated for anything the gateway did not sign."""
        token = bearer(authorization)
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": _CLAIMS},
            )
            if claims["exp"] - claims["iat"] > MAX_LIFETIME_SECONDS:
                raise Unauthenticated("The proof of who sent the message lasts too long.")
            return Caller(str(claims["sub"]), str(claims["role"]), _conversation(claims["conv"]))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise Unauthenticated("The proof of who sent the message is not valid.") from error

    def _key_of(self, token: str) -> bytes:
        key_id = str(jwt.get_unverified_header(token)["kid"])
        if key_id not in self._keys:
            self._keys = {file.stem: file.read_bytes() for file in self._folder.glob("*.pem")}
        return self._keys[key_id]


def bearer(authorization: str | None) -> str:
    """The token of a header such as `Bearer eyJ...`."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("The message carries no proof of who sent it.")
    return token.strip()


def _conversation(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        raise ValueError("conv")
    return value
