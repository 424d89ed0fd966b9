"""Message parts: links that are safe to follow, and nothing that breaks the JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from web.chat.parts import assistant_part, plain

GOOD = ["/p/p_1", "/media/a b.png".replace(" ", "%20"), "https://shop.test/x?y=1", "/", "/api/forecasts/f_1/chart.png"]
BAD = [
    "",
    "p/1",
    "//x",
    "http://x",
    "javascript:x",
    "JAVASCRIPT:x",
    "data:x",
    "/\\x",
    " /x",
    "https://a b",
    "\thttps://x",
]


@pytest.mark.parametrize("url", GOOD)
def test_links_of_the_shop_and_to_https_are_taken(url: str) -> None:
    """And come out unchanged."""
    assert plain(assistant_part.validate_python({"type": "image", "url": url, "alt": "x"}))["url"] == url


@pytest.mark.parametrize("url", BAD)
def test_other_links_are_refused(url: str) -> None:
    """Whatever a browser could make of them."""
    with pytest.raises(ValidationError):
        assistant_part.validate_python({"type": "file", "url": url, "name": "x"})


@given(url=st.text(max_size=30))
def test_no_link_leaves_the_shop_but_by_https(url: str) -> None:
    """Property: what is taken begins with https:// or with a single slash, and holds no blank or control character."""
    try:
        taken = assistant_part.validate_python({"type": "file", "url": url, "name": "x"})
    except ValidationError:
        return
    link = plain(taken)["url"]
    assert link.startswith("https://") or (link.startswith("/") and link[1:2] not in ("/", "\\"))
    assert link.isprintable() or not any(ord(character) <= 32 for character in link)


@pytest.mark.parametrize("price", [float("nan"), float("inf"), "cheap", None])
def test_a_price_is_a_number(price: object) -> None:
    """A card without a real price is no card."""
    card = {"id": "p_1", "name": "x", "price": price, "currency": "USD", "image": None, "url": "/p/p_1"}
    with pytest.raises(ValidationError):
        assistant_part.validate_python({"type": "products", "products": [card]})
