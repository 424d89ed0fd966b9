"""The Procfile is the list of processes; a taken port is noticed before anything starts."""

import socket

from cli.processes import processes, taken
from common.settings import Settings


def config(**changes: object) -> Settings:
    return Settings(_env_file=None, **changes)  # type: ignore[call-arg]


def test_the_four_processes_listen_on_loopback_by_default() -> None:
    found = {process.name: (process.host, process.port) for process in processes(config())}
    assert found == {
        "assistant": ("127.0.0.1", 5005),
        "actions": ("127.0.0.1", 5055),
        "tools": ("127.0.0.1", 8000),
        "web": ("127.0.0.1", 8080),
    }


def test_a_process_learns_its_address_from_the_settings() -> None:
    tools = next(p for p in processes(config(tools_url="http://127.0.0.1:9001")) if p.name == "tools")
    assert tools.environment == {"TOOLS_HOST": "127.0.0.1", "TOOLS_PORT": "9001"}
    assert tools.ready_url == "http://127.0.0.1:9001/health/ready"


def test_a_taken_port_is_seen_and_a_free_one_is_not() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        web = next(p for p in processes(config(web_port=port)) if p.name == "web")
        assert taken(web)
    assert not taken(web)
