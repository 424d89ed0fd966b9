"""The review of proposed tags: what the list shows, one click a decision, and nobody but marketers."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from common.caller import Role
from store.session import Database
from store.tables import ProductTag
from tests.gateway_kit import Gateway, running_gateway
from tests.integration.shop.test_console import staff
from tests.integration.shop.test_pages import Structure
from tests.shop_kit import SmallShop, Sold
from tests.visual_kit import add_picture, add_tag
from web.console.tags import PAGE_SIZE

LIST = "/console/tags"
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def web(tmp_path: Path, database: Database) -> AsyncIterator[Gateway]:
    """The web process on a store without proposals."""
    async with database.begin() as session:
        await session.execute(delete(ProductTag))
    async with running_gateway(tmp_path, database, limits_factor=100) as running:
        yield running


@pytest.fixture
async def marketer(web: Gateway) -> httpx.AsyncClient:
    return await staff(web, Role.MARKETER)


async def proposed(shop: SmallShop, sold: Sold, attribute: str = "colour", **more: Any) -> int:
    async with shop.database.begin() as session:
        return await add_tag(session, sold.product_id, attribute, **more)


async def state(web: Gateway, tag_id: int) -> tuple[str, str, str | None]:
    """Status, label and who decided."""
    ((row),) = await web.sql("SELECT status, label, decided_by FROM product_tags WHERE id = :id", id=tag_id)
    return tuple(row)


async def colour_of(web: Gateway, sold: Sold) -> str | None:
    rows = await web.sql("SELECT attributes ->> 'colour' FROM products WHERE id = :id", id=sold.product_id)
    return rows[0][0]


def words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())


async def test_the_list_shows_product_picture_proposal_and_alternatives(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """One block a product with picture and link; each label is a button with its confidence, named for its product."""
    dress = await shop.product(name="Summer dress")
    async with shop.database.begin() as session:
        await add_picture(session, dress.product_id)
    tag_id = await proposed(shop, dress)
    await proposed(shop, dress, "pattern", label="floral", confidence=0.7, alternatives=())
    page = (await marketer.get(LIST)).text
    assert page.count(f'href="/p/{dress.public_id}"') == 2  # the picture and the name, once for both attributes
    assert f'src="/media/{dress.product_id}/0.png"' in page
    assert f'action="/console/tags/{tag_id}"' in page
    assert re.findall(r'name="label" value="([^"]*)"', page) == ["Navy Blue", "Black", "Grey", "", "floral", ""]
    said = words(page)
    for one in ("Navy Blue 62 %", "Black 21 %", "Grey 1 %", "floral 70 %"):
        assert one in said
    assert "accept as the colour of Summer dress, as proposed" in said
    assert "reject what is proposed for the pattern of Summer dress" in said
    rows = await web.sql("SELECT role, outcome, detail FROM audit WHERE action = 'list_tags' ORDER BY id DESC LIMIT 1")
    assert rows == [("marketer", "allowed", {"page": "1"})]


async def test_the_list_works_without_scripts_and_for_those_who_listen(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """One heading of the page, an alternative for each image, nothing inline that the strict CSP would block."""
    await proposed(shop, await shop.product())
    response = await marketer.get(LIST)
    page = Structure(response.text)
    assert len(page.of("h1")) == 1
    assert all("alt" in image for image in page.of("img"))
    assert not page.of("style")
    assert all(script.get("src") for script in page.of("script"))
    assert not [a for _, a in page.tags if "style" in a or any(name.startswith("on") for name in a)]
    assert {form["method"] for form in page.of("form") if "/console/tags/" in str(form["action"])} == {"post"}
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_the_proposal_is_accepted_with_one_click(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """The label stands in the product, the list goes on at the next row, and the audit knows who decided."""
    dress = await shop.product()
    first, second = await proposed(shop, dress), await proposed(shop, dress, "kind", label="dresses")
    page = (await marketer.get(LIST)).text
    assert re.findall(r'name="then" value="(\d+)"', page) == [str(second), str(first)]
    form = {"label": "Navy Blue", "page": "1", "then": str(second)}
    response = await marketer.post(f"{LIST}/{first}", data=form)
    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"/console/tags?page=1&notice=tag-accepted#tag-{second}",
    )
    ((actor, detail),) = await web.sql(
        "SELECT actor, detail FROM audit WHERE action = 'decide_tag' AND detail ->> 'tag' = :tag", tag=str(first)
    )
    assert detail == {"tag": str(first), "label": "Navy Blue"}
    assert await state(web, first) == ("accepted", "Navy Blue", actor)
    assert await colour_of(web, dress) == "Navy Blue"
    page = (await marketer.get(response.headers["Location"])).text
    assert f'id="tag-{second}"' in page
    assert f'id="tag-{first}"' not in page
    assert "Accepted" in page


async def test_an_alternative_is_accepted_instead(web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient) -> None:
    """The button of an alternative writes that label."""
    dress = await shop.product()
    tag_id = await proposed(shop, dress)
    await marketer.post(f"{LIST}/{tag_id}", data={"label": "Black"})
    assert (await state(web, tag_id))[:2] == ("accepted", "Black")
    assert await colour_of(web, dress) == "Black"


async def test_none_of_these_writes_nothing(web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient) -> None:
    """An empty label rejects; the product stays as it is and the proposal does not come back."""
    dress = await shop.product(attributes={"care": "cold"})
    tag_id = await proposed(shop, dress)
    response = await marketer.post(f"{LIST}/{tag_id}", data={"label": "", "page": "1"})
    assert response.headers["Location"] == "/console/tags?page=1&notice=tag-rejected"
    assert (await state(web, tag_id))[0] == "rejected"
    assert await web.sql("SELECT attributes FROM products WHERE id = :id", id=dress.product_id) == [({"care": "cold"},)]
    assert f'action="/console/tags/{tag_id}"' not in (await marketer.get(LIST)).text


@pytest.mark.parametrize("label", ["Black", "Navy Blue", "", "never proposed"])
async def test_a_second_decision_leads_back_with_words(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient, label: str
) -> None:
    """Nothing changes, no error page, and a notice says so in plain words; the audit holds the first decision only."""
    dress = await shop.product()
    tag_id = await proposed(shop, dress)
    await marketer.post(f"{LIST}/{tag_id}", data={"label": "Navy Blue"})
    before = await state(web, tag_id)
    colleague = await staff(web, Role.MARKETER)
    response = await colleague.post(f"{LIST}/{tag_id}", data={"label": label, "page": "1"})
    assert (response.status_code, response.headers["Location"]) == (303, "/console/tags?page=1&notice=tag-decided")
    assert "Nothing was changed" in words((await colleague.get(response.headers["Location"])).text)
    assert await state(web, tag_id) == before
    assert await colour_of(web, dress) == "Navy Blue"
    rows = await web.sql("SELECT id FROM audit WHERE detail ->> 'tag' = :tag", tag=str(tag_id))
    assert len(rows) == 1


async def test_a_label_that_was_not_proposed_is_not_taken(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """A made-up label leaves the proposal waiting and the product alone."""
    dress = await shop.product()
    tag_id = await proposed(shop, dress)
    response = await marketer.post(f"{LIST}/{tag_id}", data={"label": "Pink"})
    assert response.headers["Location"].endswith("notice=tag-decided")
    assert (await state(web, tag_id))[0] == "waiting"
    assert await colour_of(web, dress) is None


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [("999999", {}, 404), ("0", {}, 404), ("x", {}, 404), ("1", {"page": "0"}, 422), ("1", {"page": "x"}, 422),
     ("1", {"label": "x" * 61}, 422), ("1", {"then": "//evil.example"}, 422)],
)  # fmt: skip
async def test_what_no_button_sends_ends_on_a_page_that_says_so(
    marketer: httpx.AsyncClient, path: str, form: dict[str, str], status: int
) -> None:
    """Unknown proposals and malformed fields are refused as pages, not answered with a redirect."""
    response = await marketer.post(f"{LIST}/{path}", data=form)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("role", [Role.SHOPPER, Role.AGENT])
async def test_other_roles_neither_see_nor_decide_and_it_is_in_the_audit(
    web: Gateway, shop: SmallShop, role: Role
) -> None:
    """Both the list and a decision are refused, written down, and change nothing."""
    dress = await shop.product()
    tag_id = await proposed(shop, dress)
    browser = await staff(web, role)
    assert (await browser.get(LIST)).status_code == 403
    assert (await browser.post(f"{LIST}/{tag_id}", data={"label": "Navy Blue"})).status_code == 403
    rows = await web.sql("SELECT action, outcome, role FROM audit ORDER BY id DESC LIMIT 2")
    assert [(LIST in action, outcome, who) for action, outcome, who in rows] == [(True, "refused", role.value)] * 2
    assert (await state(web, tag_id))[0] == "waiting"
    assert await colour_of(web, dress) is None


async def test_guests_are_asked_to_sign_in(web: Gateway, browser: httpx.AsyncClient) -> None:
    """Without an account the list's address leads to the sign-in page and back."""
    await browser.post("/api/session")
    assert (await browser.get(LIST)).headers["Location"] == "/sign-in?next=/console/tags"


