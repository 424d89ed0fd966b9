"""From a look to a picture: each kind of product has one drawing."""

from collections.abc import Callable

from PIL import Image

from store.demo.goods import Look
from store.demo.pictures import bags, bottoms, furnishings, phones, shoes, tableware, tops, watches
from store.demo.pictures.canvas import Canvas

Drawing = Callable[[Canvas, Look, int], None]
DRAWINGS: dict[str, Drawing] = {
    "phone": phones.phone,
    "dress": bottoms.dress, "skirt": bottoms.skirt, "jeans": bottoms.jeans,
    "shirt": tops.shirt, "tee": tops.tee, "jacket": tops.jacket, "coat": tops.coat, "sweater": tops.sweater,
    "sneaker": shoes.sneaker, "boot": shoes.boot, "heel": shoes.heel, "loafer": shoes.loafer,
    "handbag": bags.handbag, "backpack": bags.backpack, "tote": bags.tote,
    "watch": watches.watch,
    "lamp": furnishings.lamp, "chair": furnishings.chair, "rug": furnishings.rug, "cushion": furnishings.cushion,
    "vase": tableware.vase, "mug": tableware.mug,
}  # fmt: skip
FLOORS = {"lamp": 84.0, "chair": 82.0, "vase": 76.0, "mug": 72.0, "sneaker": 66.0, "boot": 70.0, "heel": 66.0,
          "loafer": 66.0, "handbag": 78.0, "backpack": 82.0}  # fmt: skip


def draw(look: Look, position: int, size: int) -> Image.Image:
    """The product in its `position`-th colour as an RGB image of `size` x `size` pixels."""
    canvas = Canvas(size, floor=FLOORS.get(look.kind))
    DRAWINGS[look.kind](canvas, look, position)
    return canvas.finished()
