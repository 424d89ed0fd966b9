"""Product names in people's words: slips are forgiven, numbers and models are not."""

import logging
from typing import Any

import psycopg2
import pytest

from assistant.components.catalogue_database import Candidate, CatalogueDatabase
from assistant.components.catalogue_resolver import CatalogueResolver
from assistant.components.words import words_of

NAMES = (
    ("Samsung Galaxy Note20 5G 256GB Mystic Bronze", "Samsung"), ("Samsung Galaxy S21 5G", "Samsung"),
    ("Samsung Galaxy S21+ 5G", "Samsung"), ("Samsung Galaxy S21 Ultra 5G", "Samsung"),
    ("Samsung Galaxy A53 5G", "Samsung"), ("Apple iPhone 13", "Apple"), ("Apple iPhone 13 Pro", "Apple"),
    ("Apple iPhone SE (2022)", "Apple"), ("Google Pixel 6", "Google"), ("Google Pixel 6a", "Google"),
    ("Maren Striped Linen Wrap Dress", "Maren"), ("Odette Silk Shift Dress", "Odette"),
)  # fmt: skip
TERMS = [
    ("category", "dresses", "women-dresses"), ("category", "smartphones", "smartphones"),
    ("category", "women's shirts", "women-shirts"), ("category", "men's shirts", "men-shirts"),
    ("category", "shoes", "shoes"), ("colour", "red", "Red"), ("colour", "midnight", "Midnight"),
    ("brand", "samsung", "Samsung"), ("brand", "apple", "Apple"), ("brand", "maren", "Maren"),
    ("storage", "256gb", "256GB"), ("size", "xl", "XL"), ("size", "42", "42"),
]  # fmt: skip


class Catalogue:
    """Stands for the database: offers every product, so that all choosing is the resolver's."""

    def candidates(self, words: str, limit: int) -> list[Candidate]:
        return [Candidate(f"p_{place}", name, brand, 0.5) for place, (name, brand) in enumerate(NAMES)]

    def terms(self) -> list[tuple[str, str, str]] | None:
        return TERMS


def entities(text: str) -> list[dict[str, Any]]:
    return CatalogueResolver(Catalogue(), "test").resolve(text, [])  # type: ignore[arg-type]


def products(text: str) -> list[str]:
    return [entity["name"] for entity in entities(text) if entity["entity"] == "product"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how much is the note20", [NAMES[0][0]]),
        ("hw much is samsng galxy note 20 pls", [NAMES[0][0]]),
        ("price galaxy a53", ["Samsung Galaxy A53 5G"]),
        ("is the s21 in stock", ["Samsung Galaxy S21 5G"]),
        ("s21 ultra", ["Samsung Galaxy S21 Ultra 5G"]),
        ("S21+ price", ["Samsung Galaxy S21+ 5G"]),
        ("iphone13", ["Apple iPhone 13"]),
        ("the iphone 13 pro", ["Apple iPhone 13 Pro"]),
        ("pixel 6a or pixel 6", ["Google Pixel 6a", "Google Pixel 6"]),
        ("compare note20 s21", [NAMES[0][0], "Samsung Galaxy S21 5G"]),
        ("the maren linen wrap dress please", ["Maren Striped Linen Wrap Dress"]),
        ("iphone se", ["Apple iPhone SE (2022)"]),
    ],
)
def test_what_is_meant_is_found(text: str, expected: list[str]) -> None:
    assert products(text) == expected


@pytest.mark.parametrize(
    "text",
    ["i want to order a dress", "red dress", "samsung phones", "show me 13 dresses", "order", "hello",
     "under 21 dollars",     "do you have it in xl", "a galaxy far away", "wrap it up", "20", "what's new", "apple"],
)  # fmt: skip
def test_ordinary_words_are_no_product(text: str) -> None:
    assert products(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [("price of the galaxy note 99", "galaxy note 99"), ("how much is an iphone 47", "iphone 47"),
     ("the zorblax z9000 phone", "zorblax z9000"), ("iphone 13 pro max", "iphone 13 pro max")],
)  # fmt: skip
def test_a_model_that_the_shop_does_not_have_is_unknown_and_gets_the_nearest_names(text: str, words: str) -> None:
    (unknown,) = [entity for entity in entities(text) if entity["entity"] == "product_unknown"]
    assert unknown["value"] == words
    assert products(text) == []
    assert all({"id", "name", "score"} <= set(candidate) for candidate in unknown["candidates"])


def test_the_shops_own_words_get_their_canonical_values() -> None:
    found = {entity["entity"]: entity["value"] for entity in entities("womens shirts in red, size 42, 256 GB, samsung")}
    assert found == {
        "category": "women-shirts", "colour": "Red", "size": "42", "storage": "256GB", "brand": "Samsung",
    }  # fmt: skip


def test_shirts_alone_may_be_anybodys_so_no_category_is_claimed() -> None:
    assert entities("shirts") == []


def test_places_in_the_text_stay_true_with_accents_and_apostrophes() -> None:
    text = "Où est l’iphone 13 ?"
    (product,) = [entity for entity in entities(text) if entity["entity"] == "product"]
    assert text[product["start"] : product["end"]].endswith("iphone 13")
    assert [word.text for word in words_of("the Note20's battery")] == ["the", "note", "20", "battery"]
    assert [word.text for word in words_of("what's the S21+")] == ["whats", "the", "s", "21", "plus"]


def test_a_database_that_is_away_means_no_entity_a_log_line_and_a_pause(caplog: pytest.LogCaptureFixture) -> None:
    calls, now = [], [0.0]

    def refuse(*_: Any, **__: Any) -> Any:
        calls.append(1)
        raise psycopg2.OperationalError("connection refused")

    database = CatalogueDatabase("postgresql://nowhere", connect=refuse, clock=lambda: now[0])
    with caplog.at_level(logging.WARNING):
        assert CatalogueResolver(database, "test").resolve("how much is the note20", []) == []
    assert len(calls) == 1
    assert "no product is recognised" in caplog.text
    now[0] = 4.0
    assert database.candidates("note20", 5) is None
    assert len(calls) == 2


class _Connection:
    """Fails at its second query, as a connection does whose server has restarted."""

    def __init__(self) -> None:
        self.autocommit, self.queries = False, 0

    def cursor(self) -> "_Connection":
        return self

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def execute(self, query: str, parameters: Any) -> None:
        self.queries += 1
        if self.queries == 2:
            raise psycopg2.OperationalError("server closed the connection")

    def fetchall(self) -> list[Any]:
        return [("p_1", "Apple iPhone 13", "Apple", 1.0)]

    def close(self) -> None:
        return None


def test_a_connection_that_broke_meanwhile_is_made_anew() -> None:
    database = CatalogueDatabase("postgresql://somewhere", connect=lambda *_, **__: _Connection())
    assert [len(database.candidates("iphone 13", 5) or []) for _ in range(4)] == [1, 1, 1, 1]
