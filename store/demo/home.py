"""The home ranges of the demo store: lamps, vases, chairs, mugs, rugs and cushions."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.ranges import Cut, Range

BRANDS = ("Lumen & Loft", "Hearthside", "Oakhurst", "Fjell")
CALM = ("White", "Cream", "Sage", "Terracotta", "Navy", "Mustard", "Charcoal", "Teal", "Pink")
LAMPS = {
    "table": Cut("Table Lamp", "A table lamp with a fabric shade and a warm, even light.", "Warm, even light", extra={"dimensions": "25 x 25 x 45 cm", "weight_g": 1600}),
    "arc": Cut("Desk Lamp", "A desk lamp with a jointed arm that stays where you put it.", "Light exactly where you need it", 0.9, extra={"dimensions": "18 x 40 x 48 cm", "weight_g": 1900}),
    "floor": Cut("Floor Lamp", "A floor lamp on three legs for the reading corner.", "Lights up a whole corner", 1.9, tags=("elegant",), extra={"dimensions": "45 x 45 x 150 cm", "weight_g": 4200}),
}  # fmt: skip
VASES = {
    "bottle": Cut("Bottle Vase", "A slender bottle vase for a single branch.", "Looks good even empty", extra={"dimensions": "12 x 12 x 30 cm", "weight_g": 950}),
    "round": Cut("Round Vase", "A round vase that holds a full bunch without tipping.", "Stands firmly", 1.1, extra={"dimensions": "20 x 20 x 22 cm", "weight_g": 1300}),
    "amphora": Cut("Amphora Vase", "A two-handled vase after an antique shape.", "A quiet showpiece", 1.3, tags=("elegant",), extra={"dimensions": "19 x 16 x 28 cm", "weight_g": 1500}),
}  # fmt: skip
CHAIRS = {
    "dining": Cut("Dining Chair", "A dining chair with a curved back that stays comfortable past dessert.", "Comfortable past dessert", tags=("classic",), extra={"dimensions": "46 x 52 x 80 cm", "weight_g": 5200}),
    "lounge": Cut("Lounge Chair", "A low lounge chair with a generous upholstered seat.", "Generous upholstered seat", 2.1, tags=("elegant",), extra={"dimensions": "72 x 76 x 78 cm", "weight_g": 11500}),
}  # fmt: skip
MUGS = {
    "mug": Cut("Mug", "A mug with a roomy handle and a good weight in the hand.", "Roomy handle", extra={"dimensions": "12 x 8 x 9 cm", "capacity": "0.35 l", "weight_g": 340}),
    "cup": Cut("Cappuccino Cup", "A wide cup with its saucer for the first coffee of the day.", "Comes with a saucer", 1.15, extra={"dimensions": "15 x 15 x 7 cm", "capacity": "0.25 l", "weight_g": 420}),
}  # fmt: skip
RUGS = {
    "runner": Cut(
        "Runner Rug",
        "A runner for the hall that brightens the way in.",
        "Fits narrow halls",
        0.7,
        extra={"dimensions": "70 x 200 cm"},
    ),
    "area": Cut(
        "Area Rug",
        "An area rug that brings a room together.",
        "Softens steps and sound",
        extra={"dimensions": "160 x 230 cm"},
    ),
}
CUSHIONS = {
    "square": Cut(
        "Cushion",
        "A plump cushion with a hidden zip.",
        "Cover comes off for washing",
        extra={"dimensions": "45 x 45 cm", "weight_g": 620},
    ),
}
PATTERNS = ("plain", "striped", "geometric")

RANGES = (
    Range("lamp", "home-lighting", 13, 64, BRANDS, LAMPS, ("Brass", "Steel", "Oak", "Ceramic"), CALM, code="HL", most_colours=2),
    Range("vase", "home-decor", 10, 34, BRANDS, VASES, ("Ceramic", "Stoneware", "Glass"), CALM, patterns=("plain", "striped"), code="HV", most_colours=2),
    Range("chair", "home-furniture", 9, 119, BRANDS, CHAIRS, ("Oak", "Walnut", "Beech"), ("Cream", "Sage", "Mustard", "Terracotta", "Charcoal", "Navy"), code="HC", most_colours=2),
    Range("mug", "home-kitchen", 10, 15, BRANDS, MUGS, ("Stoneware", "Porcelain", "Ceramic"), CALM, patterns=("plain", "striped", "dotted"), code="HM", most_colours=3),
    Range("rug", "home-textiles", 8, 139, BRANDS, RUGS, ("Wool", "Jute", "Cotton"), ("Cream", "Terracotta", "Navy", "Sage", "Mustard", "Burgundy"), patterns=PATTERNS, code="HR", most_colours=2),
    Range("cushion", "home-textiles", 9, 28, BRANDS, CUSHIONS, ("Velvet", "Linen", "Cotton"), CALM, patterns=("plain", "striped", "geometric", "floral"), code="HK", most_colours=3),
)  # fmt: skip
