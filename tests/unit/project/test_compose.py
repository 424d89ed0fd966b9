"""docker-compose.yml and the Dockerfiles say what the real processes need; no container engine is asked."""

import re
from typing import Any

import pytest
import yaml

from cli.processes import _procfile
from common.settings import ROOT, Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
COMMANDS = {name: command[1:] for name, command in _procfile(ROOT / "Procfile")}
PROCESSES = sorted(COMMANDS)


def test_every_process_of_the_procfile_is_a_service_and_the_stores_are_there() -> None:
    assert set(SERVICES) == {*PROCESSES, "postgres", "redis", "migrate"}
    assert "pgvector" in SERVICES["postgres"]["image"]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_service_runs_the_procfiles_command(name: str) -> None:
    assert SERVICES[name]["command"] == ["python", *COMMANDS[name]]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_listens_where_the_others_look_for_it(name: str) -> None:
    environment, prefix = SERVICES[name]["environment"], name.upper()
    assert environment[f"{prefix}_HOST"] == "0.0.0.0"  # noqa: S104 (of the container only)
    default = Settings.model_fields.get(f"{name}_url") or Settings.model_fields["public_url"]
    assert str(default.default).endswith(f":{environment[f'{prefix}_PORT']}")
    if name != "web":
        assert environment[f"{name.upper()}_URL"] == f"http://{name}:{environment[f'{prefix}_PORT']}"


@pytest.mark.parametrize("name", [*PROCESSES, "migrate"])
def test_every_variable_is_a_setting(name: str) -> None:
    known = {field.upper() for field in Settings.model_fields}
    known |= {f"{process.upper()}_{part}" for process in PROCESSES for part in ("HOST", "PORT")}
    assert set(SERVICES[name]["environment"]) <= known


@pytest.mark.parametrize("name", [*PROCESSES, "migrate"])
def test_processes_run_with_least_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_web_is_published_and_the_inner_network_has_no_way_out() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8080:8080"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all("outside" not in service["networks"] for name, service in SERVICES.items() if name != "web")


def test_only_the_gateway_holds_private_keys() -> None:
    holders = [name for name in PROCESSES if any(v.startswith("state:") for v in SERVICES[name].get("volumes", []))]
    assert holders == ["web"]


def test_secrets_have_no_defaults() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    uses = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}", text)
    assert uses
    assert all(rest.startswith(":?") for _, rest in uses)


@pytest.mark.parametrize("dockerfile", ["Dockerfile", "assistant/Dockerfile"])
def test_images_copy_what_exists_and_drop_root(dockerfile: str) -> None:
    text = (ROOT / dockerfile).read_text()
    sources = [s for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for s in line.split()]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert re.search(r"^USER shopclerk$", text, re.MULTILINE)
