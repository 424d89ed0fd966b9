"""What the assistant's tests share: a migrated Postgres, signed tokens, a small trained model, a fake action server."""

import os
import secrets
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.environment import prepare

prepare()

import jwt  # noqa: E402
import pytest  # noqa: E402
import pytest_asyncio  # noqa: E402
from aiohttp import web  # noqa: E402
from aiohttp.test_utils import TestServer  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

from assistant.settings import ROOT, Settings  # noqa: E402

# A shared machine is slow now and then, which says nothing about the code.
hypothesis_settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("steady")

SMALL = Path(__file__).parent / "small_assistant"


@dataclass(frozen=True)
class Postgres:
    pid: int
    url: str


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of its own; the schema comes from the project's migrations, run in the project's own environment."""
    home = tmp_path_factory.mktemp("postgres")
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "assistant.tests.postgres", str(home)]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    pid, _, url = server.stdout.readline().strip().partition(" ")
    yield Postgres(int(pid), url)
    server.stdin.close()
    server.wait(30)


class Signer:
    """Signs tokens as the gateway does, and as an attacker might."""

    def __init__(self, keys_dir: Path) -> None:
        self.keys_dir = keys_dir
        self.private = Ed25519PrivateKey.generate()
        self.key_id = self.publish(self.private, "1-test")

    def publish(self, private: Ed25519PrivateKey, key_id: str) -> str:
        (self.keys_dir / "public").mkdir(parents=True, exist_ok=True)
        (self.keys_dir / "public" / f"{key_id}.pem").write_bytes(public_pem(private))
        return key_id

    def sign(self, conversation: str, **changes: Any) -> str:
        claims = claims_of(conversation, **changes)
        return jwt.encode(claims, self.private, algorithm="EdDSA", headers={"kid": self.key_id})


def public_pem(private: Ed25519PrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(encoding, form)


def claims_of(conversation: str, **changes: Any) -> "dict[str, Any]":
    """A token's claims as the gateway makes them; a change of None drops the claim."""
    now = int(time.time())
    claims = {
        "iss": "shopclerk-web",
        "aud": "shopclerk-actions",
        "sub": "g_1",
        "role": "guest",
        "conv": conversation,
        "cust": None,
        "iat": now,
        "exp": now + 300,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None or name == "cust"}


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("home") / "keys")


@pytest.fixture
def conversation() -> str:
    return f"c_{secrets.token_hex(8)}"


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four intents by keyword, trained in seconds: enough to drive Rasa itself."""
    from rasa.model_training import train

    result = train(
        domain=str(SMALL / "domain.yml"),
        config=str(SMALL / "config.yml"),
        training_files=[str(SMALL / "data.yml")],
        output=str(tmp_path_factory.mktemp("model")),
        force_training=True,
    )
    assert result.model
    return Path(result.model)


@dataclass
class FakeActions:
    """An action server that answers as a test tells it to, and keeps what it was asked."""

    url: str = ""
    calls: "list[dict[str, Any]]" = field(default_factory=list)
    connections: "set[Any]" = field(default_factory=set)
    answer: Any = None

    async def webhook(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(await request.json())
        self.connections.add(request.transport)
        answered = self.answer(self.calls[-1])
        return await answered if hasattr(answered, "__await__") else answered


def says(text: str, events: "list[dict[str, Any]] | None" = None) -> web.Response:
    return web.json_response({"events": events or [], "responses": [{"text": text}]})


@pytest_asyncio.fixture
async def actions() -> AsyncIterator[FakeActions]:
    fake = FakeActions(answer=lambda call: says(call["next_action"]))
    app = web.Application(client_max_size=2**22)
    app.router.add_post("/webhook", fake.webhook)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


@pytest.fixture
def settings(postgres: Postgres, signer: Signer, actions: FakeActions) -> Settings:
    return Settings(database_url=postgres.url, home=signer.keys_dir.parent, actions_url=actions.url)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
