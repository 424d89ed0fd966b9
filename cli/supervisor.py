"""Keeps the processes running through circus: starts, restarts what dies, stops all within 15 seconds."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from circus import get_arbiter
from circus.arbiter import Arbiter

from cli.processes import Process
from common.settings import ROOT

GRACE_SECONDS = 15
READY_SECONDS = 180


class Supervisor:
    """Runs the processes until SIGINT or SIGTERM, and tells when each is ready, or that one does not get ready."""

    def __init__(self, processes: list[Process], environment: dict[str, str], home: Path) -> None:
        self._processes = processes
        self._logs = home / "logs"
        run = home / "run"
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._arbiter: Arbiter = get_arbiter(
            [self._watcher(process, environment) for process in processes],
            controller=f"ipc://{run / 'control.sock'}",
            pubsub_endpoint=f"ipc://{run / 'events.sock'}",
        )
        # Circus reports its own orderly stop as a conflict with its watch loop.
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
        logging.getLogger("circus").setLevel(logging.ERROR)

    def log_file(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _watcher(self, process: Process, environment: dict[str, str]) -> dict[str, object]:
        stream = {
            "class": "FileStream",
            "filename": str(self.log_file(process.name)),
            "max_bytes": 20_000_000,
            "backup_count": 3,
        }
        return {
            "name": process.name,
            "cmd": process.command[0],
            "args": process.command[1:],
            "env": {**environment, **process.environment},
            "working_dir": str(ROOT),
            "graceful_timeout": GRACE_SECONDS,
            "max_retry": -1,
            "stdout_stream": stream,
            "stderr_stream": stream,
        }

    def run(
        self, on_ready: Callable[[str], None], on_all: Callable[[], None], on_failure: Callable[[str], None]
    ) -> None:
        """Blocks until the processes were told to stop and have stopped."""
        watch = threading.Thread(target=self._await_ready, args=(on_ready, on_all, on_failure), daemon=True)
        watch.start()
        self._arbiter.start()

    def stop(self) -> None:
        """From another thread: stop everything, in order."""
        self._arbiter.loop.add_callback(self._arbiter.stop)

    def _await_ready(
        self, on_ready: Callable[[str], None], on_all: Callable[[], None], on_failure: Callable[[str], None]
    ) -> None:
        waiting = {process.name: process for process in self._processes}
        deadline = time.monotonic() + READY_SECONDS
        with httpx.Client(timeout=2) as client:
            while waiting and time.monotonic() < deadline:
                for process in [p for p in waiting.values() if _is_ready(client, p)]:
                    del waiting[process.name]
                    on_ready(process.name)
                time.sleep(0.3)
        if not waiting:
            on_all()
            return
        for name in waiting:
            on_failure(name)
        self.stop()


def _is_ready(client: httpx.Client, process: Process) -> bool:
    try:
        return client.get(process.ready_url).status_code == 200
    except httpx.HTTPError:
        return False
