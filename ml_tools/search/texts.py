"""Product texts as vectors: what the encoder reads of a product, and the job that keeps the vectors new."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import structlog

from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.search_vectors import ProductText, ReadText, keep_read, keep_unchanged, texts_to_read
from store.session import Database

log = structlog.get_logger()

READ_AT_ONCE = 512
LONGEST_VALUE, MOST_VALUES, LONGEST_DESCRIPTION = 60, 14, 300


def text_of(product: ProductText) -> str:
    """Name, brand, kind, specifications in words, and the beginning of the description."""
    kind = " ".join(dict.fromkeys(filter(None, (product.department, product.category))))
    head = [product.name, product.brand or "", kind]
    values = [_spoken(key, value) for key, value in list(product.attributes.items())[:MOST_VALUES]]
    return ". ".join(part for part in (*head, *filter(None, values), product.description[:LONGEST_DESCRIPTION]) if part)


def _spoken(key: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)[:LONGEST_VALUE]
    if isinstance(value, Mapping | bool):
        return key.replace("_", " ") if value else ""
    return f"{key.replace('_', ' ')} {str(value)[:LONGEST_VALUE]}"


async def read_missing(database: Database, encoder: SentenceEncoder) -> int:
    """Read every product whose words are new or changed; returns how many."""
    done = 0
    while True:
        async with database.begin() as session:
            products = await texts_to_read(session, encoder.version, limit=READ_AT_ONCE)
        if not products:
            break
        texts = {product.product_id: text_of(product) for product in products}
        sums = {one: hashlib.sha256(said.encode()).hexdigest() for one, said in texts.items()}
        fresh = [product.product_id for product in products if product.known_sha256 != sums[product.product_id]]
        vectors = await asyncio.to_thread(encoder, [texts[one] for one in fresh])
        async with database.begin() as session:
            read = [ReadText(one, sums[one], vector.tolist()) for one, vector in zip(fresh, vectors, strict=True)]
            await keep_read(session, read, encoder.version)
            await keep_unchanged(session, [one for one in texts if one not in set(fresh)])
        done += len(fresh)
    if done:
        log.info("product_texts_read", products=done, model=encoder.version)
    return done
