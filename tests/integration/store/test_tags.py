"""Proposed tags: which products were never looked at, what is written into them, and people's decisions."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import Conflict, NotFound
from store.session import Database
from store.tables import Product, ProductTag
from store.tags import Proposal, decide, propose, tag_counts, untagged, waiting
from tests.integration.store.rows import Goods, add_goods, empty_catalogue
from tests.visual_kit import NOW, VERSION, add_picture, add_tag, turned

SEEN = {"kind": [["Dresses", 0.97]], "colour": [["Navy Blue", 0.62], ["Black", 0.21]]}


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction on an empty catalogue."""
    async with database.begin() as session:
        await empty_catalogue(session)
        yield session


async def put(session: AsyncSession, *goods: Goods) -> dict[str, int]:
    """Products by name; returns their ids."""
    await add_goods(session, goods)
    return dict((await session.execute(select(Product.name, Product.id))).all())


async def attributes(session: AsyncSession, product_id: int) -> dict[str, Any]:
    return (await session.scalars(select(Product.attributes).where(Product.id == product_id))).one()


def proposal(product_id: int, attribute: str = "colour", label: str = "Navy Blue", *, accepted: bool) -> Proposal:
    return Proposal(product_id, attribute, label, 0.62, [("Black", 0.21)], VERSION, accepted)


async def test_untagged_are_the_products_that_were_never_looked_at_the_newest_first(session: AsyncSession) -> None:
    """Sold now, with an embedded main picture, without proposals, and lacking something that the picture shows."""
    ids = await put(
        session, Goods("old"), Goods("new"), Goods("gone", active=False), Goods("not embedded"), Goods("broken"),
        Goods("proposed"), Goods("only its second picture"), Goods("complete", attributes={"kind": "x", "colour": "y"}),
        Goods("lacks one", attributes={"kind": "x"}),
    )  # fmt: skip
    for name in ("old", "new", "gone", "proposed", "complete", "lacks one"):
        await add_picture(session, ids[name], turned(0), seen=SEEN)
    await add_picture(session, ids["not embedded"])
    await add_picture(session, ids["broken"], problem="no picture")
    await add_picture(session, ids["only its second picture"], turned(0), position=1, seen=SEEN)
    await add_tag(session, ids["proposed"], status="rejected")
    for days, name in enumerate(("old", "lacks one", "new")):
        made = update(Product).where(Product.id == ids[name])
        await session.execute(made.values(created_at=NOW + timedelta(days=days)))
    found = await untagged(session, limit=100)
    assert [one.name for one in found] == ["new", "lacks one", "old"]
    assert (found[1].attributes, found[1].seen, found[1].model_version) == ({"kind": "x"}, SEEN, VERSION)
    assert [one.name for one in await untagged(session, limit=1)] == ["new"]


