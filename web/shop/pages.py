"""The shop's pages to look at: home, lists, a product, the policies; and the router that holds all shop pages."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from common.errors import NotFound
from common.policies import policies as every_policy
from store.browsing import Card, Filters, Sort, cards, facets, list_products, shelf, similar
from store.embeddings import similar_looking
from store.events import record_event
from store.reviews import rating_summary
from store.tables import Category, Product
from web.accounts.session import SessionInfo
from web.services import services
from web.shop import cart, checkout, media, orders, promotions
from web.shop.clicks import note_click, recommended_where
from web.shop.formats import specifications
from web.shop.listing import SORTS, ListQuery
from web.shop.opinions import opinions_of, shown_reviews
from web.shop.picks import customer_of, recommended, shelf_of
from web.shop.promotions import banner_of, note_shown, offered
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.search import (
    SearchAnswer,
    Understanding,
    facets_of,
    found_where,
    listing_of,
    question,
    understanding_of,
)
from web.shop.variants import variant_groups
from web.shop.visiting import Slug, Visitor, transaction

SHELF = 8
PICKS = 4  # recommended beside a product
FEWEST_LOOKALIKES = 4  # fewer make no shelf
Aspect = Annotated[str | None, Query(max_length=60)]
Reference = Annotated[str | None, Query(max_length=80)]
pages = APIRouter(route_class=PageRoute, include_in_schema=False)


@pages.get("/")
async def home(request: Request, visitor: Visitor) -> Response:
    """What may suit the visitor, what is popular, new and on offer."""
    found, offer = await asyncio.gather(
        recommended(request, visitor, "for_you", "home", limit=SHELF),
        offered(request, visitor, "home_hero", "home"),
    )
    async with transaction(request) as session:
        banner = await banner_of(session, offer)
        response = await page(
            request,
            session,
            "home.html",
            banner=banner,
            popular=await shelf(session, Filters(in_stock=True), sort=Sort.BEST, limit=SHELF),
            newest=await shelf(session, Filters(in_stock=True), sort=Sort.NEWEST, limit=4),
            deals=await shelf(session, Filters(in_stock=True, deals=True), sort=Sort.BEST, limit=4),
            tiles=await _tiles(session),
            for_you=await shelf_of(session, "for_you", "home", found),
        )
        await note_shown(session, visitor, banner)
        return response


async def _tiles(session: AsyncSession) -> list[tuple[Category, Card]]:
    """Each department with its best-selling product, whose picture stands for it."""
    departments = await session.scalars(select(Category).where(Category.parent_id.is_(None)).order_by(Category.id))
    found = [(one, await shelf(session, Filters(category=one.slug), sort=Sort.BEST, limit=1)) for one in departments]
    return [(department, best[0]) for department, best in found if best]


@pages.get("/products")
async def products(request: Request, query: Annotated[ListQuery, Query()], visitor: Visitor) -> Response:
    """The product list, narrowed by words and filters."""
    return await _list(request, query, visitor, "/products")


@pages.get("/category/{slug}")
async def category(request: Request, slug: Slug, query: Annotated[ListQuery, Query()], visitor: Visitor) -> Response:
    """The product list of one category and its sub-categories."""
    query = query.model_copy(update={"category": slug})
    return await _list(request, query, visitor, "/products")


async def _list(request: Request, query: ListQuery, visitor: SessionInfo | None, path: str) -> Response:
    filters, answer = query.filters(), await _searched(request, query, visitor)
    async with transaction(request) as session:
        here = await _category(session, query.category) if query.category else None
        if answer:
            listing = await listing_of(session, answer, query.page)
        else:
            listing = await list_products(session, filters, sort=query.sort, page=query.page)
        if query.page > listing.pages:
            return RedirectResponse(query.address(path, page=listing.pages), status_code=303)
        if query.q and query.page == 1:
            _record_search(session, visitor, query.q, listing.total, answer)
        return await page(
            request,
            session,
            "products.html",
            words=query.q,
            query=query,
            list_path=path,
            here=here,
            children=await _children(session, here),
            listing=listing,
            facets=await (facets_of(session, query, answer) if answer else facets(session, filters)),
            sorts=SORTS,
            understanding=understanding_of(query, path, answer) if answer else Understanding(),
            searched=answer is not None,
        )


async def _searched(request: Request, query: ListQuery, visitor: SessionInfo | None) -> SearchAnswer | None:
    """What the search tool finds for the words; None without words, or while it is away: SQL searches then.

    Not to be awaited inside a transaction: a slow tool would hold a connection that others wait for."""
    if not query.q:
        return None
    customer_id = await customer_of(request, visitor)
    subject = visitor.subject if visitor else None
    return await services(request).search.find(question(query, customer_id=customer_id, session=subject))


def _record_search(
    session: AsyncSession, visitor: SessionInfo | None, words: str, found: int, answer: SearchAnswer | None
) -> None:
    """What was shown is kept with it, so that clicks can be held against it."""
    detail: dict[str, Any] = {"words": words, "found": found}
    if answer:
        detail["shown"] = [hit.id for hit in answer.products]
    customer_id, subject = (visitor.customer_id, visitor.subject) if visitor else (None, None)
    record_event(session, "search", customer_id=customer_id, visitor=subject, detail=detail)


async def _category(session: AsyncSession, slug: str) -> Category:
    found = await session.scalar(select(Category).where(Category.slug == slug))
    if found is None:
        raise NotFound("There is no such category.")
    return found


async def _children(session: AsyncSession, here: Category | None) -> list[Category]:
    """The sub-categories to go on to; those of the parent when this one has none."""
    if here is None:
        return list(await session.scalars(select(Category).where(Category.parent_id.is_(None)).order_by(Category.id)))
    own = list(await session.scalars(select(Category).where(Category.parent_id == here.id).order_by(Category.name)))
    if own or here.parent_id is None:
        return own
    siblings = select(Category).where(Category.parent_id == here.parent_id).order_by(Category.name)
    return list(await session.scalars(siblings))


@pages.get("/p/{public_id}")
async def product(
    request: Request, public_id: Slug, visitor: Visitor, aspect: Aspect = None, review: Reference = None
) -> Response:
    """One product in full, with what goes with it; its reviews may be narrowed to an aspect, or lead to one review."""
    clicked = recommended_where(request) or found_where(request)
    async with transaction(request) as session:
        found = await _product(session, public_id)
        if clicked is not None:
            return await note_click(request, session, visitor, found, clicked)
    goes_with, offer = await asyncio.gather(
        recommended(request, visitor, "goes_with", "product", about=[public_id], limit=PICKS),
        offered(request, visitor, "product_side", "product", about=[public_id]),
    )
    others = await recommended(
        request,
        visitor,
        "others_also_bought",
        "product",
        about=[public_id],
        without=[one.product_id for one in goes_with],  # what is recommended counts as shown: nothing is hidden later
        limit=PICKS,
    )
    async with transaction(request) as session:
        found = await _product(session, public_id)
        customer_id, subject = (visitor.customer_id, visitor.subject) if visitor else (None, None)
        record_event(session, "view", customer_id=customer_id, visitor=subject, product_id=found.id)
        (card,) = await cards(session, [found.id])
        alike = await _lookalikes(session, found)
        said = await opinions_of(session, found.id, found.public_id, aspect)
        about = next((bar for bar in said.bars if bar.chosen), None) if said else None
        banner = await banner_of(session, offer)
        response = await page(
            request,
            session,
            "product.html",
            banner=banner,
            page_product=found,
            card=card,
            groups=variant_groups(found, card),
            specifications=specifications(found.attributes),
            advantages=found.attributes.get("advantages") or [],
            summary=await rating_summary(session, found.id),
            opinions=said,
            about=about,
            reviews=await shown_reviews(session, found.id, aspect=about.slug if about else None, reference=review),
            lookalikes=alike,
            similar=[] if alike else await similar(session, found),
            trail=await _trail(session, found.category),
            goes_with=await shelf_of(session, "goes_with", "product", goes_with, here=public_id),
            others_also_bought=await shelf_of(session, "others_also_bought", "product", others, here=public_id),
        )
        await note_shown(session, visitor, banner)
        return response


async def _lookalikes(session: AsyncSession, product: Product) -> list[Card]:
    """Products that look like this one; empty where there are too few, or its picture was not embedded yet."""
    ids = await similar_looking(session, product.id, limit=SHELF)
    return await cards(session, ids) if len(ids) >= FEWEST_LOOKALIKES else []


async def _product(session: AsyncSession, public_id: str) -> Product:
    query = select(Product).where(Product.public_id == public_id, Product.active)
    with_parts = selectinload(Product.variants), selectinload(Product.images), selectinload(Product.category)
    found = await session.scalar(query.options(*with_parts))
    if found is None:
        raise NotFound("This product is not sold, or not any more.")
    return found


async def _trail(session: AsyncSession, leaf: Category) -> list[Category]:
    parent = await session.get(Category, leaf.parent_id) if leaf.parent_id else None
    return [parent, leaf] if parent else [leaf]


@pages.get("/policies")
async def policies(request: Request) -> Response:
    """Delivery, returns, payment, warranty, privacy, contact."""
    async with transaction(request) as session:
        return await page(request, session, "policies.html", policies=every_policy())


router = APIRouter()
for room in (pages, cart.router, checkout.router, orders.router, media.router, promotions.router):
    router.include_router(room)
