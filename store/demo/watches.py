"""The watch ranges of the demo store."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.ranges import Cut, Range

BRANDS = ("Meridian", "Solberg", "Auburn & Pike", "Tarn")
CLASSIC = {
    "dress": Cut("Dress Watch", "A slim dress watch with a plain dial that slips under a cuff.", "Slips under a cuff", tags=("elegant", "classic"), extra={"dimensions": "38 mm case, 7 mm thick", "movement": "quartz", "strap": "leather", "water_resistance": "3 ATM", "weight_g": 48}),
    "chrono": Cut("Chronograph", "A chronograph with three sub-dials and a date.", "Stopwatch and date", 1.4, tags=("classic",), extra={"dimensions": "42 mm case, 11 mm thick", "movement": "quartz", "strap": "steel bracelet", "water_resistance": "10 ATM", "weight_g": 142}),
    "automatic": Cut("Automatic Watch", "An automatic watch that winds itself on your wrist.", "Never needs a battery", 2.2, tags=("elegant",), extra={"dimensions": "40 mm case, 10 mm thick", "movement": "automatic", "strap": "leather", "water_resistance": "5 ATM", "weight_g": 76}),
}  # fmt: skip
SPORT = {
    "diver": Cut("Diver's Watch", "A diver's watch with a turning bezel and hands that glow.", "Good for 200 m of water", 1.3, tags=("sporty",), extra={"dimensions": "43 mm case, 13 mm thick", "movement": "automatic", "strap": "rubber", "water_resistance": "20 ATM", "weight_g": 118}),
    "field": Cut("Field Watch", "A field watch with large numerals that read at a glance.", "Reads at a glance", 0.8, tags=("sporty", "classic"), extra={"dimensions": "39 mm case, 10 mm thick", "movement": "quartz", "strap": "canvas", "water_resistance": "10 ATM", "weight_g": 62}),
}  # fmt: skip
DIALS = ("Black", "White", "Navy", "Green", "Silver", "Burgundy", "Sky Blue")

RANGES = (
    Range("watch", "watches-classic", 18, 129, BRANDS, CLASSIC, ("Stainless Steel", "Titanium", "Brass"), DIALS, code="TC", most_colours=2),
    Range("watch", "watches-sport", 12, 149, BRANDS, SPORT, ("Stainless Steel", "Titanium"), DIALS, code="TS", most_colours=2),
)  # fmt: skip
