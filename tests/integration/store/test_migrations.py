"""The migrations make exactly the schema that the tables declare, and can be taken back."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from store.migrate import alembic_config, upgrade
from store.session import sqlalchemy_url
from store.tables import Base


@pytest.fixture
def connection(empty_database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        yield connection


def test_tables_and_migrations_agree(empty_database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(empty_database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_upgrading_twice_from_another_folder_changes_nothing(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    upgrade(empty_database_url)
    assert os.listdir(tmp_path) == []


def test_migrations_can_be_taken_back_and_applied_again(databases) -> None:
    url = databases.empty()
    command.downgrade(alembic_config(url), "base")
    with psycopg.connect(url) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert left == [("alembic_version",)]
    upgrade(url)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_trail_cannot_be_changed(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(
        "INSERT INTO audit (actor, role, action, outcome, request_id) VALUES ('g_1', 'guest', 'a', 'refused', 'r_1')"
    )
    before = connection.execute("SELECT count(*) FROM audit").fetchone()
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="audit is append-only"):
        connection.execute(statement)
    assert connection.execute("SELECT count(*) FROM audit").fetchone() == before


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Galaxy Note20 5G (2020)", "galaxy note 20 5 g 2020"),
        ("  CRÈME brûlée--women's  ", "creme brulee womens"),
        ("", ""),
        ("'; DROP TABLE products; --", "drop table products"),
        ("Кроссовки №7", "кроссовки no 7"),
    ],
)
def test_words_are_compared_without_case_accents_and_punctuation(
    connection: psycopg.Connection, text: str, plain: str
) -> None:
    assert connection.execute("SELECT plain_words(%s)", (text,)).fetchone() == (plain,)


def test_note20_and_note_20_share_their_trigrams(connection: psycopg.Connection) -> None:
    joined, apart, next_one = connection.execute(
        "SELECT trigrams('note20'), trigrams('Note 20'), trigrams('note 21')"
    ).fetchone()
    assert set(joined) == set(apart) == {"  n", " no", "not", "ote", "te ", "20"}
    assert set(next_one) - set(joined) == {"21"}
