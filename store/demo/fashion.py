"""Women's and men's fashion of the demo store: ranges of dresses, shirts, jeans, jackets, knitwear and more."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.ranges import Cut, Range

WOMEN = ("Maren", "Lune", "Harlow & Fern", "Odette")
MEN = ("Northfield", "Alder", "Brandt & Sons", "Kestrel")
CLOTHES = ("XS", "S", "M", "L", "XL")
MENS_CLOTHES = ("S", "M", "L", "XL", "XXL")
WOMENS_JEANS = ("25", "27", "29", "31")
MENS_JEANS = ("30", "32", "34", "36")
BRIGHT = ("Red", "Coral", "Pink", "Yellow", "Teal", "Sky Blue", "Lavender", "White", "Black", "Green", "Navy")
CALM = ("White", "Black", "Navy", "Grey", "Beige", "Sage", "Sky Blue", "Burgundy", "Olive")
WARM = ("Cream", "Camel", "Burgundy", "Navy", "Charcoal", "Mustard", "Sage", "Terracotta", "Pink")
OUTDOOR = ("Black", "Navy", "Olive", "Camel", "Burgundy", "Mustard", "Grey", "Teal")
DENIM = ("Blue", "Indigo", "Black", "Sky Blue", "Grey")

DRESSES = {
    "wrap": Cut("Wrap Dress", "A wrap dress that ties at the waist and flatters every figure.", "Adjustable wrap waist", season="summer", tags=("elegant",)),
    "shift": Cut("Shift Dress", "A straight shift dress that goes from desk to dinner.", "Goes from desk to dinner", tags=("classic",)),
    "skater": Cut("Skater Dress", "A fitted top and a swinging skirt made for dancing.", "Swinging skirt", 0.9, "summer", ("bold",)),
    "maxi": Cut("Maxi Dress", "A floor-length dress for warm evenings and garden parties.", "Airy full length", 1.2, "summer", ("elegant",)),
}  # fmt: skip
SHIRTS = {
    "classic": Cut(
        "Shirt", "A clean-cut shirt with a proper collar.", "Proper collar that stands up", tags=("classic",)
    ),
    "oversized": Cut(
        "Oversized Shirt", "A roomy shirt to wear open, tucked or belted.", "Wear it open, tucked or belted", 1.05
    ),
    "short": Cut(
        "Short-Sleeved Shirt", "A short-sleeved shirt for the first warm days.", "Made for warm days", 0.9, "summer"
    ),
}
TEES = {
    "crew": Cut(
        "T-Shirt", "The T-shirt you reach for first: crew neck, true to size.", "Keeps its shape", season="summer"
    ),
    "vneck": Cut(
        "V-Neck T-Shirt", "A V-neck T-shirt with a slightly longer body.", "Long enough to tuck in", season="summer"
    ),
}
JEANS = {
    "straight": Cut(
        "Straight Jeans",
        "Straight-leg jeans with five pockets and a mid rise.",
        "Goes with everything",
        tags=("classic",),
    ),
    "skinny": Cut("Skinny Jeans", "Skinny jeans that stay put when you sit down.", "Stays in shape all day"),
    "wide": Cut(
        "Wide-Leg Jeans",
        "Wide-leg jeans with a high waist and an easy swing.",
        "Comfortable high waist",
        1.1,
        tags=("bold",),
    ),
}
JACKETS = {
    "bomber": Cut("Bomber Jacket", "A light bomber with ribbed cuffs.", "Light layer for spring and autumn", tags=("sporty",), materials=("Nylon", "Suede", "Satin")),
    "biker": Cut("Biker Jacket", "A biker jacket with a slanted zip and a cropped cut.", "Slanted zip and zipped pockets", 1.2, tags=("bold",), materials=("Leather", "Vegan Leather")),
    "puffer": Cut("Puffer Jacket", "A quilted puffer with a high collar for real winter.", "Warm down to freezing", 1.1, "winter", ("sporty",), ("Down", "Nylon")),
    "denim": Cut("Trucker Jacket", "A trucker jacket with flap pockets that suits every weekend.", "Hard-wearing all-rounder", 0.9, tags=("classic",), materials=("Denim", "Raw Denim", "Corduroy")),
}  # fmt: skip
COATS = {
    "coat": Cut("Coat", "A knee-length coat with a notched collar.", "Dresses up everything under it", 1.0, "winter", ("elegant", "classic")),
    "trench": Cut("Trench Coat", "A belted trench for wind and drizzle.", "Keeps wind and drizzle out", 0.95, "winter", ("classic",), ("Cotton", "Nylon")),
}  # fmt: skip
KNITWEAR = {
    "crew": Cut("Sweater", "A crew-neck sweater to layer or to wear on its own.", "Easy to layer", season="winter"),
    "roll": Cut(
        "Roll-Neck Sweater",
        "A roll-neck sweater that makes a scarf unnecessary.",
        "Warm up to the chin",
        1.1,
        "winter",
        ("classic",),
    ),
    "cardigan": Cut(
        "Cardigan", "A buttoned cardigan for changing temperatures.", "Buttons for changing weather", 1.1, "winter"
    ),
}
SKIRTS = {
    "aline": Cut("A-Line Skirt", "An A-line skirt that ends at the knee.", "Flattering A-line", season="summer"),
    "pleated": Cut(
        "Pleated Skirt", "A pleated midi skirt with a gentle swing.", "Pleats that stay in", 1.15, tags=("elegant",)
    ),
}


def _women(kind: str, category: str, count: int, price: float, **more: object) -> Range:
    return Range(kind, category, count, price, WOMEN, audience="women", **more)  # type: ignore[arg-type]


def _men(kind: str, category: str, count: int, price: float, **more: object) -> Range:
    return Range(kind, category, count, price, MEN, audience="men", **more)  # type: ignore[arg-type]


RANGES = (
    _women("dress", "women-dresses", 28, 69, cuts=DRESSES, materials=("Linen", "Cotton", "Viscose", "Satin", "Jersey"), colours=BRIGHT, patterns=("plain", "floral", "dotted", "striped"), sizes=CLOTHES, code="WD", most_colours=2),
    _women("shirt", "women-shirts", 14, 44, cuts=SHIRTS, materials=("Cotton", "Linen", "Silk", "Viscose"), colours=CALM, patterns=("plain", "striped", "checked"), sizes=CLOTHES, code="WS"),
    _women("tee", "women-t-shirts", 8, 22, cuts=TEES, materials=("Organic Cotton", "Cotton", "Linen"), colours=BRIGHT, patterns=("plain", "striped"), sizes=CLOTHES, code="WT"),
    _women("jeans", "women-jeans", 12, 72, cuts=JEANS, materials=("Denim", "Raw Denim", "Corduroy"), colours=DENIM, sizes=WOMENS_JEANS, code="WJ", most_colours=2),
    _women("jacket", "women-jackets", 12, 98, cuts=JACKETS, materials=("Nylon",), colours=OUTDOOR, sizes=CLOTHES, code="WO", most_colours=2),
    _women("coat", "women-coats", 6, 159, cuts=COATS, materials=("Wool", "Cashmere"), colours=WARM, sizes=CLOTHES, code="WC", most_colours=2),
    _women("sweater", "women-knitwear", 12, 58, cuts=KNITWEAR, materials=("Wool", "Merino", "Cashmere", "Cotton"), colours=WARM, patterns=("plain", "striped"), sizes=CLOTHES, code="WK", most_colours=2),
    _women("skirt", "women-skirts", 8, 46, cuts=SKIRTS, materials=("Cotton", "Satin", "Viscose"), colours=BRIGHT, patterns=("plain", "floral", "checked"), sizes=CLOTHES, code="WR", most_colours=2),
    _men("shirt", "men-shirts", 22, 46, cuts=SHIRTS, materials=("Cotton", "Linen", "Organic Cotton", "Corduroy"), colours=CALM, patterns=("plain", "striped", "checked"), sizes=MENS_CLOTHES, code="MS"),
    _men("tee", "men-t-shirts", 12, 22, cuts=TEES, materials=("Organic Cotton", "Cotton", "Linen"), colours=CALM, patterns=("plain", "striped"), sizes=MENS_CLOTHES, code="MT"),
    _men("jeans", "men-jeans", 14, 76, cuts=JEANS, materials=("Denim", "Raw Denim", "Corduroy"), colours=DENIM, sizes=MENS_JEANS, code="MJ", most_colours=2),
    _men("jacket", "men-jackets", 14, 105, cuts=JACKETS, materials=("Nylon",), colours=OUTDOOR, sizes=MENS_CLOTHES, code="MO", most_colours=2),
    _men("coat", "men-coats", 5, 169, cuts=COATS, materials=("Wool", "Cashmere"), colours=("Charcoal", "Navy", "Camel", "Black"), sizes=MENS_CLOTHES, code="MC", most_colours=2),
    _men("sweater", "men-knitwear", 13, 62, cuts=KNITWEAR, materials=("Wool", "Merino", "Cashmere", "Cotton"), colours=("Navy", "Charcoal", "Cream", "Olive", "Burgundy", "Camel"), patterns=("plain", "striped"), sizes=MENS_CLOTHES, code="MK", most_colours=2),
)  # fmt: skip
