"""What taste and appeal are worth on searches whose click is known, by what had happened before.

    python -m ml_tools.search.clicked DATABASE_URL [MODELS]

Appeal is counted up to a day, searches after it are asked again, and the clicked product should stand high. MODELS
holds the recommender's models; without any, taste is nobody's. Appeal in that database is counted anew at the end."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.settings import settings
from ml_tools.capacity import Capacity
from ml_tools.recommender.api import RecommenderTool
from ml_tools.search.affinity import RecommendersTastes
from ml_tools.search.ranking import WEIGHTS, Weights, features_of
from ml_tools.search.service import SearchService
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from ml_tools.settings import tools_settings
from store.product_appeal import count_appeal
from store.search_clicks import ClickedSearch, clicked_searches
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

DAYS, MOST = 14, 400
TRIED = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)

Asked = tuple[np.ndarray, int]  # features [candidates, weights], and the row that was clicked


def mean_reciprocal_rank(asked: Sequence[Asked], weights: Weights) -> float:
    """Over the searches whose clicked product was among the candidates at all."""
    values = np.array(list(asdict(weights).values()))
    return float(np.mean([1 / (1 + (scores > scores[row]).sum()) for f, row in asked for scores in [f @ values]]))


async def asked_again(
    service: SearchService, tastes: RecommendersTastes | None, searches: Sequence[ClickedSearch]
) -> list[Asked]:
    found: list[Asked] = []
    for search in searches:
        reading = await service.read(search.words)
        candidates = await service.candidates(reading)
        rows = [row for row, one in enumerate(candidates) if one.product_id == search.product_id]
        if not rows:
            continue
        liked: dict[int, float] = {}
        if tastes and search.customer_id:
            taste = await tastes.of(search.customer_id, None, before=search.at)
            liked = taste.likeness([one.product_id for one in candidates])
        features = [list(features_of(reading, one, liked.get(one.product_id, 0.0)).values()) for one in candidates]
        found.append((np.array(features), rows[0]))
    return found


async def _count(session: AsyncSession, until: datetime | None) -> None:
    await count_appeal(session, until=until)


async def main(url: str, models: Path | None) -> None:
    config = settings()
    database = Database(url, pool_size=2, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    service = SearchService(database, SentenceEncoder(config.models_dir, threads=1), Capacity(running=1, waiting=4))
    tastes = None
    if models:
        tool = RecommenderTool(config.model_copy(update={"shopclerk_home": models.parent}), tools_settings(), database)
        tool.load()
        tastes = RecommendersTastes(database, tool)
    since = datetime.now(UTC) - timedelta(days=DAYS)
    async with database.begin() as session:
        await _count(session, since)
        searches = await clicked_searches(session, since=since, limit=MOST)
    asked = await asked_again(service, tastes, searches)
    print(f"{len(asked)} of {len(searches)} searches")  # noqa: T201
    for name in ("appeal", "taste"):
        for value in TRIED:
            others = replace(WEIGHTS, appeal=0.0, taste=0.0)
            print(name, value, f"MRR {mean_reciprocal_rank(asked, replace(others, **{name: value})):.4f}")  # noqa: T201
    print("in force", f"MRR {mean_reciprocal_rank(asked, WEIGHTS):.4f}")  # noqa: T201
    async with database.begin() as session:
        await _count(session, None)
    await database.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None))
