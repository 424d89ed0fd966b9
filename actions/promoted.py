"""A promotion after an answer, where one fits what was talked about: seldom, labelled, never at the answer's cost."""

import asyncio
import time

import structlog

from actions.offers import About, Chosen, Offer, chosen, note_shown, say_offer, with_products
from actions.turn import Turn
from common.caller import Role
from store.promotion_offers import kinds_of, usual_ctr

log = structlog.get_logger()

SECONDS = 0.3  # all that an answer waits for it
RANKING_SECONDS = 0.2  # of these, so that a slow tool is noticed as such and left alone
EVERY = 4  # answers that could have had one, from one try to the next
PRODUCTS = 3
LABEL = "Promotion"
AFTER = frozenset({"ask_price", "search_products", "refine_search", "recommend", "goes_with", "others_also_bought"})


async def promote_after(turn: Turn) -> None:
    """Add a promotion to a finished answer, or nothing; whatever fails here leaves the answer as it is."""
    if not _suitable(turn) or not _due(turn):
        return
    turn.context.since_promotion = 0  # whether or not one fits: most answers must not wait for the question
    started = time.perf_counter()
    try:
        async with asyncio.timeout(SECONDS):
            offer = await _fitting(turn)
            if offer is None:
                return
            await note_shown(turn, [offer])
    except Exception as error:
        waited = round((time.perf_counter() - started) * 1000)
        log.warning("nothing_promoted", reason=type(error).__name__, milliseconds=waited)
        return
    say_offer(turn, offer, "utter_promoted", lambda product: LABEL)


def _suitable(turn: Turn) -> bool:
    """Whether it follows an answer about products, to somebody who buys; never a question back."""
    intent = turn.context.question if turn.intent == "follow_up_product" else turn.intent
    answered = turn.reply.has("products") or (intent == "ask_price" and bool(turn.context.focus))
    asked_back = turn.context.awaits_product or turn.reply.has("choices") or turn.context.pending
    buys = turn.caller.role in (Role.GUEST, Role.SHOPPER)
    return turn.services.promote_in_chat and buys and intent in AFTER and answered and not asked_back


def _due(turn: Turn) -> bool:
    since = turn.context.since_promotion
    if since is None or since >= EVERY:
        return True
    turn.context.since_promotion = since + 1
    return False


async def _fitting(turn: Turn) -> Offer | None:
    """The promotion that the tool would show, if it is of the kind that was talked about, more probable to be clicked
    than promotions usually are, and has products that the answer did not show."""
    focus = turn.context.focus
    about = About(tuple(focus or turn.context.listed), turn.entities.category)
    found = await chosen(turn, about, n=1, seconds=RANKING_SECONDS)
    if not found or not await _worth_showing(turn, found[0], about):
        return None
    offers = await with_products(turn, found, each=PRODUCTS, without=about.products)
    return offers[0] if offers else None


async def _worth_showing(turn: Turn, found: Chosen, about: About) -> bool:
    if found.offer.product in turn.context.focus:
        return False
    async with turn.services.database.read() as session:
        kinds = await kinds_of(session, about.products, about.category)
        usual = await usual_ctr(session, today=turn.services.today)
    return usual is not None and found.ranked.probability > usual and found.offer.is_of(kinds, about.category)
