"""Reading a shop's reviews in a process of its own, so that thousands of them hold up nobody who chats.

python -m ml_tools.reviews.read
"""

import asyncio

from common.logs import configure_logging
from common.settings import Settings, settings
from ml_tools.device import best_device
from ml_tools.reviews.aspect_model.model import AspectModel
from ml_tools.reviews.aspects import encoder
from ml_tools.reviews.reading import ReviewsReading
from ml_tools.reviews.sentiment.reader import SentimentReader
from store.session import Database


async def read(config: Settings, database_url: str) -> int:
    """Read what is new, changed, or was read with another version; returns how many reviews."""
    reader = SentimentReader.open(config.models_dir, config.trained_dir, device=best_device(), threads=1)
    model = AspectModel.open(config.models_dir)
    encode = encoder(config.models_dir, threads=1)
    database = Database(database_url, pool_size=2)
    try:
        return await ReviewsReading(database, reader, model, encode, reader.manifest.version).read_missing()
    finally:
        await database.close()


def main() -> None:
    config = settings()
    configure_logging("read-reviews", config.log_level)
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set: reviews are those of a shop.")
    print(asyncio.run(read(config, config.database_url)))  # noqa: T201 (how many, for the process that waits)


if __name__ == "__main__":
    main()