async def test_what_is_sure_is_written_into_the_product_and_the_rest_waits(session: AsyncSession) -> None:
    """Accepted labels stand among the attributes, beside what was there; waiting ones do not."""
    ids = await put(session, Goods("dress", attributes={"care": "cold"}), Goods("coat"))
    made = [
        proposal(ids["dress"], "kind", "dresses", accepted=True),
        proposal(ids["dress"], "pattern", "floral", accepted=True),
        proposal(ids["dress"], accepted=False),
        proposal(ids["coat"], accepted=False),
    ]
    assert await propose(session, made, now=NOW) == 4
    assert await attributes(session, ids["dress"]) == {"care": "cold", "kind": "dresses", "pattern": "floral"}
    assert await attributes(session, ids["coat"]) == {}
    rows = await session.execute(
        select(ProductTag.attribute, ProductTag.status, ProductTag.decided_by, ProductTag.decided_at)
        .where(ProductTag.product_id == ids["dress"]).order_by(ProductTag.attribute)
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [
        ("colour", "waiting", None, None), ("kind", "accepted", None, NOW), ("pattern", "accepted", None, NOW),
    ]  # fmt: skip


async def test_what_the_shop_filled_in_is_never_written_over(session: AsyncSession) -> None:
    """Neither by a sure proposal nor by a person's decision, even when the shop was quicker than both."""
    ids = await put(session, Goods("dress", attributes={"colour": "Petrol", "kind": "gown"}))
    await propose(session, [proposal(ids["dress"], accepted=True)], now=NOW)
    tag_id = await add_tag(session, ids["dress"], "kind", "dresses")
    await decide(session, tag_id, "dresses", decided_by="a_1", now=NOW)
    assert await attributes(session, ids["dress"]) == {"colour": "Petrol", "kind": "gown"}


async def test_proposing_again_changes_nothing(session: AsyncSession) -> None:
    """The first proposal of an attribute stays, in the list and in the product; only what is new counts."""
    ids = await put(session, Goods("dress"))
    first = [proposal(ids["dress"], accepted=True), proposal(ids["dress"], "kind", "dresses", accepted=False)]
    assert await propose(session, first, now=NOW) == 2
    second = [
        proposal(ids["dress"], "colour", "Black", accepted=True),
        proposal(ids["dress"], "kind", "skirts", accepted=True),
        proposal(ids["dress"], "style", "casual", accepted=False),
    ]
    assert await propose(session, second, now=NOW + timedelta(days=1)) == 1
    assert await attributes(session, ids["dress"]) == {"colour": "Navy Blue"}
    rows = await session.execute(select(ProductTag.attribute, ProductTag.label, ProductTag.status))
    assert {tuple(row) for row in rows} == {
        ("colour", "Navy Blue", "accepted"), ("kind", "dresses", "waiting"), ("style", "casual", "waiting"),
    }  # fmt: skip
    assert await propose(session, [], now=NOW) == 0


async def test_waiting_proposals_come_product_by_product_in_pages(session: AsyncSession) -> None:
    """With the product's name, id and first picture; the total counts all of them, decided ones are not among them."""
    ids = await put(session, Goods("dress"), Goods("coat"))
    await add_picture(session, ids["dress"], position=1)
    await add_picture(session, ids["dress"], position=0)
    for name, attribute in (("coat", "kind"), ("dress", "kind"), ("coat", "colour"), ("dress", "colour")):
        await add_tag(session, ids[name], attribute)
    await add_tag(session, ids["dress"], "style", status="rejected")
    first, total = await waiting(session, limit=3)
    assert total == 4
    assert [(one.name, one.tag.attribute) for one in first] == [
        ("dress", "kind"), ("dress", "colour"), ("coat", "kind"),
    ]  # fmt: skip
    assert [(one.public_id, one.image) for one in first] == [("p_0", f"{ids['dress']}/0.png")] * 2 + [("p_1", None)]
    rest, total = await waiting(session, limit=3, offset=3)
    assert (total, [(one.name, one.tag.attribute) for one in rest]) == (4, [("coat", "colour")])


async def test_the_proposal_is_accepted_as_it_stands(session: AsyncSession) -> None:
    """Its label goes into the product, and who said so and when is kept."""
    ids = await put(session, Goods("dress"))
    tag = await decide(session, await add_tag(session, ids["dress"]), "Navy Blue", decided_by="a_1", now=NOW)
    assert (tag.status, tag.label, tag.confidence, tag.decided_by, tag.decided_at) == (
        "accepted", "Navy Blue", 0.62, "a_1", NOW,
    )  # fmt: skip
    assert tag.alternatives == [["Black", 0.21], ["Grey", 0.004]]
    assert await attributes(session, ids["dress"]) == {"colour": "Navy Blue"}


async def test_an_alternative_takes_the_place_of_the_proposal_with_its_own_confidence(session: AsyncSession) -> None:
    """What the model had proposed is not forgotten: it is the first of the alternatives then."""
    ids = await put(session, Goods("dress"))
    tag = await decide(session, await add_tag(session, ids["dress"]), "Black", decided_by="a_1", now=NOW)
    assert (tag.status, tag.label, tag.confidence) == ("accepted", "Black", 0.21)
    assert tag.alternatives == [["Navy Blue", 0.62], ["Grey", 0.004]]
    assert await attributes(session, ids["dress"]) == {"colour": "Black"}


async def test_none_of_them_leaves_the_product_as_it_is(session: AsyncSession) -> None:
    """A rejected proposal is decided on, keeps its label, and writes nothing."""
    ids = await put(session, Goods("dress", attributes={"care": "cold"}))
    tag = await decide(session, await add_tag(session, ids["dress"]), None, decided_by="a_1", now=NOW)
    assert (tag.status, tag.label, tag.decided_by) == ("rejected", "Navy Blue", "a_1")
    assert await attributes(session, ids["dress"]) == {"care": "cold"}
    assert (await waiting(session, limit=9))[1] == 0


@pytest.mark.parametrize("again", ["Navy Blue", "Black", None])
@pytest.mark.parametrize("first", ["Navy Blue", None])
async def test_a_decision_stands(session: AsyncSession, first: str | None, again: str | None) -> None:
    """Who comes second gets a conflict, and nothing changes."""
    ids = await put(session, Goods("dress"))
    tag_id = await add_tag(session, ids["dress"])
    tag = await decide(session, tag_id, first, decided_by="a_1", now=NOW)
    kept = await attributes(session, ids["dress"])
    with pytest.raises(Conflict):
        await decide(session, tag_id, again, decided_by="a_2", now=NOW)
    assert (tag.decided_by, await attributes(session, ids["dress"])) == ("a_1", kept)


@pytest.mark.parametrize("label", ["Pink", "", "navy blue"])
async def test_only_what_was_proposed_can_be_accepted(session: AsyncSession, label: str) -> None:
    """Another label is a conflict and the proposal keeps waiting; a proposal that does not exist is not found."""
    ids = await put(session, Goods("dress"))
    tag_id = await add_tag(session, ids["dress"])
    with pytest.raises(Conflict):
        await decide(session, tag_id, label, decided_by="a_1", now=NOW)
    assert (await waiting(session, limit=9))[1] == 1
    assert await attributes(session, ids["dress"]) == {}
    with pytest.raises(NotFound):
        await decide(session, tag_id + 1, "Navy Blue", decided_by="a_1", now=NOW)


async def test_counts_tell_the_models_own_decisions_from_peoples(session: AsyncSession) -> None:
    """By attribute: accepted alone, accepted by somebody, rejected, waiting."""
    ids = await put(session, *(Goods(f"dress {number}") for number in range(5)))
    given = [("accepted", None), ("accepted", None), ("accepted", "a_1"), ("rejected", "a_1"), ("waiting", None)]
    for product_id, (status, by) in zip(ids.values(), given, strict=True):
        await add_tag(session, product_id, status=status, decided_by=by)
    await add_tag(session, ids["dress 0"], "kind", "dresses")
    await add_tag(session, ids["dress 0"], "audience", "women")
    counts = await tag_counts(session)
    assert list(counts) == ["audience", "colour", "kind"]
    assert counts == {
        "audience": {"waiting": 1},
        "colour": {"automatic": 2, "accepted": 1, "rejected": 1, "waiting": 1}, "kind": {"waiting": 1},
    }  # fmt: skip
