"""The caller's token: what the gateway signed is believed, and nothing else."""

import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.caller import ALGORITHM, AUDIENCE, ISSUER, Caller, Role, TokenSigner, TokenVerifier, add_key, ensure_keys
from common.errors import Unauthenticated

CALLER = Caller("a_1", Role.SHOPPER, "c_1", 7)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure_keys(tmp_path)
    return tmp_path


def forged(keys: Path, *, key: object = None, algorithm: str = ALGORITHM, **changes: object) -> str:
    """A token with the right key id and claims, apart from the changes; None removes a claim."""
    key_id = next((keys / "private").glob("*.pem")).stem
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "a_1", "role": "marketer", "conv": "c_1", "iat": now}
    claims = {k: v for k, v in {**claims, "exp": now + 60, **changes}.items() if v is not None}
    return jwt.encode(claims, key or private(keys), algorithm=algorithm, headers={"kid": key_id})


def private(keys: Path) -> bytes:
    return next((keys / "private").glob("*.pem")).read_bytes()


def test_the_signed_caller_comes_back_whole(keys: Path) -> None:
    assert TokenVerifier(keys).verify(TokenSigner(keys).sign(CALLER)) == CALLER


def test_a_lifetime_is_cut_to_one_hour(keys: Path) -> None:
    claims = jwt.decode(TokenSigner(keys).sign(CALLER, lifetime=10**6), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody-else"},
        {"iss": "somebody-else"},
        {"exp": None},
        {"sub": None},
        {"exp": int(time.time()) - 1},
        {"exp": int(time.time()) + 100_000},
        {"role": "owner"},
    ],
)
def test_wrong_claims_are_refused(keys: Path, changes: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        TokenVerifier(keys).verify(forged(keys, **changes))


def test_the_algorithm_is_pinned(keys: Path) -> None:
    """Neither `none` nor an HMAC under the public key passes."""
    public = next((keys / "public").glob("*.pem"))
    header = jwt.utils.base64url_encode(b'{"alg":"none","kid":"%s"}' % public.stem.encode()).decode()
    unsigned = f"{header}.{forged(keys).split('.')[1]}."
    hmac = jwt.encode({"sub": "a_1"}, "x" * 32, algorithm="HS256", headers={"kid": public.stem})
    for token in (unsigned, hmac, "", "a.b.c", None, 5, ["x"]):
        with pytest.raises(Unauthenticated):
            TokenVerifier(keys).verify(token)


def test_another_key_is_refused(keys: Path) -> None:
    with pytest.raises(Unauthenticated):
        TokenVerifier(keys).verify(forged(keys, key=Ed25519PrivateKey.generate()))


def test_keys_rotate_without_losing_tokens_in_flight(keys: Path) -> None:
    verifier = TokenVerifier(keys)
    old = TokenSigner(keys).sign(CALLER)
    verifier.verify(old)
    add_key(keys)
    assert verifier.verify(TokenSigner(keys).sign(CALLER)) == CALLER
    assert verifier.verify(old) == CALLER


def test_private_keys_are_the_owners_alone(keys: Path) -> None:
    assert (keys / "private").stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in (keys / "private").iterdir())
