"""`shopclerk user add`: accounts from the command line."""

import pytest
from typer.testing import CliRunner

from cli.main import app
from common.settings import settings
from store.session import connect

runner = CliRunner()


@pytest.fixture
def database_url(empty_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path):
    """The command reads its settings from the environment, as it does for everybody."""
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    monkeypatch.setenv("SHOPCLERK_HOME", str(tmp_path))
    settings.cache_clear()
    yield empty_database_url
    settings.cache_clear()


def add(*arguments: str, given: str | None = None):
    return runner.invoke(app, ["user", "add", *arguments], input=given)


def test_an_account_is_made_with_a_password_that_is_shown_once(database_url: str) -> None:
    """An empty password means: make one."""
    result = add("Staff@Example.org", "--role", "marketer", given="\n\n")
    assert result.exit_code == 0, result.output
    assert "Password: " in result.output
    with connect(database_url) as connection:
        row = connection.execute(
            "SELECT role, customer_id, password_hash FROM accounts WHERE email = 'staff@example.org'"
        ).fetchone()
    assert row[:2] == ("marketer", None)
    assert row[2].startswith("$argon2id$")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no address", "--password", "a long enough password"], "mail address"),
        (["b@example.org", "--password", "short"], "10 to 128"),
        (["staff@example.org", "--password", "a long enough password"], "already"),
        (["b@example.org", "--role", "king"], "king"),
    ],
)
def test_what_cannot_be_made_says_why(database_url: str, arguments: list[str], said: str) -> None:
    """In words, with an exit status."""
    add("staff@example.org", "--password", "a long enough password")
    result = add(*arguments)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output
