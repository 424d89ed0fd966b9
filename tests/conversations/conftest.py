"""Truth to hold answers against: read from the database that the running stack answers from."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from tests.stack import Client, Stack

NOTE20 = "Samsung Galaxy Note20 5G 256GB Mystic Bronze"


@pytest.fixture(scope="session")
def truth(stack: Stack) -> Iterator[psycopg.Connection[DictRow]]:
    with psycopg.connect(stack.database_url, row_factory=dict_row, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def note20(truth: psycopg.Connection[DictRow]) -> DictRow:
    found = truth.execute("SELECT * FROM products WHERE name = %s", (NOTE20,)).fetchone()
    assert found
    return found


@pytest.fixture
def guest(stack: Stack) -> Client:
    return stack.guest()


@pytest.fixture
def shopper(stack: Stack) -> Client:
    return stack.login("shopper")


@pytest.fixture
def marketer(stack: Stack) -> Client:
    return stack.login("marketer")