async def test_another_site_cannot_decide_for_a_marketer(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """A form on another site, sent with the marketer's cookie, is refused."""
    tag_id = await proposed(shop, await shop.product())
    response = await marketer.post(
        f"{LIST}/{tag_id}", data={"label": "Navy Blue"}, headers={"Origin": "http://evil.example"}
    )
    assert response.status_code == 403
    assert (await state(web, tag_id))[0] == "waiting"


async def test_markup_in_names_and_labels_is_shown_as_text(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """Names, labels and alternatives that hold markup are escaped wherever they stand."""
    dress = await shop.product(name=f"{MARKUP} dress")
    await proposed(shop, dress, label=MARKUP, alternatives=((f'"{MARKUP}', 0.1),))
    page = (await marketer.get(LIST)).text
    assert MARKUP not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 8


async def test_the_list_comes_in_pages_and_a_decision_keeps_the_page(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """Every proposal once; addresses past the end lead to the last page with what was to be said; odd ones are 422."""
    products = [await shop.product(name=f"Dress {number}") for number in range(PAGE_SIZE + 1)]
    ids = [await proposed(shop, product) for product in products]
    first, second = [(await marketer.get(f"{LIST}?page={number}")).text for number in (1, 2)]
    shown = [[int(one) for one in re.findall(r'id="tag-(\d+)"', page)] for page in (first, second)]
    assert shown == [ids[:PAGE_SIZE], ids[PAGE_SIZE:]]
    assert ('rel="next" href="/console/tags?page=2"' in first, 'rel="prev"' in first) == (True, False)
    assert ('rel="prev" href="/console/tags?page=1"' in second, 'rel="next"' in second) == (True, False)
    assert 'name="page" value="2"' in second
    response = await marketer.post(f"{LIST}/{ids[-1]}", data={"label": "Navy Blue", "page": "2"})
    assert response.headers["Location"] == "/console/tags?page=2&notice=tag-accepted"
    response = await marketer.get(response.headers["Location"])
    assert (response.status_code, response.headers["Location"]) == (303, "/console/tags?page=1&notice=tag-accepted")
    assert (await marketer.get(f"{LIST}?page=99")).headers["Location"] == "/console/tags?page=1"
    assert (await marketer.get(f"{LIST}?page=99&notice=//evil")).headers["Location"] == "/console/tags?page=1"
    for page in ("0", "-1", "x", "10001"):
        assert (await marketer.get(f"{LIST}?page={page}")).status_code == 422


async def test_the_summary_says_how_many_needed_no_hand(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient
) -> None:
    """By attribute: automatic ones with their share, accepted and rejected by people, waiting."""
    given = [("accepted", None)] * 3 + [("accepted", "a_1")] * 2 + [("rejected", "a_1"), ("waiting", None)]
    for status, by in given:
        await proposed(shop, await shop.product(), status=status, decided_by=by)
    page = (await marketer.get(LIST)).text
    assert "Colour 3 (43 %) 2 1 1" in words(page)
    assert "1 waiting" in words(page)


async def test_without_proposals_the_page_says_what_to_ask(marketer: httpx.AsyncClient) -> None:
    """An empty list is no empty page, and has no table of nothing."""
    page = (await marketer.get(LIST)).text
    assert "tag the new products" in words(page)
    assert "<table" not in page


async def test_a_marketer_finds_the_list_in_the_header_and_nobody_else_does(
    web: Gateway, shop: SmallShop, marketer: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    """The link stands beside the forecasts'."""
    links = [(await one.get("/")).text.count('href="/console/tags"') for one in (marketer, browser)]
    agent = await staff(web, Role.AGENT)
    assert [*links, (await agent.get("/")).text.count('href="/console/tags"')] == [1, 0, 0]
