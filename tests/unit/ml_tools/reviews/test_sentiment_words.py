"""What can be read of a text before any model sees it."""

import pytest

from ml_tools.reviews.sentiment.words import readable, statements, unreadable


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("<p>Great &amp; <b>cheap</b></p>", "Great & cheap"),
        ("<script>steal()</script>Works<br/>well", "Works well"),
        ("<!-- note -->fine <style>p{}</style>", "fine"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("&lt;b&gt;bold&lt;/b&gt; claim", "bold claim"),
        ("loves it 😍", "loves it good"),
        ("broken :(", "broken bad"),
        ("line\none\x00\ttwo", "line one two"),
        ("half a sign \ud83d here", "half a sign here"),
        ("   ", ""),
    ],
)
def test_html_control_characters_and_emoji_are_made_readable(raw: str, plain: str) -> None:
    assert readable(raw) == plain


@pytest.mark.parametrize("text", ["", "  \n ", "<p></p>", "<script>words()</script>"])
def test_a_text_without_anything_is_empty(text: str) -> None:
    assert unreadable(readable(text)) == "empty"


@pytest.mark.parametrize("text", ["!!!", "12345", "5/5", "🤖🚀", "... --- ..."])
def test_signs_and_numbers_have_no_words(text: str) -> None:
    assert unreadable(readable(text)) == "no_words"


@pytest.mark.parametrize(
    "text",
    [
        "Das Handy ist sehr gut, aber der Akku hält nicht lange",
        "Muy bueno, llegó rápido y funciona muy bien",
        "Très bon produit, je suis très content de mon achat",
        "Ottimo prodotto, lo consiglio a tutti per la qualità",
        "Heel goed product, snel geleverd en ook niet duur",
        "Отличный телефон, всем советую",
        "非常好用，物流很快",
        "هذا المنتج رائع جدا",
        "sehr gut",
        "très déçu",
    ],
)
def test_another_language_is_noticed(text: str) -> None:
    assert unreadable(readable(text)) == "other_language"


@pytest.mark.parametrize(
    "text",
    [
        "Great phone",
        "Batteries die quickly",
        "Café décor, très chic, and I love it",
        "The sale was on and the men at the shop were kind",
        "Wow",
        "asdf",
        "Samsung Galaxy Note20 Ultra 256GB",
        "Naïve but good",
        "👍",
    ],
)
def test_english_names_and_single_words_are_read(text: str) -> None:
    assert unreadable(readable(text)) is None


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("nice, but late", ["nice", "late"]),
        ("Good phone. Bad battery.", ["Good phone", "Bad battery"]),
        ("Works well, unfortunately it is loud; cheap - for now", ["Works well", "it is loud", "cheap", "for now"]),
        ("but", ["but"]),
        ("a butter knife and a button", ["a butter knife and a button"]),
        ("...", []),
    ],
)
def test_a_text_is_parted_into_its_statements(text: str, parted: list[str]) -> None:
    assert statements(text) == parted
