"""`shopclerk experiment` from start to stop: what it says, and its exit codes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.experiments import app
from common.settings import settings

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def environment(databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty store of its own."""
    monkeypatch.setenv("DATABASE_URL", databases.empty())
    monkeypatch.setenv("SHOPCLERK_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    yield
    settings.cache_clear()


def experiment(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_test_is_started_read_and_stopped() -> None:
    started = experiment("start", "Autumn", "--arm", "item-knn:80", "--arm", "hybrid", "--surface", "home")
    assert (started.exit_code, started.output) == (0, "The test Autumn runs on home: item-knn 80%, hybrid 20%.\n")
    read = experiment("report")
    assert read.exit_code == 0
    assert "Autumn on home" in read.output
    assert "too few to say" in read.output
    assert "Nothing is decided yet" in read.output
    assert experiment("stop", "Autumn").output == "The test Autumn is stopped.\n"
    assert "stopped" in experiment("report", "Autumn").output
    listed = experiment("list")
    assert listed.exit_code == 0
    assert "item-knn 80%, hybrid 20%" in listed.output


def test_a_test_of_promotions_runs_beside_one_of_recommenders() -> None:
    assert experiment("start", "Autumn", "--arm", "item-knn", "--arm", "hybrid").exit_code == 0
    started = experiment("start", "Banners", "--arm", "thompson", "--arm", "greedy", "--surface", "promotions")
    assert started.output == "The test Banners runs on promotions: thompson 50%, greedy 50%.\n"
    read = experiment("report", "Banners")
    assert "Banners on promotions" in read.output
    assert "showings" in read.output
    again = experiment("start", "More", "--arm", "thompson", "--arm", "random", "--surface", "promotions-cart")
    assert (again.exit_code, "runs on one of these surfaces" in again.output) == (1, True)


def test_without_a_test_the_way_to_start_one_is_said() -> None:
    assert "shopclerk experiment start" in experiment("list").output
    read = experiment("report")
    assert (read.exit_code, "shopclerk experiment start" in read.output) == (1, True)


def test_what_cannot_be_is_refused_with_a_reason() -> None:
    for arguments, reason in {
        ("start", "Autumn", "--arm", "hybrid"): "at least two arms",
        ("start", "Autumn", "--arm", "hybrid", "--arm", "magic"): "no policy 'magic'",
        ("start", "Autumn", "--arm", "hybrid:70", "--arm", "item-knn:70"): "100 %",
        ("start", "A", "--arm", "greedy", "--arm", "hybrid", "--surface", "promotions"): "no policy 'hybrid'",
        ("start", "A", "--arm", "greedy", "--arm", "random"): "no policy 'greedy'",
        (
            "start",
            "A",
            "--arm",
            "greedy",
            "--arm",
            "random",
            "--surface",
            "home",
            "--surface",
            "promotions-home",
        ): "surfaces of one kind",
        ("stop", "Autumn"): "No test named 'Autumn' is running",
    }.items():
        refused = experiment(*arguments)
        assert (refused.exit_code, reason in refused.output) == (1, True), refused.output
