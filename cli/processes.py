"""The four processes: how each is started, where it listens, when it is ready. `Procfile` is the single list."""

import shlex
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from common.settings import ROOT, Settings

PROCFILE = ROOT / "Procfile"


@dataclass(frozen=True)
class Process:
    """One line of the Procfile, with the address that the settings give it."""

    name: str
    command: list[str]
    host: str
    port: int

    @property
    def ready_url(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 (an address to ask, not to bind)
        return f"http://{host}:{self.port}/health/ready"

    @property
    def environment(self) -> dict[str, str]:
        prefix = self.name.upper()
        return {f"{prefix}_HOST": self.host, f"{prefix}_PORT": str(self.port)}


def processes(config: Settings) -> list[Process]:
    """The processes in the Procfile's order, which is slowest to start first."""
    addresses = {
        "assistant": _address(config.assistant_url),
        "actions": _address(config.actions_url),
        "tools": _address(config.tools_url),
        "web": (config.web_host, config.web_port),
    }
    return [Process(name, command, *addresses[name]) for name, command in _procfile(PROCFILE)]


def taken(process: Process) -> bool:
    """Whether somebody else already listens on the process's port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((process.host, process.port))
        except OSError:
            return True
    return False


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80


def _procfile(path: Path) -> list[tuple[str, list[str]]]:
    lines = [line.partition(":") for line in path.read_text().splitlines() if line.strip()]
    return [(name.strip(), _absolute(shlex.split(command))) for name, _, command in lines]


def _absolute(command: list[str]) -> list[str]:
    """The environment that runs this command also runs its siblings, wherever it was made."""
    program = sys.executable if command[0].startswith(".venv/") else str(ROOT / command[0])
    return [program, *command[1:]]
