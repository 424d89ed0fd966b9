"""Words for segments and times, as marketers say them."""

from datetime import date

import pytest

from ml_tools.promotions.campaigns.naming import chosen, months_in, segment_meant, with_numbers
from store.promotion_names import SegmentCategory, TitledPromotion

_TREE = {"women": ("Women", {"women-jeans": "Women's Jeans"}), "men": ("Men", {"men-jeans": "Men's Jeans"}),
         "shoes": ("Shoes", {"men-boots": "Men's Boots", "women-boots": "Women's Boots"}),
         "electronics": ("Electronics", {"smartphones": "Smartphones"}),
         "watches": ("Watches", {"watches-sport": "Sport Watches"})}  # fmt: skip


def categories() -> list[SegmentCategory]:
    found: list[SegmentCategory] = []
    for slug, (name, children) in _TREE.items():
        parent = len(found) + 1
        found.append(SegmentCategory(parent, slug, name, None, None, None))
        for child, child_name in children.items():
            found.append(SegmentCategory(len(found) + 1, child, child_name, parent, slug, name))
    return found


@pytest.mark.parametrize(
    ("words", "slugs"),
    [("women", {"women", "women-jeans"}), ("customers who buy women's jeans", {"women-jeans", "women"}),
     ("men's shoes", {"men-boots", "shoes"}), ("people who buy phones", {"smartphones", "electronics"}),
     ("wemen", {"women", "women-jeans", "women-boots", "shoes"}), ("watch lovers", {"watches", "watches-sport"}),
     ("fashion customers", {"women", "women-jeans", "men", "men-jeans", "shoes", "men-boots", "women-boots"}),
     ("Sport Watches", {"watches-sport", "watches"})],
)  # fmt: skip
def test_a_segment_is_found_in_words(words: str, slugs: set[str]) -> None:
    segment, others = segment_meant(categories(), words)
    assert segment is not None
    assert (set(segment.slugs), others) == (slugs, [])


def test_words_that_no_category_fits_have_candidates_or_none() -> None:
    segment, others = segment_meant(categories(), "red shoes")
    assert segment is None
    assert "shoes" in {one.id for one in others}
    assert segment_meant(categories(), "zeppelins") == (None, [])
    assert segment_meant([], "women") == (None, [])


def test_seasons_and_months_are_taken_out_of_the_words() -> None:
    assert months_in("summer sale") == ([6, 7, 8], "sale")
    assert months_in("july chairs") == ([7], "chairs")
    assert months_in("chairs") == ([], "chairs")


def titled(number: int, score: float, starts: date, title: str = "Everything 20% off") -> TitledPromotion:
    return TitledPromotion(number, f"pr_{number}", title, starts, starts.replace(day=28), score)


def test_of_the_same_title_every_year_the_one_that_runs_is_meant() -> None:
    found = [titled(year, 1.0, date(year, 7, 1)) for year in (2026, 2025)]
    assert chosen(found, today=date(2026, 7, 9)).promotion == found[0]
    later = chosen(found, today=date(2026, 9, 9))
    assert (later.promotion, later.candidates) == (None, found)
    assert chosen([], today=date(2026, 9, 9)).candidates == []


def test_a_number_that_is_said_must_be_in_the_title() -> None:
    found = [titled(1, 1.0, date(2026, 7, 1), "10% off chairs"), titled(2, 1.0, date(2026, 7, 1), "20% off chairs")]
    assert with_numbers(found, "chairs 20") == found[1:]
    assert with_numbers(found, "chairs 70") == found
