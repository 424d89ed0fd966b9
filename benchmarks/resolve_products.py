"""How long it takes to find the products that a name may mean, among many.

    python benchmarks/resolve_products.py [--products 100000]

Makes a catalogue from a seed in a temporary database and times `product_candidates` on exact names, parts of names,
typos and names that are not there. Prints the median and the 95th percentile in ms, and how often an exact or mistyped
full name had its product on top."""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

import psycopg

from store.embedded import EmbeddedPostgres
from store.migrate import upgrade

PHONES = {"Samsung": ["Galaxy S", "Galaxy Note", "Galaxy A"], "Apple": ["iPhone ", "iPad "], "Xiaomi": ["Redmi Note "]}
BRANDS = ["Nordwind", "Belmara", "Korvera", "Lumisse", "Veltaro", "Tarwind", "Monton", "Aldwick", "Brisk", "Caldera"]
LOOKS = [
    "Slim",
    "Classic",
    "Soft",
    "Linen",
    "Cotton",
    "Wool",
    "Leather",
    "Canvas",
    "Velvet",
    "Striped",
    "Plain",
    "Cropped",
    "Quilted",
    "Ribbed",
    "Knitted",
]
THINGS = [
    "Shirt",
    "Dress",
    "Jacket",
    "Coat",
    "Jeans",
    "Skirt",
    "Sneaker",
    "Boot",
    "Sandal",
    "Bag",
    "Tote",
    "Watch",
    "Lamp",
    "Vase",
    "Cushion",
    "Blanket",
    "Mug",
]
COLOURS = ["Black", "White", "Blue", "Red", "Green", "Bronze", "Silver", "Gold", "Navy", "Sand", "Olive"]


def product_name(draw: random.Random) -> tuple[str, str]:
    """(name, brand); one in five is a phone."""
    if draw.random() < 0.2:
        brand = draw.choice(list(PHONES))
        model = f"{draw.choice(PHONES[brand])}{draw.randint(1, 99)}"
        return f"{brand} {model} {draw.choice(['', '5G ', 'Pro '])}{draw.choice([64, 128, 256])}GB", brand
    brand = draw.choice(BRANDS)
    words = [draw.choice(LOOKS), draw.choice(LOOKS), draw.choice(THINGS), draw.choice(COLOURS)]
    return f"{brand} {' '.join(words)} {draw.randint(100, 9999)}", brand


def mistyped(name: str, draw: random.Random) -> str:
    """One slip in the longest word: a letter left out, doubled, or two swapped."""
    word = max((word for word in name.split() if word.isalpha()), key=len)
    n = draw.randint(1, len(word) - 3)
    slips = [word[:n] + word[n + 1 :], word[:n] + word[n] + word[n:], word[:n] + word[n + 1] + word[n] + word[n + 2 :]]
    return name.replace(word, draw.choice(slips), 1).lower()


def fill(connection: psycopg.Connection, products: int, draw: random.Random) -> list[str]:
    connection.execute("INSERT INTO categories (slug, name) VALUES ('all', 'All')")
    names = []
    columns = "public_id, sku, name, brand, category_id, price, currency"
    with connection.cursor().copy(f"COPY products ({columns}) FROM STDIN") as copy:
        for n in range(products):
            name, brand = product_name(draw)
            names.append(name)
            copy.write_row((f"p_{n}", f"S-{n}", name, brand, 1, 10, "USD"))
    connection.commit()
    connection.execute("ANALYZE products")
    return names


def measure(connection: psycopg.Connection, kind: str, queries: list[str], wanted: list[str] | None) -> None:
    seconds, right = [], 0
    for n, query in enumerate(queries):
        started = time.perf_counter()
        rows = connection.execute("SELECT name FROM product_candidates(%s, 10)", (query,)).fetchall()
        seconds.append(time.perf_counter() - started)
        right += wanted is not None and bool(rows) and rows[0][0] == wanted[n]
    p95 = statistics.quantiles(seconds, n=20)[18]
    top = f"{right / len(queries):>8.1%}" if wanted else f"{'':>8}"
    print(f"{kind:<16} {len(queries):>7} {statistics.median(seconds) * 1000:>9.1f} {p95 * 1000:>9.1f} {top}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    options = parser.parse_args()
    draw = random.Random(7)
    with tempfile.TemporaryDirectory(prefix="shopclerk-names-") as folder:
        server = EmbeddedPostgres(Path(folder))
        try:
            upgrade(server.url())
            with psycopg.connect(server.url(), autocommit=False) as connection:
                names = fill(connection, options.products, draw)
                sample = draw.sample(names, 200)
                print(f"{options.products:,} products\nquery            queries median ms    p95 ms    on top")
                measure(connection, "exact", [name.lower() for name in sample], sample)
                measure(connection, "mistyped", [mistyped(name, draw) for name in sample], sample)
                measure(connection, "two words", [" ".join(name.split()[:2]) for name in sample], None)
                measure(connection, "one word", [draw.choice(name.split()) for name in sample], None)
                short = ["note20", "galaxy note 20", "note20 5g", "samsung note", "galxy note20", "iphne 13"]
                measure(connection, "short", short * 10, None)
                measure(connection, "not there", [f"galaxy zeta {draw.randint(100, 999)}" for _ in range(50)], None)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
