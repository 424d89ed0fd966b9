"""The whole assortment of the demo store: the tree of categories and every product, the same for the same seed."""

from collections import Counter
from dataclasses import dataclass, replace
from zlib import crc32

from store.demo import bags, fashion, home, shoes, watches
from store.demo.goods import DemoProduct
from store.demo.phones import phones
from store.demo.ranges import products_of
from store.demo.seeds import stream

# slug, name, slug of the parent
CATEGORIES: tuple[tuple[str, str, str | None], ...] = (
    ("electronics", "Electronics", None),
    ("smartphones", "Smartphones", "electronics"),
    ("women", "Women", None),
    ("women-dresses", "Dresses", "women"),
    ("women-shirts", "Women's Shirts", "women"),
    ("women-t-shirts", "Women's T-Shirts", "women"),
    ("women-jeans", "Women's Jeans", "women"),
    ("women-jackets", "Women's Jackets", "women"),
    ("women-coats", "Women's Coats", "women"),
    ("women-knitwear", "Women's Knitwear", "women"),
    ("women-skirts", "Skirts", "women"),
    ("men", "Men", None),
    ("men-shirts", "Men's Shirts", "men"),
    ("men-t-shirts", "Men's T-Shirts", "men"),
    ("men-jeans", "Men's Jeans", "men"),
    ("men-jackets", "Men's Jackets", "men"),
    ("men-coats", "Men's Coats", "men"),
    ("men-knitwear", "Men's Knitwear", "men"),
    ("shoes", "Shoes", None),
    ("women-sneakers", "Women's Sneakers", "shoes"),
    ("men-sneakers", "Men's Sneakers", "shoes"),
    ("women-boots", "Women's Boots", "shoes"),
    ("men-boots", "Men's Boots", "shoes"),
    ("women-heels", "Heels", "shoes"),
    ("men-loafers", "Loafers", "shoes"),
    ("bags", "Bags", None),
    ("bags-handbags", "Handbags", "bags"),
    ("bags-backpacks", "Backpacks", "bags"),
    ("bags-totes", "Totes", "bags"),
    ("watches", "Watches", None),
    ("watches-classic", "Classic Watches", "watches"),
    ("watches-sport", "Sport Watches", "watches"),
    ("home", "Home", None),
    ("home-lighting", "Lighting", "home"),
    ("home-decor", "Vases", "home"),
    ("home-furniture", "Chairs", "home"),
    ("home-kitchen", "Mugs & Cups", "home"),
    ("home-textiles", "Rugs & Cushions", "home"),
)


@dataclass(frozen=True)
class Catalogue:
    """Products in a fixed order: their position is their index in every array of the demo store."""

    products: tuple[DemoProduct, ...]

    def __len__(self) -> int:
        return len(self.products)


def catalogue(seed: int) -> Catalogue:
    """All products; raises ValueError when two share a name or a stock-keeping unit."""
    rng = stream(seed, "catalogue")
    made = list(phones())
    for room in (fashion, shoes, bags, watches, home):
        for range_ in room.RANGES:
            made.extend(products_of(range_, rng))
    _refuse_doubles([p.name for p in made])
    _refuse_doubles([v.sku for p in made for v in p.variants])
    return Catalogue(tuple(_with_style(product, seed) for product in made))


def _with_style(product: DemoProduct, seed: int) -> DemoProduct:
    return replace(product, look=replace(product.look, style=crc32(f"{seed} {product.sku}".encode())))


def _refuse_doubles(names: list[str]) -> None:
    doubles = [name for name, count in Counter(names).items() if count > 1]
    if doubles:
        raise ValueError(f"these come twice in the demo catalogue: {', '.join(doubles[:5])}")
