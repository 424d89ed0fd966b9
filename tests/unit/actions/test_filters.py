"""From words to filters and back."""

from decimal import Decimal

import pytest

from actions.context import Filters, Said
from actions.entities import Entities, entities_of
from actions.filters import described, filters_of, is_empty, loosened, merged
from actions.variants import sorted_options
from tests.actions_kit import spotted


def read(text: str, *found: tuple[str, object, str]) -> Filters:
    entities = [spotted(kind, value, word, text) for kind, value, word in found]
    return filters_of(entities_of({"entities": entities}), text)


def test_what_was_understood_is_no_word_any_more() -> None:
    filters = read(
        "do you have waterproof Nike shoes in blue under $80?",
        ("brand", "Nike", "Nike"), ("category", "shoes", "shoes"), ("colour", "Blue", "blue"),
        ("amount", {"min": None, "max": 80}, "under $80"),
    )  # fmt: skip
    assert filters == Filters(
        words="waterproof", brand="Nike", category="shoes", colour="Blue", max_price=Decimal(80)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key", "least"),
    [
        ("phones with 8 GB RAM", "ram_gb", 8),
        ("a phone with at least 5000mAh", "battery_mah", 5000),
        ("phone with a 6.5 inch screen", "display_inches", 6.5),
    ],
)
def test_a_number_with_a_unit_is_a_lower_bound(text: str, key: str, least: float) -> None:
    assert read(text).at_least == {key: least}


def test_an_attributes_value_is_searched_for_and_its_name_is_not() -> None:
    assert read("leather bags", ("attribute", "material", "leather"), ("category", "bags", "bags")).words == "leather"
    named = read(
        "phones with a nice camera", ("attribute", "main_camera", "camera"), ("category", "smartphones", "phones")
    )  # fmt: skip
    assert named == Filters(category="smartphones")
    assert read("a zorbex", ("product_unknown", "zorbex", "zorbex")).words == "zorbex"


@pytest.mark.parametrize("text", ["show me something", "what do you have?", "I'm looking for a product, please", ""])
def test_asking_words_alone_are_no_search(text: str) -> None:
    assert read(text) == Filters()


def test_a_later_filter_replaces_the_earlier_of_its_kind() -> None:
    before = Filters(words="linen", category="dresses", colour="Red", min_price=Decimal(50))
    now = Filters(words="and in", colour="Blue", max_price=Decimal(40))
    assert merged(before, now) == Filters(words="linen", category="dresses", colour="Blue", max_price=Decimal(40))


def test_the_sentence_stays_with_what_of_it_does_not_hold_any_more() -> None:
    before = Filters(colour="Red", said=Said(text="red linen dresses with 64GB", changed=["price"]))
    both = merged(before, Filters(colour="Blue", storage="128GB", said=Said(text="in blue")))
    assert both.said == Said(text="red linen dresses with 64GB", changed=["colour", "price", "storage"])
    assert is_empty(Filters(said=Said(text="hm")))
    assert [less.said for _, less in loosened(both)] == [None, None]


def test_words_are_given_up_before_a_budget_is_and_never_everything() -> None:
    filters = Filters(words="zebra", category="bags", max_price=Decimal(50))
    given_up = [words for words, _ in loosened(filters)]
    assert given_up[:3] == ["zebra", "up to $50.00", "bags"]
    assert all(less != Filters() for _, less in loosened(filters))


def test_a_search_is_said_in_words() -> None:
    filters = Filters(category="smartphones", brand="Samsung", storage="128GB", max_price=Decimal(300))
    assert described(filters) == "Samsung smartphones with 128GB up to $300.00"


@pytest.mark.parametrize(
    ("slug", "kind", "said"),
    [
        ("women-dresses", "Dresses", "black dresses"),
        ("women-shirts", "Women's Shirts", "black women's shirts"),
        ("men-t-shirts", "Men's T-Shirts", "black men's T-Shirts"),
        ("women", "Women", "black things for women"),
        ("tv", "TV sets", "black TV sets"),
        ("home-lamps", None, "black home lamps"),
    ],
)
def test_a_category_reads_as_the_shop_calls_it(slug: str, kind: str | None, said: str) -> None:
    assert described(Filters(category=slug, colour="Black"), kind) == said


def test_options_are_in_the_order_of_their_size() -> None:
    assert sorted_options(["XL", "S", None, "M", "S"]) == ["S", "M", "XL"]
    assert sorted_options(["1TB", "128GB", "512GB"]) == ["128GB", "512GB", "1TB"]
    assert sorted_options(["42", "38.5", "40"]) == ["38.5", "40", "42"]
    assert sorted_options(["Red", "Blue"]) == ["Red", "Blue"]


def test_a_measure_is_neither_a_size_nor_a_word() -> None:
    text = "phone with at least 6 inch and 128gb"
    found = filters_of(Entities(size="6", storage="128GB", spans=[(20, 21), (31, 36)]), text)
    assert found == Filters(words="phone", storage="128GB", at_least={"display_inches": 6.0})
