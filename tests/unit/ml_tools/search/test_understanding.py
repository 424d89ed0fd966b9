"""What a search's words are understood as."""

from decimal import Decimal

import pytest

from ml_tools.search.answering import understood
from ml_tools.search.schemas import LONGEST_READ, Understood
from tests.unit.ml_tools.search.shop_words import understander


def told(text: str, *, correct: bool = True) -> Understood:
    return understood(understander().read(text, correct=correct))


def attributes(text: str) -> list[tuple[str, str, object, str | None]]:
    return [(one.key, one.op, one.value, one.unit) for one in told(text).attributes]


def test_typos_are_corrected_and_said() -> None:
    found = told("samsng galxy")
    assert [(one.from_, one.to) for one in found.corrected] == [("samsng", "samsung"), ("galxy", "galaxy")]
    assert (found.brand, found.words) == ("Samsung", "galaxy")


def test_words_as_typed_are_left_and_the_correction_is_suggested() -> None:
    found = told("samsng galaxy", correct=False)
    assert found.corrected == []
    assert [(one.from_, one.to) for one in found.suggested] == [("samsng", "samsung")]
    assert found.words == "samsng galaxy"


@pytest.mark.parametrize("word", ["trip", "gift", "samsung", "nokia", "xyz", "12345"])
def test_english_known_and_short_words_are_left_alone(word: str) -> None:
    assert told(word).corrected == []


def test_words_that_ran_together_are_parted_and_parted_ones_joined() -> None:
    assert [(one.from_, one.to) for one in told("samsunggalaxy").corrected] == [("samsunggalaxy", "samsung galaxy")]
    assert told("back pack").words == "backpack"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("shirt under 100", None, "100"), ("shirts between 200 and 300", "200", "300"), ("over $50 shirt", "50", None),
        ("shirt max 80 dollars", None, "80"), ("$40 - $60 shirt", "40", "60"), ("shirt around 100", "80", "120"),
        ("shirt 1.5k or less", None, "1500"), ("from 20 to 30 eur", "20", "30"), ("shirt under fifty", None, "50"),
        ("cheap phone", None, "250.0"), ("expensive phone", "700.0", None), ("cheap shirt", None, "40.0"),
        ("shirt for 25€", None, "25"), ("not more than 30 shirt", None, "30"),
    ],
)  # fmt: skip
def test_prices(text: str, low: str | None, high: str | None) -> None:
    found = told(text)
    wanted = tuple(None if one is None else Decimal(one) for one in (low, high))
    assert (found.min_price, found.max_price) == wanted


@pytest.mark.parametrize("text", ["galaxy 128gb", "under 8 gb", "size 42 shoes", "note 20", "over 4000 mah", "5g"])
def test_measures_sizes_and_models_are_no_prices(text: str) -> None:
    found = told(text)
    assert (found.min_price, found.max_price) == (None, None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6 inch phone", ("display_inches", "about", 6.0, "inch")),
        ('6.1" phone', ("display_inches", "about", 6.1, "inch")),
        ("128gb", ("storage_gb", "=", 128.0, "gb")),
        ("128 gigs", ("storage_gb", "=", 128.0, "gb")),
        ("8 gb of ram", ("ram_gb", "=", 8.0, "gb")),
        ("at least 5000 mah", ("battery_mah", ">=", 5000.0, "mah")),
        ("5000+ mah", ("battery_mah", ">=", 5000.0, "mah")),
        ("waterproof", ("water_resistance", "has", "waterproof", None)),
        ("water resistant", ("water_resistance", "has", "waterproof", None)),
        ("leather shoes", ("material", "=", "leather", None)),
    ],
)
def test_attributes_with_their_units(text: str, wanted: tuple[str, str, object, str | None]) -> None:
    assert wanted in attributes(text)


@pytest.mark.parametrize("text", ["shoes without leather", "leather-free shoes", "shoes, not leather", "no leather"])
def test_what_must_not_be(text: str) -> None:
    assert [(op, value) for _, op, value, _ in attributes(text)] == [("not", "leather")]


def test_only_what_the_negation_reaches_is_negated() -> None:
    found = told("not black leather shoes")
    assert [(one.op, one.value) for one in found.attributes] == [("not", "black"), ("=", "leather")]
    assert found.colours == []


def test_synonyms_plurals_and_whom_it_is_for() -> None:
    assert told("mobile phone").category == "smartphones"
    assert told("slacks").category == told("pants").category == "trousers"
    assert told("shirts for ladies").category == "women-shirts"
    assert told("mens shirt").category == "men-shirts"
    assert told("shirt").category is None, "it may be either"
    assert told("shoe").phrases[0].kind == "category"


def test_colours_by_their_last_word_and_never_by_one_letter() -> None:
    reading = understander().read("blue shirt")
    colours = next(part.condition.colours for part in reading.parts if part.kind == "colour")
    assert set(colours) == {"Blue", "Navy Blue"}
    assert told("galaxy s 20").colours == []
    assert told("gray shirt").colours == ["gray"]


def test_sizes_only_where_sizes_are_spoken_of() -> None:
    assert told("shirt size 42").sizes == ["42"]
    assert told("xl shirt").sizes == ["XL"]
    assert told("shirt in medium").sizes == ["M"]
    assert told("galaxy 42").sizes == []


def test_brands_of_two_words_that_hold_an_asking_one() -> None:
    assert told("under armour shoes").brand == "Under Armour"


def test_each_part_can_be_taken_away() -> None:
    found = told("black leather shoes under 100")
    without = {one.kind: one.without for one in found.phrases}
    assert without["colour"] == "leather shoes under 100"
    assert without["price"] == "black leather shoes"
    assert without["attribute"] == "black shoes under 100"


@pytest.mark.parametrize(
    "text",
    ["", " ", "🙂🙂", "%", "_%_", "'; DROP TABLE products; --", "a & b | !c <-> (d)", "\\", "':*", "\u202e", "Ω≈ç√",
     "x" * 10_000, "shirt " * 2000, "0" * 300, "under " * 60, "1" * 60 + "gb", "not not not", "İstanbul ışık 5gb", "$"],
)  # fmt: skip
def test_any_text_has_a_bounded_reading(text: str) -> None:
    reading = understander().read(" ".join(text[:LONGEST_READ].split()))
    assert len(reading.tokens) <= 12
    assert len(reading.parts) <= 10
    for query in [token.query for token in reading.tokens] + [part.condition.query or "" for part in reading.parts]:
        assert not set(query.replace("'", "")) & set('!<>:*\\";-'), query
        assert query.count("'") % 2 == 0
