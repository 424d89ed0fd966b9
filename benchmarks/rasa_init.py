"""The peer of `chat_turns`: the bot that `rasa init` makes, with its default pipeline, behind its REST channel."""

import os
import socket
import subprocess
import time
from pathlib import Path

import httpx

from common.settings import ROOT

PYTHON = ROOT / "assistant" / ".venv" / "bin" / "python"
# Its own stories, so that its actions, too, are what it was trained for. No actions, tools or SQL run.
WORDS = ("hello", "I am very sad", "yes", "goodbye")
START_SECONDS = 240
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("RASA_")},
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RasaInit:
    """A stock bot in a folder; made and trained when the folder has none."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def ensure_trained(self) -> float:
        """Make and train the bot; returns the seconds that took, 0 when it was there."""
        if any(self._folder.glob("models/*.tar.gz")):
            return 0.0
        self._folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        self._rasa("init", "--no-prompt", "--init-dir", str(self._folder))
        return time.perf_counter() - started

    def _rasa(self, *arguments: str) -> None:
        log = self._folder / "train.log"
        with log.open("wb") as output:
            subprocess.run(
                [PYTHON, "-m", "rasa", *arguments],
                cwd=self._folder,
                env=ENVIRONMENT,
                stdout=output,
                stderr=output,
                check=True,
                timeout=900,
            )

    def __enter__(self) -> "RasaInit":
        with (self._folder / "run.log").open("wb") as output:
            self._process = subprocess.Popen(
                [PYTHON, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(self._port)],
                cwd=self._folder,
                env=ENVIRONMENT,
                stdout=output,
                stderr=output,
            )
        self._await_ready()
        return self

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                httpx.get(self.url, timeout=2)
                return
            except httpx.TransportError:
                time.sleep(0.5)
        raise TimeoutError(f"The stock bot did not start: see {self._folder / 'run.log'}")

    def __exit__(self, *_: object) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(60)
