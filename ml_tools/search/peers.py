"""Peers of the search: BM25 (Robertson and Zaragoza 2009, by the package bm25s), plain sentence embeddings, and the
full-text search of the store. All read the same texts, with the colours and storages of the variants."""

import logging
from collections.abc import Awaitable, Callable, Sequence

import numpy as np

from ml_tools.search.texts import text_of
from ml_tools.search.words import words_of
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.products import ProductFilters, search
from store.search_catalogue import CatalogueProduct
from store.search_vectors import ProductText
from store.session import Database

BM25, EMBEDDINGS, STORE = "BM25", "MiniLM embeddings", "store's full text"

Searcher = Callable[[str], Awaitable[Sequence[str]]]  # a query -> public ids, best first


def peers(
    database: Database, products: Sequence[CatalogueProduct], encoder: SentenceEncoder, *, most: int
) -> dict[str, Searcher]:
    """By name; each answers with at most `most` products."""
    texts = [_text(product) for product in products]
    ids = [product.public_id for product in products]
    return {
        BM25: _bm25(texts, ids, most),
        EMBEDDINGS: _embeddings(texts, ids, encoder, most),
        STORE: _store(database, most),
    }


def _text(product: CatalogueProduct) -> str:
    described = ProductText(0, product.name, product.brand, product.category, None, "", product.attributes, None)
    return f"{text_of(described)}. {' '.join(product.colours)} {' '.join(product.storages)}"


def _bm25(texts: Sequence[str], ids: Sequence[str], most: int) -> Searcher:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    index = bm25s.BM25()
    index.index([[word.stem for word in words_of(text)] for text in texts], show_progress=False)

    async def find(query: str) -> Sequence[str]:
        tokens = [[word.stem for word in words_of(query)]]
        rows, scores = index.retrieve(tokens, k=min(most, len(ids)), show_progress=False)
        return [ids[int(row)] for row, score in zip(rows[0], scores[0], strict=True) if score > 0]

    return find


def _embeddings(texts: Sequence[str], ids: Sequence[str], encoder: SentenceEncoder, most: int) -> Searcher:
    vectors = encoder(texts)

    async def find(query: str) -> Sequence[str]:
        likeness = vectors @ encoder([query])[0]
        return [ids[int(row)] for row in np.argsort(-likeness, kind="stable")[:most]]

    return find


def _store(database: Database, most: int) -> Searcher:
    async def find(query: str) -> Sequence[str]:
        async with database.read() as session:
            return (await search(session, ProductFilters(words=query), limit=most)).public_ids

    return find
