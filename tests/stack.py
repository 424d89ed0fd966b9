"""Starts and drives the whole stack as a person would: `shopclerk up`, then HTTP to the gateway."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from common.settings import ROOT

START_SECONDS = 900  # it paints pictures and trains three models, on whatever machine the tests run
PARTS = list[dict[str, Any]]
PROMOTED = "Promotion"  # why a card stands there that nobody asked for


class Client:
    """One person's conversation."""

    def __init__(self, base_url: str, credentials: dict[str, str] | None) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=20)
        path = "/api/session/login" if credentials else "/api/session"
        answer = self.http.post(path, json=credentials)
        answer.raise_for_status()
        self.token: str = answer.json()["token"]
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def send(self, **message: Any) -> httpx.Response:
        return self.http.post("/api/chat", json={"client_id": secrets.token_hex(8), **message})

    def ask(self, text: str, **message: Any) -> "Answer":
        response = self.send(text=text, **message)
        response.raise_for_status()
        return Answer(response.json()["messages"])

    def choose(self, choice_id: str) -> "Answer":
        response = self.send(choice=choice_id)
        response.raise_for_status()
        return Answer(response.json()["messages"])


class Answer:
    """The parts of an answer, by what tests want to know of them."""

    def __init__(self, parts: PARTS) -> None:
        self.parts = parts

    @property
    def text(self) -> str:
        return "\n".join(part["text"] for part in self.parts if part["type"] == "text")

    @property
    def products(self) -> list[dict[str, Any]]:
        """The cards that answer; a promotion may follow any answer, and says so."""
        cards = [product for part in self.of("products") for product in part["products"]]
        return [card for card in cards if card.get("why") != PROMOTED]

    @property
    def choices(self) -> list[dict[str, str]]:
        return [choice for part in self.of("choices") for choice in part["choices"]]

    @property
    def everything(self) -> str:
        """All words of the answer, tables and cards too."""
        return str(self.parts)

    def of(self, kind: str) -> PARTS:
        return [part for part in self.parts if part["type"] == kind]


class Stack:
    """`shopclerk up` on free ports, with a state directory and a database of its own."""

    def __init__(self, home: Path, database_url: str, password: str) -> None:
        self.home = home
        self.database_url = database_url
        self.password = password
        self.ports = dict(zip(("web", "assistant", "actions", "tools"), _free_ports(4), strict=True))
        self.base_url = self._url("web")
        self.log = home / "up.log"
        self._process: subprocess.Popen[bytes] | None = None

    def _url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SHOPCLERK_ENV": "demo",
            "SHOPCLERK_HOME": str(self.home),
            "DATABASE_URL": self.database_url,
            "DEMO_PASSWORD": self.password,
            "WEB_PORT": str(self.ports["web"]),
            "PUBLIC_URL": self.base_url,
            "ASSISTANT_URL": self._url("assistant"),
            "ACTIONS_URL": self._url("actions"),
            "TOOLS_URL": self._url("tools"),
            "LIMITS_FACTOR": "100",  # many tests share one address
        }

    def start(self) -> None:
        self._share_trained_models()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while "Shopclerk is open" not in self.log.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The stack did not start:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.5)

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(40)

    def guest(self) -> Client:
        return Client(self.base_url, None)

    def login(self, role: str) -> Client:
        return Client(self.base_url, {"email": f"{role}@demo.shop", "password": self.password})

    def pid(self, name: str) -> int:
        """The process id of one of the four processes, for tests that end it."""
        import psutil

        module = {"assistant": "assistant.server", "tools": "ml_tools"}.get(name, name)
        assert self._process
        children = psutil.Process(self._process.pid).children(recursive=True)
        return next(child.pid for child in children if module in child.cmdline())

    def _share_trained_models(self) -> None:
        """Rasa is trained once per state of its data, not once per test run."""
        shared = ROOT / "var" / "assistant-models"
        shared.mkdir(parents=True, exist_ok=True)
        link = self.home / "assistant-models"
        if not link.exists():
            link.symlink_to(shared)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
