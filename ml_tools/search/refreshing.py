"""What the search knows of the shop, made new: vectors of new texts, the vocabulary, and what people choose."""

import structlog

from ml_tools.search.texts import read_missing
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.product_appeal import count_appeal
from store.search_terms import count_terms
from store.session import Database

log = structlog.get_logger()


async def refresh(database: Database, encoder: SentenceEncoder) -> int:
    """Returns how many products were read. The vocabulary comes first: it takes less time and serves every search."""
    async with database.begin() as session:
        terms = await count_terms(session)
    read = await read_missing(database, encoder)
    async with database.begin() as session:
        counted = await count_appeal(session)
    log.info("search_refreshed", terms=terms, products_read=read, appeal_of=counted)
    return read
