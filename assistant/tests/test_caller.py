"""Only what the gateway signed names a caller (forged, stale and confused tokens are refused)."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assistant.channel.caller import Caller, TokenVerifier
from assistant.channel.errors import Unauthenticated
from assistant.tests.conftest import Signer, claims_of, public_pem


@pytest.fixture
def verifier(signer: Signer) -> TokenVerifier:
    return TokenVerifier(signer.keys_dir)


def test_the_gateways_token_names_the_caller(signer: Signer, verifier: TokenVerifier) -> None:
    assert verifier.verify(f"Bearer {signer.sign('c_1')}") == Caller("g_1", "guest", "c_1")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer abc", "Bearer a.b.c"])
def test_no_token_is_nobody(header: str, verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(header)


@pytest.mark.parametrize(
    "changes",
    [{"exp": None}, {"exp": 1}, {"iat": None}, {"aud": "other"}, {"aud": None}, {"iss": "other"}, {"sub": None},
     {"conv": None}, {"conv": ""}, {"conv": 5}, {"conv": "c" * 65}, {"exp": int(time.time()) + 7200}],
)  # fmt: skip
def test_a_signed_token_with_wrong_claims_is_refused(
    changes: "dict[str, Any]", signer: Signer, verifier: TokenVerifier
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(f"Bearer {signer.sign('c_1', **changes)}")


def test_another_key_under_a_known_id_is_refused(signer: Signer, verifier: TokenVerifier) -> None:
    forged = jwt.encode(
        claims_of("c_1"), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": signer.key_id}
    )
    with pytest.raises(Unauthenticated):
        verifier.verify(f"Bearer {forged}")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_another_algorithm_is_refused(algorithm: str, signer: Signer, verifier: TokenVerifier) -> None:
    """HS256 is tried with the public key as its secret: what confused verifiers fall for."""
    header = {"alg": algorithm, "typ": "JWT", "kid": signer.key_id}
    signed = b".".join(_encoded(part) for part in (header, claims_of("c_1")))
    signature = b"" if algorithm == "none" else _hmac(signed, public_pem(signer.private))
    with pytest.raises(Unauthenticated):
        verifier.verify("Bearer " + (signed + b"." + signature).decode())


def test_a_new_key_is_found_without_a_restart(signer: Signer, verifier: TokenVerifier) -> None:
    verifier.verify(f"Bearer {signer.sign('c_1')}")
    rotated = Ed25519PrivateKey.generate()
    key_id = signer.publish(rotated, "2-test")
    token = jwt.encode(claims_of("c_2"), rotated, algorithm="EdDSA", headers={"kid": key_id})
    assert verifier.verify(f"Bearer {token}").conversation_id == "c_2"


def _encoded(part: "dict[str, Any]") -> bytes:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")


def _hmac(signed: bytes, secret: bytes) -> bytes:
    import hashlib
    import hmac

    return base64.urlsafe_b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).rstrip(b"=")
