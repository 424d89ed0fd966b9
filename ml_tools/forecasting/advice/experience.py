"""What a shop has tried with prices and promotions, in words: what advice was learnt from, and where it goes beyond."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotEnoughData
from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.advice.what_if import Change
from ml_tools.forecasting.schemas import SubjectKind
from store.prices_seen import PricesSeen, PromotionsSeen, Scope, prices_seen, promotions_seen
from store.sales import oldest_sales_day
from store.sales_panel import category_name

ROUNDING = 0.005  # prices are rounded to cents, so that 10 % less may be 9.98 %
WHOLE_SHOP = "of the whole shop"


@dataclass(frozen=True)
class Experience:
    """What was tried in `days` days, each with words for the products that it was tried on.

    `own`: the product that is asked about changed its own price, or several are asked about.
    """

    days: int
    own: bool
    prices: PricesSeen
    priced: str
    promotions: PromotionsSeen
    promoted: str

    def learnt_from(self, change: Change) -> str:
        """In words; raises NotEnoughData where nothing of the kind was ever tried."""
        return self._from_prices() if change.price_percent else self._from_promotions()

    def _from_prices(self) -> str:
        if not self.prices.changed:
            raise NotEnoughData(
                f"The price has been the same on all {self.days:,} days, so nothing is known about what a change does. "
                "A first change of some weeks would tell."
            )
        return (
            f"{self.prices.changed:,} of {self.prices.products:,} products {self.priced} that changed their price "
            + (f"in {self.days:,} days")
        )

    def _from_promotions(self) -> str:
        seen = self.promotions
        if not seen.promotions:
            raise NotEnoughData(
                f"There was no promotion on any of the {self.days:,} days, so nothing is known about what one does. "
                "A first one would tell."
            )
        off = f"{seen.smallest:g}" if seen.smallest == seen.largest else f"{seen.smallest:g} to {seen.largest:g}"
        count = "one promotion" if seen.promotions == 1 else f"{seen.promotions} promotions"
        return f"{count} of {off} % {self.promoted}, on {seen.days} of {self.days:,} days"

    def notes(self, change: Change) -> list[str]:
        """Where an answer goes beyond what was tried."""
        if change.price_percent:
            own = [] if self.own else ["Its own price has never changed: this is how others answered."]
            return own + self._beyond_prices(1 + change.price_percent / 100)
        largest = self.promotions.largest
        if change.discount_percent <= largest + 100 * ROUNDING:
            return []
        return [f"No promotion took more than {largest:g} % off so far: what lies beyond is {_GUESS}"]

    def _beyond_prices(self, ratio: float) -> list[str]:
        lowest, highest = self.prices.lowest, self.prices.highest
        if lowest - ROUNDING <= ratio <= highest + ROUNDING:
            return []
        seen = f"Prices were only ever {_spoken(lowest)} to {_spoken(highest)}"
        return [f"{seen}: what lies beyond is {_GUESS}"]


_GUESS = "extrapolated, and less sure than the range says."


def _spoken(ratio: float) -> str:
    """0.9 -> 10 % below today's."""
    percent = round(100 * (ratio - 1))
    return "at today's" if percent == 0 else f"{abs(percent)} % {'below' if percent < 0 else 'above'} today's"


async def experience_of(session: AsyncSession, outlook: Outlook) -> Experience:
    """What was tried on the subject's categories, and where those never tried it on the whole shop.

    That is how factors are learnt: a category's own, drawn to the shop's.
    """
    first = await oldest_sales_day(session) or outlook.as_of
    start, end = min(first, outlook.as_of), outlook.as_of
    subject = outlook.subject
    groups = sorted(set(outlook.past.groups))
    everything = Scope()
    scope = everything if subject.kind is SubjectKind.SHOP else Scope(categories=groups)
    where = await _where(session, outlook)

    prices, priced = await prices_seen(session, scope, start, end), where
    if not prices.changed and scope != everything:
        prices, priced = await prices_seen(session, everything, start, end), WHOLE_SHOP
    promotions, promoted = await promotions_seen(session, scope, start, end), where
    if not promotions.promotions and scope != everything:
        promotions, promoted = await promotions_seen(session, everything, start, end), WHOLE_SHOP
    own = await _own_price_changed(session, outlook, start, end)
    return Experience((end - start).days + 1, own, prices, priced, promotions, promoted)


async def _own_price_changed(session: AsyncSession, outlook: Outlook, start: date, end: date) -> bool:
    if outlook.subject.kind is not SubjectKind.PRODUCT:
        return True
    seen = await prices_seen(session, Scope(product_id=outlook.subject.id), start, end)
    return seen.changed > 0


async def _where(session: AsyncSession, outlook: Outlook) -> str:
    subject = outlook.subject
    if subject.kind is SubjectKind.SHOP:
        return WHOLE_SHOP
    if subject.kind is SubjectKind.CATEGORY:
        return f"in {subject.name}"
    group = outlook.past.groups[0]
    return f"in {await category_name(session, group) or group}"
