"""The real web process, without an assistant, for tests of what it does and of what it logs."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import stamina

from common.settings import ROOT


class WebProcess:
    """`python -m web` on a port of its own; `log` is all that it has said."""

    def __init__(self, home: Path, database_url: str, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = home / "web.log"
        self._environment = {
            **os.environ,
            "SHOPCLERK_ENV": "demo",
            "SHOPCLERK_HOME": str(home),
            "DATABASE_URL": database_url,
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(port),
            "PUBLIC_URL": self.url,
            "ASSISTANT_URL": "http://127.0.0.1:1",
            "TOOLS_URL": "http://127.0.0.1:1",
            "LOG_LEVEL": "DEBUG",
            "LIMITS_FACTOR": "10000",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def start(self) -> None:
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "web"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        self._await_ready()

    @stamina.retry(on=httpx.HTTPError, attempts=None, timeout=60, wait_initial=0.1, wait_max=0.5)
    def _await_ready(self) -> None:
        assert self.process
        assert self.process.poll() is None, self.log
        httpx.get(f"{self.url}/health/ready").raise_for_status()

    def stop(self) -> int:
        """SIGTERM, then its exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@contextmanager
def web_process(home: Path, database_url: str, **environment: str) -> Iterator[WebProcess]:
    web = WebProcess(home, database_url, **environment)
    try:
        web.start()
        yield web
    finally:
        if web.process and web.process.poll() is None:
            web.process.kill()
            web.process.wait(5)
