"""What the demo store's goods are made of: how a material is described, why one buys it, how it is cared for."""

# ruff: noqa: E501 - these are tables of phrases

from dataclasses import dataclass


@dataclass(frozen=True)
class Material:
    says: str
    advantage: str
    care: str
    price_factor: float = 1.0


MATERIALS: dict[str, Material] = {
    "Cotton": Material("The soft cotton breathes and gets better with every wash.", "Soft, breathable cotton", "Machine wash at 40 °C"),
    "Organic Cotton": Material("It is made of organic cotton, grown without synthetic pesticides.", "Organic cotton", "Machine wash at 30 °C", 1.15),
    "Linen": Material("Pure linen keeps you cool and creases in the nicest way.", "Cool linen for hot days", "Machine wash at 30 °C, dry flat", 1.2),
    "Silk": Material("The silk has a gentle sheen and drapes beautifully.", "Real silk with a gentle sheen", "Hand wash or dry clean", 1.9),
    "Satin": Material("Smooth satin catches the light with every step.", "Smooth satin that drapes well", "Machine wash at 30 °C, gentle cycle", 1.1),
    "Viscose": Material("Flowing viscose feels light on the skin.", "Light and flowing", "Machine wash at 30 °C, gentle cycle"),
    "Jersey": Material("The stretchy jersey moves with you and needs no ironing.", "Stretchy and easy to care for", "Machine wash at 40 °C"),
    "Denim": Material("Sturdy denim with a touch of stretch holds its shape.", "Sturdy denim that holds its shape", "Machine wash at 30 °C, inside out"),
    "Raw Denim": Material("The raw denim starts firm and ages to a look that is yours alone.", "Raw denim that ages with you", "Wash rarely, cold, inside out", 1.3),
    "Corduroy": Material("Fine corduroy is warm and pleasantly soft.", "Warm, soft corduroy", "Machine wash at 30 °C, inside out", 1.05),
    "Wool": Material("The wool keeps you warm and sheds a light shower.", "Warm wool", "Dry clean or wool cycle", 1.45),
    "Merino": Material("Fine merino wool is warm, light and does not itch.", "Fine merino that does not itch", "Wool cycle at 30 °C", 1.5),
    "Cashmere": Material("The cashmere is as soft as it gets and warmer than it looks.", "Very soft cashmere", "Hand wash cold, dry flat", 2.6),
    "Down": Material("Light down keeps the cold out without the bulk.", "Light down filling", "Machine wash at 30 °C, tumble dry low", 1.5),
    "Leather": Material("The full-grain leather softens and deepens in tone over the years.", "Full-grain leather that lasts", "Wipe clean and feed with leather balm", 1.8),
    "Vegan Leather": Material("The vegan leather is easy to wipe clean and made without animals.", "Made without animal products", "Wipe clean with a damp cloth"),
    "Suede": Material("Velvety suede gives it a quiet, soft look.", "Soft suede", "Brush dry, protect against rain", 1.55),
    "Canvas": Material("The tightly woven canvas takes daily use with ease.", "Hard-wearing canvas", "Spot clean with mild soap", 0.85),
    "Mesh": Material("The airy mesh keeps feet cool on long days.", "Airy and light", "Wipe clean, air dry"),
    "Nylon": Material("The light nylon shrugs off rain and scuffs.", "Light and water-repellent", "Wipe clean with a damp cloth"),
    "Ceramic": Material("It is glazed ceramic, fired twice for a deep finish.", "Deep, hard-wearing glaze", "Dishwasher safe"),
    "Stoneware": Material("Each piece of stoneware is a little different in its glaze.", "Robust stoneware, each a little different", "Dishwasher and microwave safe", 1.1),
    "Porcelain": Material("The porcelain is fine at the rim and tougher than it looks.", "Fine yet tough porcelain", "Dishwasher and microwave safe", 1.25),
    "Glass": Material("The glass is mouth-blown, with the small traces of handwork.", "Mouth-blown glass", "Rinse with warm water", 1.3),
    "Oak": Material("Solid oak brings warmth and lasts for decades.", "Solid oak", "Wipe dry, oil once a year", 1.5),
    "Walnut": Material("Solid walnut has a deep, lively grain.", "Solid walnut with a lively grain", "Wipe dry, oil once a year", 1.8),
    "Beech": Material("Solid beech is smooth, pale and hard-wearing.", "Solid, hard-wearing beech", "Wipe with a damp cloth", 1.2),
    "Steel": Material("Powder-coated steel keeps it slim and sturdy.", "Slim, sturdy steel", "Wipe with a soft cloth", 1.1),
    "Brass": Material("Brushed brass gives a warm glow.", "Brushed brass with a warm glow", "Polish with a soft cloth", 1.4),
    "Jute": Material("Natural jute is braided by hand and hides crumbs kindly.", "Natural jute, braided by hand", "Vacuum, do not wet"),
    "Velvet": Material("The dense velvet is soft to touch and rich in colour.", "Dense, soft velvet", "Cover: machine wash at 30 °C", 1.2),
    "Stainless Steel": Material("The stainless steel case resists scratches and sweat.", "Scratch-resistant stainless steel", "Wipe with a soft cloth", 1.2),
    "Titanium": Material("The titanium case is light, tough and kind to sensitive skin.", "Light titanium, kind to the skin", "Wipe with a soft cloth", 1.8),
}  # fmt: skip
