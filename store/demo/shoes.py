"""The shoe ranges of the demo store; sizes are US sizes."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.ranges import Cut, Range

WOMENS_SIZES = ("6", "7", "8", "9", "10")
MENS_SIZES = ("8", "9", "10", "11", "12")
BRANDS = ("Strider", "Corva", "Pell & Hide")
US = {"size_system": "US"}

SNEAKERS = {
    "runner": Cut("Running Shoes", "Light running shoes with a springy, cushioned sole.", "Cushioned sole", 1.1, tags=("sporty",), materials=("Mesh", "Nylon")),
    "low": Cut("Sneakers", "Low sneakers that go with jeans and with a suit.", "Goes with jeans and with a suit", materials=("Leather", "Canvas", "Suede", "Vegan Leather")),
    "high": Cut("High-Top Sneakers", "High-top sneakers with padded ankles.", "Padded ankles", 1.05, tags=("bold",), materials=("Canvas", "Leather", "Suede")),
}  # fmt: skip
BOOTS = {
    "chelsea": Cut(
        "Chelsea Boots",
        "Chelsea boots with elastic sides, on and off in a second.",
        "On and off in a second",
        1.0,
        "winter",
        ("classic",),
    ),
    "lace": Cut(
        "Lace-Up Boots", "Lace-up boots with a grippy lugged sole.", "Grippy lugged sole", 1.1, "winter", ("sporty",)
    ),
}
HEELS = {
    "pump": Cut("Pumps", "Pointed pumps with a steady 7 cm heel.", "Steady 7 cm heel", tags=("elegant",), extra={"heel": "7 cm"}),
    "sandal": Cut("Heeled Sandals", "Heeled sandals with an ankle strap for long summer nights.", "Ankle strap that holds", 0.95, "summer", ("elegant", "bold"), extra={"heel": "8 cm"}),
}  # fmt: skip
LOAFERS = {
    "penny": Cut(
        "Loafers", "Penny loafers with a stitched apron and a leather lining.", "Leather lining", tags=("classic",)
    ),
}
LEATHERS = ("Leather", "Suede", "Vegan Leather")

RANGES = (
    Range("sneaker", "women-sneakers", 12, 72, BRANDS, SNEAKERS, ("Mesh",), ("White", "Black", "Pink", "Mint", "Lavender", "Coral", "Beige"), sizes=WOMENS_SIZES, audience="women", code="SW", most_colours=2, extra=US),
    Range("sneaker", "men-sneakers", 12, 76, ("Harrier", "Corva Men", "Voss"), SNEAKERS, ("Mesh",), ("White", "Black", "Navy", "Grey", "Red", "Olive", "Orange"), sizes=MENS_SIZES, audience="men", code="SM", most_colours=2, extra=US),
    Range("boot", "women-boots", 8, 92, BRANDS, BOOTS, LEATHERS, ("Black", "Brown", "Tan", "Burgundy"), sizes=WOMENS_SIZES, audience="women", code="BW", most_colours=2, extra=US),
    Range("boot", "men-boots", 8, 98, ("Harrier", "Corva Men", "Voss"), BOOTS, LEATHERS, ("Black", "Brown", "Tan", "Charcoal"), sizes=MENS_SIZES, audience="men", code="BM", most_colours=2, extra=US),
    Range("heel", "women-heels", 12, 68, BRANDS, HEELS, ("Leather", "Suede", "Vegan Leather", "Satin"), ("Black", "Red", "Beige", "Gold", "Pink", "Navy", "Burgundy"), sizes=WOMENS_SIZES, audience="women", code="HW", most_colours=2, extra=US),
    Range("loafer", "men-loafers", 8, 82, ("Harrier", "Corva Men", "Voss"), LOAFERS, LEATHERS, ("Black", "Brown", "Tan", "Navy", "Burgundy"), sizes=MENS_SIZES, audience="men", code="LM", most_colours=2, extra=US),
)  # fmt: skip
