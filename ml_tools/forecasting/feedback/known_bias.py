"""How the last forecasts turned out, as a factor on the next ones; looked up now and then, not with every request."""

import time
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.feedback.bias import MEMORY, Corrections, corrections
from store.forecast_outcomes import categories_of, weeks

LOOKED_SECONDS = 600.0


class KnownBias:
    """Holds what `bias.corrections` found. Two requests at once may both look; they find the same."""

    def __init__(self, today: Callable[[], date], *, looked_seconds: float = LOOKED_SECONDS) -> None:
        self._today, self._looked_seconds = today, looked_seconds
        self._known = Corrections.none()
        self._looked = -looked_seconds

    async def of(self, session: AsyncSession, product_ids: Sequence[int]) -> Floats:
        """What each product's forecast is to be multiplied by [products] (database ids); 1 where nothing is known."""
        if time.monotonic() - self._looked > self._looked_seconds:
            self._known = corrections(await weeks(session, since=self._today() - MEMORY))
            self._looked = time.monotonic()
        if not self._known.products and self._known.shop == 1:
            return np.ones(len(product_ids))
        category = await categories_of(session, product_ids)
        return np.array([self._known.of(product, category.get(product)) for product in product_ids])
