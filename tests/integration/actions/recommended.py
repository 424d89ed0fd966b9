"""A shop of four products whose recommender answers with three of them."""

from pathlib import Path

from store.session import Database
from tests.actions_kit import Said, Shop


async def recommending_shop(database: Database, folder: Path, filled: dict[str, str]) -> Shop:
    """The shop; `filled` gets the ids by name when it is still empty."""
    shop = Shop(database, folder / "keys")
    if not filled:
        for name, price in (("Pump", "40.00"), ("Sandal", "60.00"), ("Clutch", "120.00")):
            filled[name] = await shop.product(name, price, category="accessories")
        filled["Gown"] = await shop.product("Gown", "200.00", category="dresses")
    shop.tools.recommended = [
        (filled["Pump"], "bought_together", filled["Gown"]),
        (filled["Sandal"], "after_this", filled["Gown"]),
        (filled["Clutch"], "something_else", None),
    ]
    return shop


def names(said: Said) -> list[str]:
    return [card["name"] for card in said.cards]
