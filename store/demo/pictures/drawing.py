"""From a look to a picture: each kind of product has one drawing."""

from PIL import Image, ImageDraw

from store.demo.goods import Look


def draw(look: Look, position: int, size: int) -> Image.Image:
    """The product in its `position`-th colour as an RGB image of `size` x `size` pixels."""
    image = Image.new("RGB", (size, size), (240, 241, 243))
    pen = ImageDraw.Draw(image)
    box = (size * 0.25, size * 0.15, size * 0.75, size * 0.85)
    pen.rounded_rectangle(box, radius=size * 0.08, fill=look.colours[position])
    return image
