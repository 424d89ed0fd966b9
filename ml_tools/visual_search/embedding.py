"""Embedding a shop's pictures: the same function for one picture, for a job over new ones, and for a Ray cluster."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import structlog

from common.errors import BadRequest
from ml_tools.visual_search.model import Sight, VisualModel
from ml_tools.visual_search.pictures import Pixels, read_picture
from ml_tools.visual_search.tagging import taggable
from store.embeddings import EmbeddedImage, ImageToEmbed, images_to_embed, keep_embeddings
from store.session import Database

log = structlog.get_logger()

BATCH = 32


def sights(model: VisualModel, pictures: Sequence[bytes]) -> list[Sight | str]:
    """What each of the pictures shows, or in words why it cannot be read."""
    read: list[Pixels | str] = []
    for data in pictures:
        try:
            read.append(read_picture(data))
        except BadRequest as error:
            read.append(error.message)
    pixels = [one for one in read if not isinstance(one, str)]
    seen = iter(model.see(np.stack(pixels)) if pixels else [])
    return [one if isinstance(one, str) else next(seen) for one in read]


async def embed_missing(database: Database, model: VisualModel, images_dir: Path) -> int:
    """Embed every product picture that is new, changed, or seen by another version only; returns how many.

    A picture that cannot be read is written down with its problem and is not tried again until it changes.
    """
    done = 0
    while True:
        async with database.begin() as session:
            images = await images_to_embed(session, model.version, limit=BATCH)
        if not images:
            break
        embedded = await asyncio.to_thread(_embedded, model, images, images_dir)
        async with database.begin() as session:
            await keep_embeddings(session, embedded, model.version)
        done += len(images)
    if done:
        log.info("images_embedded", images=done, model=model.version)
    return done


def _embedded(model: VisualModel, images: Sequence[ImageToEmbed], images_dir: Path) -> list[EmbeddedImage]:
    found = sights(model, [_bytes(images_dir / image.path) for image in images])
    return [
        EmbeddedImage(image, None, {}, problem=sight[:200])
        if isinstance(sight, str)
        else EmbeddedImage(image, sight.vector.tolist(), taggable(sight.labels))
        for image, sight in zip(images, found, strict=True)
    ]


def _bytes(path: Path) -> bytes:
    """A missing file is an empty one: not a picture."""
    return path.read_bytes() if path.is_file() else b""
