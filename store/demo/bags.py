"""The bag ranges of the demo store."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.ranges import Cut, Range

BRANDS = ("Marlow", "Tessera", "Pell & Hide")
HANDBAGS = {
    "satchel": Cut("Satchel", "A structured satchel with two handles and a long strap.", "Carry it by hand or across the body", 1.1, tags=("classic",), extra={"dimensions": "32 x 24 x 12 cm", "capacity": "8 l"}),
    "shoulder": Cut("Shoulder Bag", "A curved shoulder bag that sits neatly under the arm.", "Sits neatly under the arm", tags=("elegant",), extra={"dimensions": "28 x 17 x 7 cm", "capacity": "3 l"}),
    "crossbody": Cut("Crossbody Bag", "A small crossbody with room for phone, keys and wallet.", "Hands free with all you need", 0.8, tags=("bold",), extra={"dimensions": "22 x 15 x 6 cm", "capacity": "2 l"}),
}  # fmt: skip
BACKPACKS = {
    "day": Cut("Daypack", "A daypack with a padded laptop sleeve and a bottle pocket.", "Padded sleeve for a 15 inch laptop", tags=("sporty",), extra={"dimensions": "45 x 30 x 16 cm", "capacity": "20 l"}),
    "roll": Cut("Roll-Top Backpack", "A roll-top backpack that grows with what you carry.", "Grows with what you carry", 1.15, tags=("sporty", "bold"), extra={"dimensions": "48 x 30 x 15 cm", "capacity": "24 l"}),
}  # fmt: skip
TOTES = {
    "tote": Cut(
        "Tote",
        "An open tote for groceries, books or the beach.",
        "Room for everything",
        extra={"dimensions": "40 x 36 x 14 cm", "capacity": "18 l"},
    ),
}
WARM = ("Black", "Tan", "Brown", "Burgundy", "Cream", "Green", "Red", "Navy", "Mustard")

RANGES = (
    Range("handbag", "bags-handbags", 18, 84, BRANDS, HANDBAGS, ("Leather", "Vegan Leather", "Suede"), WARM, audience="women", code="BH", most_colours=3),
    Range("backpack", "bags-backpacks", 14, 78, ("Trailhead", "Tessera", "Voss"), BACKPACKS, ("Nylon", "Canvas", "Leather"), ("Black", "Navy", "Olive", "Grey", "Mustard", "Terracotta", "Teal"), code="BP", most_colours=3),
    Range("tote", "bags-totes", 8, 42, BRANDS, TOTES, ("Canvas", "Leather", "Jute", "Cotton"), ("Cream", "Black", "Navy", "Tan", "Coral", "Sage"), patterns=("plain", "striped"), code="BT", most_colours=2),
)  # fmt: skip
