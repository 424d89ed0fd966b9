"""The demo pictures: every kind can be drawn, in its colour, on a light background."""

import numpy as np
import pytest
from PIL import Image

from store.demo.catalogue import catalogue
from store.demo.colours import PALETTE
from store.demo.goods import Look
from store.demo.pictures.drawing import DRAWINGS, draw
from store.demo.ranges import PATTERN_WORD

LOOKS = {(p.look.kind, p.look.cut): p.look for p in catalogue(20).products}
SIZE = 96


def _middle(image: Image.Image) -> np.ndarray:
    """The pixels of the middle half that are not background, as (pixels, 3)."""
    pixels = np.asarray(image, np.float32)[SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4].reshape(-1, 3)
    return pixels


def test_every_kind_of_the_catalogue_has_a_drawing_and_every_drawing_a_kind() -> None:
    assert {kind for kind, _ in LOOKS} == set(DRAWINGS)


@pytest.mark.parametrize("key", sorted(LOOKS), ids="-".join)
def test_pictures_are_light_at_the_rim_and_busy_in_the_middle(key: tuple[str, str]) -> None:
    image = draw(LOOKS[key], 0, SIZE)
    assert image.size == (SIZE, SIZE)
    assert image.mode == "RGB"
    pixels = np.asarray(image, np.float32)
    assert pixels[:3, :3].mean() > 200
    assert pixels[16:-16, 16:-16].std() > 12


@pytest.mark.parametrize(
    "kind", ["dress", "tee", "jeans", "jacket", "sweater", "sneaker", "handbag", "cushion", "vase", "phone"]
)
@pytest.mark.parametrize("colour", ["Red", "Blue", "Green", "Mustard"])
def test_a_products_colour_is_what_one_sees(kind: str, colour: str) -> None:
    """Of all named hues the drawn pixels are nearest to the one that was asked for."""
    cut = next(cut for known, cut in LOOKS if known == kind)
    image = draw(Look(kind, cut, (PALETTE[colour],), material="Cotton", detail="hole"), 0, SIZE)
    seen = _middle(image)
    lively = seen[(seen.max(axis=1) - seen.min(axis=1)) > 40]
    assert len(lively) > 100
    hues = {name: _direction(np.array(PALETTE[name], np.float32)) for name in ("Red", "Blue", "Green", "Mustard")}
    mean = _direction(np.median(lively, axis=0))
    assert max(hues, key=lambda name: float(hues[name] @ mean)) == colour


def _direction(rgb: np.ndarray) -> np.ndarray:
    """A colour without its brightness, as a unit vector."""
    tint = rgb - rgb.mean()
    return np.asarray(tint / np.linalg.norm(tint))


@pytest.mark.parametrize("pattern", sorted(PATTERN_WORD))
def test_a_pattern_shows(pattern: str) -> None:
    plain, patterned = (draw(Look("tee", "crew", (PALETTE["Red"],), p), 0, SIZE) for p in ("plain", pattern))
    difference = np.abs(np.asarray(plain, np.float32) - np.asarray(patterned, np.float32)).max(axis=2)
    assert (difference[30:80, 35:62] > 30).mean() > 0.05


def test_two_colours_of_a_product_give_two_pictures() -> None:
    look = next(look for look in LOOKS.values() if len(look.colours) > 1)
    assert draw(look, 0, SIZE).tobytes() != draw(look, 1, SIZE).tobytes()
    assert draw(look, 0, SIZE).tobytes() == draw(look, 0, SIZE).tobytes()
