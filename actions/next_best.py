"""What can be said without any model: what was sold in the last weeks, what sold best, what was clicked."""

from datetime import timedelta

from actions.bootstrap import Services
from actions.formats import count, day, money, units
from actions.turn import Turn
from store.promotion_offers import promotion_counts
from store.reports import BestSeller, best_sellers, weekly_units

WEEKS = 4
COUNTED_DAYS = 30


async def say_last_weeks(turn: Turn, product_id: str) -> None:
    """The units of each of a product's last weeks, as a table."""
    yesterday = turn.services.today - timedelta(days=1)
    async with turn.services.database.read() as session:
        weeks = await weekly_units(session, product_id, yesterday, weeks=WEEKS)
    turn.reply.say("utter_last_weeks", total=units(sum(week.units for week in weeks)), weeks=len(weeks))
    turn.reply.table(
        ["Week", "Units sold"],
        [[f"{day(week.start)} – {day(week.start + timedelta(days=6))}", count(week.units)] for week in weeks],
    )


async def last_sellers(services: Services, category: str | None, *, limit: int) -> list[BestSeller]:
    """The best sellers of the last weeks, of a category where one is given."""
    yesterday = services.today - timedelta(days=1)
    async with services.database.read() as session:
        return await best_sellers(
            session, yesterday - timedelta(days=7 * WEEKS - 1), yesterday, category=category, limit=limit
        )


def say_sellers(turn: Turn, sellers: list[BestSeller], *, after_weeks: bool = False) -> None:
    """The best sellers as a table, `after_weeks` of a product or alone; nothing where nothing was sold."""
    if not sellers:
        return
    if after_weeks:
        turn.reply.say("utter_best_sellers_instead")
    else:
        turn.reply.say("utter_best_sellers_lately", weeks=WEEKS)
    turn.reply.table(
        ["Product", "Units", "Revenue"],
        [[seller.name, count(seller.units), money(seller.revenue, seller.currency)] for seller in sellers],
    )


async def say_promotion_counts(turn: Turn) -> None:
    """What promotions were clicked lately, as it was counted; nothing where none was shown."""
    since = turn.services.today - timedelta(days=COUNTED_DAYS)
    async with turn.services.database.read() as session:
        counts = await promotion_counts(session, since=since, limit=10)
    if not counts:
        return
    turn.reply.say("utter_promotion_counts", days=COUNTED_DAYS)
    turn.reply.table(
        ["Promotion", "Shown", "Clicks", "Orders"],
        [[one.title, count(one.impressions), count(one.clicks), count(one.conversions)] for one in counts],
    )
