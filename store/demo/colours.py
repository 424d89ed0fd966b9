"""The palette of the demo store: what a colour is called and how it looks."""

Rgb = tuple[int, int, int]

PALETTE: dict[str, Rgb] = {
    "Black": (38, 38, 42), "Charcoal": (72, 75, 82), "Grey": (146, 150, 156), "Silver": (198, 201, 206),
    "White": (240, 239, 235), "Cream": (238, 228, 206), "Beige": (214, 194, 162), "Camel": (190, 146, 94),
    "Tan": (184, 132, 88), "Brown": (112, 74, 50), "Bronze": (172, 122, 86), "Gold": (212, 172, 92),
    "Navy": (36, 52, 92), "Blue": (52, 104, 180), "Sky Blue": (142, 188, 226), "Indigo": (48, 66, 118),
    "Teal": (30, 122, 126), "Mint": (168, 214, 194), "Sage": (154, 174, 146), "Green": (58, 124, 78),
    "Olive": (112, 114, 66), "Yellow": (236, 196, 72), "Mustard": (206, 158, 46), "Orange": (226, 120, 52),
    "Coral": (236, 122, 104), "Terracotta": (190, 96, 66), "Red": (192, 42, 48), "Burgundy": (112, 32, 48),
    "Pink": (236, 168, 184), "Magenta": (186, 44, 104), "Lavender": (188, 174, 218), "Violet": (120, 92, 168),
}  # fmt: skip


def rgb_of_hex(code: str) -> Rgb:
    """`#b98d76` as three numbers; raises ValueError for anything else."""
    if len(code) != 7 or not code.startswith("#"):
        raise ValueError(f"{code!r} is no colour of the form #rrggbb")
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)
