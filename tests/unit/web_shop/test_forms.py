"""What people type into forms and addresses: cleaned, checked, never a way out of the site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from store.browsing import Sort
from web.shop.forms import ADVICE, Address
from web.shop.listing import SORTS, ListQuery
from web.shop.visiting import clean, local_path

GOOD = {
    "name": "Ada",
    "street": "Main 5",
    "city": "Ulm",
    "postcode": "AB1 2CD",
    "country": "GB",
    "phone": "+44 20 5550",
}


def test_a_complete_address_is_taken() -> None:
    address, errors = Address.read(GOOD)
    assert errors == {}
    assert address is not None
    assert address.postcode == "AB1 2CD"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("street", "x"), ("city", ""), ("postcode", "!"), ("postcode", "1" * 11), ("country", "XX"),
     ("country", ""), ("phone", "call me"), ("name", "x" * 101)],
)  # fmt: skip
def test_each_wrong_field_gets_its_own_advice(field: str, value: str) -> None:
    address, errors = Address.read(GOOD | {field: value})
    assert address is None
    assert errors == {field: ADVICE[field]}


@given(st.text())
def test_no_typed_path_leads_to_another_site(path: str) -> None:
    kept = local_path(path)
    assert kept.startswith("/")
    assert not kept.startswith(("//", "/\\"))


@pytest.mark.parametrize("path", ["/checkout", "/products?q=red+dress&page=2"])
def test_paths_of_this_site_are_kept(path: str) -> None:
    assert local_path(path) == path


def test_invisible_characters_are_taken_out_of_words() -> None:
    assert clean(" a\0b\u200b\u202ec\ud800 ") == "abc"


def test_the_address_of_a_list_says_only_what_narrows_it() -> None:
    query = ListQuery(q="red dress", brand=["A & B"], max="", page=3)
    assert query.address("/products", page=4) == "/products?q=red+dress&brand=A+%26+B&page=4"
    assert query.address("/products", sort="price") == "/products?q=red+dress&brand=A+%26+B&sort=price"
    assert query.without("/products", "brand", "A & B") == "/products?q=red+dress"
    assert ListQuery().address("/products") == "/products"


def test_filters_in_force_can_be_taken_away_one_by_one() -> None:
    query = ListQuery(colour=["Red", "Blue"], max="50", in_stock=True)
    assert [words for words, _ in query.chosen("/products")] == ["Red", "Blue", "up to 50", "in stock"]
    assert dict(query.chosen("/products"))["Red"] == "/products?colour=Blue&max=50&in_stock=true"


@pytest.mark.parametrize("wrong", [{"min": "-1"}, {"max": "NaN"}, {"page": 0}, {"sort": "name; --"}, {"q": "x" * 201}])
def test_impossible_filters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ListQuery.model_validate(wrong)


def test_every_way_to_sort_has_a_name_on_the_page() -> None:
    assert set(SORTS) == set(Sort)
