"""Synthetic queries with known answers, made from a catalogue with a fixed seed.

A query's answers are all products that fulfil what it says, by the catalogue's own facets. Tuning and test have
templates, wordings, seeds and products of their own: a product is of the one or the other by its id's hash."""

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from store.search_catalogue import CatalogueProduct

Part = Literal["tuning", "test"]
SEEDS: dict[Part, int] = {"tuning": 11, "test": 97}
NAME, TYPOS, ATTRIBUTES, PRICES, SYNONYMS, UNITS = "names", "typos", "attributes", "prices", "synonyms", "units"
MOST_ANSWERS = 400  # a query that so many products answer asks for nothing in particular


@dataclass(frozen=True)
class Query:
    kind: str
    text: str
    answers: frozenset[str]  # public ids


@dataclass(frozen=True)
class Facets:
    """What a query says of products; None says nothing."""

    kind: str | None = None
    brand: str | None = None
    colour: str | None = None
    who: str | None = None
    usage: str | None = None
    storage: str | None = None
    inches: float | None = None
    battery: float | None = None
    ram: float | None = None
    low: float | None = None
    high: float | None = None

    def fit(self, product: CatalogueProduct) -> bool:
        own = product.attributes
        wanted = (
            (self.kind, product.category), (self.brand, product.brand), (self.who, own.get("audience")),
            (self.usage, own.get("usage")), (self.battery, own.get("battery_mah")), (self.ram, own.get("ram_gb")),
            (self.inches, own.get("display_inches")),
        )  # fmt: skip
        return (
            all(asked is None or asked == given for asked, given in wanted)
            and (self.colour is None or any(_is_called(self.colour, own) for own in product.colours))
            and (self.storage is None or self.storage in product.storages)
            and (self.low is None or product.price >= self.low)
            and (self.high is None or product.price <= self.high)
        )


def _is_called(asked: str, colour: str) -> bool:
    """A space grey phone is a grey phone."""
    return f" {asked.lower()} " in f" {colour.lower()} "


TEMPLATES: dict[Part, dict[str, Sequence[str]]] = {
    "tuning": {
        ATTRIBUTES: ("{colour} {kind}", "{kind} {who}", "{who} {colour} {kind}", "{usage} {kind} {colour}"),
        PRICES: ("{kind} under {high}", "{colour} {kind} below {high} dollars", "{who} {kind} over {low}"),
        SYNONYMS: ("{colour} {other}", "{other} {who}"),
    },
    "test": {
        ATTRIBUTES: (
            "{kind} in {colour}", "I am looking for {colour} {kind} for {who}", "{colour} {usage} {kind}",
            "{kind} for {who}", "show me {usage} {kind} for {who}",
        ),
        PRICES: (
            "{kind} for less than ${high}", "{colour} {kind} up to {high}", "{kind} between {low} and {high}",
            "do you have {who} {kind} cheaper than {high}", "{kind} for {who} from {low} to {high} usd",
        ),
        SYNONYMS: ("{other} in {colour}", "{colour} {other} for {who}", "looking for {other} for {who}"),
    },
}  # fmt: skip
WHO: dict[Part, dict[str, Sequence[str]]] = {
    "tuning": {"Men": ("men",), "Women": ("women",)},
    "test": {"Men": ("men", "mens", "my husband", "him"), "Women": ("women", "ladies", "my wife", "her")},
}
# What else people call a kind of product. Written for the test before any tuning; some are in data/search_terms.yml,
# as any list of English shop words would have them, and some are not.
OTHER_NAMES: dict[Part, dict[str, Sequence[str]]] = {
    "tuning": {
        "Tshirts": ("tee",), "Trousers": ("slacks",), "Sweaters": ("pullover",), "Sports Shoes": ("sneakers",),
        "Handbags": ("purse",), "Watches": ("timepiece",), "Jackets": ("blazer",), "Caps": ("hat",),
    },
    "test": {
        "Tshirts": ("tee shirt", "crew neck tee", "cotton top"), "Trousers": ("pants", "dress pants"),
        "Sweaters": ("jumper", "woolly", "knit"), "Sweatshirts": ("hoodie", "fleece"),
        "Track Pants": ("joggers", "sweatpants"), "Flip Flops": ("thongs", "beach slippers"),
        "Heels": ("stilettos", "high heeled shoes"), "Handbags": ("shoulder bag", "hand bag", "tote"),
        "Backpacks": ("rucksack", "school bag"), "Sunglasses": ("shades", "sun glasses"),
        "Watches": ("wristwatch", "wrist watch"), "Wallets": ("billfold", "money holder"), "Caps": ("baseball hat",),
        "Jackets": ("windbreaker", "outerwear"), "Sports Shoes": ("running shoes", "trainers", "gym shoes"),
        "Formal Shoes": ("office shoes", "dress shoes"), "Casual Shoes": ("everyday shoes", "loafers"),
        "Jeans": ("denims",), "Shorts": ("bermudas",), "Briefs": ("underpants", "undies"), "Ties": ("necktie",),
        "Innerwear Vests": ("undershirt", "tank top"), "Mufflers": ("scarf", "neck warmer"), "Dresses": ("gowns",),
        "Laptop Bag": ("computer bag",), "Clutches": ("evening bag",), "Belts": ("leather strap",),
        "Smartphones": ("mobile", "handset", "cell phone"), "Tablets": ("slate",), "Feature phones": ("button phone",),
        "Smartwatches": ("smart watch",),
    },
}  # fmt: skip
KEYS_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


def is_of(part: Part, product: CatalogueProduct) -> bool:
    odd = hashlib.sha256(product.sku.encode()).digest()[0] % 2
    return odd == (part == "test")


def queries(products: Sequence[CatalogueProduct], part: Part, *, each: int) -> list[Query]:
    """Up to `each` queries of every kind that the catalogue allows."""
    draw = random.Random(SEEDS[part])  # noqa: S311 - queries of an evaluation
    own = [product for product in products if is_of(part, product)]
    made: list[Query] = []
    for kind, make in _MAKERS.items():
        found: dict[str, Query] = {}
        for _ in range(each * 6):
            if len(found) == each:
                break
            query = make(draw, draw.choice(own), products, part)
            if query and query.answers:
                found.setdefault(query.text, query)
        made += [found[text] for text in found] if len(found) >= each // 4 else []
        del kind
    return made


def _named(draw: random.Random, product: CatalogueProduct, products: Sequence[CatalogueProduct], part: Part) -> Query:
    said = product.name.lower() if part == "tuning" or draw.random() < 0.5 else product.name
    return Query(NAME, said, _same_name(product, products))


def _same_name(product: CatalogueProduct, products: Sequence[CatalogueProduct]) -> frozenset[str]:
    return frozenset(one.public_id for one in products if one.name.lower() == product.name.lower())


def _mistyped(
    draw: random.Random, product: CatalogueProduct, products: Sequence[CatalogueProduct], part: Part
) -> Query | None:
    words = product.name.lower().split()
    places = [n for n, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not places:
        return None
    for place in draw.sample(places, min(len(places), draw.choice((1, 1, 2)))):
        words[place] = typo(draw, words[place])
    return Query(TYPOS, " ".join(words), _same_name(product, products))


def typo(draw: random.Random, word: str) -> str:
    """One slip: a letter left out, doubled, swapped with the next, or the key beside it; never the first letter."""
    place = draw.randrange(1, len(word) - 1)
    slip = draw.choice(("left out", "doubled", "swapped", "beside"))
    if slip == "left out":
        return word[:place] + word[place + 1 :]
    if slip == "doubled":
        return word[:place] + word[place] + word[place:]
    if slip == "swapped":
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + draw.choice(KEYS_NEAR.get(word[place], word[place])) + word[place + 1 :]


def _templated(kind: str) -> Callable[..., Query | None]:
    def make(
        draw: random.Random, product: CatalogueProduct, products: Sequence[CatalogueProduct], part: Part
    ) -> Query | None:
        template = draw.choice(TEMPLATES[part][kind])
        values = _values(draw, product, part)
        wanted = {name for name in values if "{" + name + "}" in template}
        if any(values[name] is None for name in wanted) or template.count("{") != len(wanted):
            return None
        facets = _facets_of(product, values, wanted)
        return _query(kind, template.format(**{name: values[name] for name in wanted}), facets, products)

    return make


def _values(draw: random.Random, product: CatalogueProduct, part: Part) -> dict[str, str | None]:
    """What a template may say of a product, in words."""
    who = WHO[part].get(str(product.attributes.get("audience")))
    other = OTHER_NAMES[part].get(product.category)
    usage = product.attributes.get("usage")
    colour = _plain_colour(product)
    return {
        "kind": product.category.lower(),
        "colour": colour.lower() if colour else None,
        "who": draw.choice(who) if who else None,
        "usage": str(usage).lower() if usage else None,
        "other": draw.choice(other) if other else None,
        "low": f"{product.price * draw.uniform(0.6, 0.9):.0f}",
        "high": f"{product.price * draw.uniform(1.05, 1.4):.0f}",
    }


def _plain_colour(product: CatalogueProduct) -> str | None:
    """The first colour that a person would say: "Blue", not "4 colour options"."""
    return next((one for one in product.colours if len(one) > 2 and one.replace(" ", "").isalpha()), None)


def _facets_of(product: CatalogueProduct, values: dict[str, str | None], wanted: set[str]) -> Facets:
    return Facets(
        kind=product.category if wanted & {"kind", "other"} else None,
        colour=_plain_colour(product) if "colour" in wanted else None,
        who=str(product.attributes["audience"]) if "who" in wanted else None,
        usage=str(product.attributes["usage"]) if "usage" in wanted else None,
        low=float(values["low"] or 0) if "low" in wanted else None,
        high=float(values["high"] or 0) if "high" in wanted else None,
    )


_UNITS: dict[Part, Sequence[str]] = {
    "tuning": ("{brand} {storage} GB", "{inches} inch {brand} phone", "{brand} {battery}mAh"),
    "test": (
        "{brand} phone with {storage}gb", "{storage} gigs {brand}", '{inches}" {brand}',
        "{brand} {inches} inches screen",
        "{battery} mah {brand} mobile", "{brand} with {ram}gb of ram", "{brand} {storage} gigabytes and {ram} gb ram",
        "{inches}-inch phone with {battery} mAh",
    ),
}  # fmt: skip


def _measured(
    draw: random.Random, product: CatalogueProduct, products: Sequence[CatalogueProduct], part: Part
) -> Query | None:
    own = product.attributes
    storage = next((one for one in product.storages if one.endswith("GB")), None)
    values = {
        "brand": product.brand, "storage": storage.split()[0].removesuffix("GB") if storage else None,
        "inches": own.get("display_inches"), "battery": own.get("battery_mah"), "ram": own.get("ram_gb"),
    }  # fmt: skip
    template = draw.choice(_UNITS[part])
    wanted = {name for name in values if "{" + name + "}" in template}
    if any(not values[name] for name in wanted):
        return None
    facets = Facets(
        brand=product.brand if "brand" in wanted else None,
        storage=storage if "storage" in wanted else None,
        **{name: float(values[name]) for name in wanted & {"inches", "battery", "ram"}},  # type: ignore[arg-type]
    )
    said = {name: f"{values[name]:g}" if isinstance(values[name], float) else values[name] for name in wanted}
    return _query(UNITS, template.format(**said), facets, products)


def _query(kind: str, text: str, facets: Facets, products: Sequence[CatalogueProduct]) -> Query | None:
    answers = frozenset(one.public_id for one in products if facets.fit(one))
    return Query(kind, text, answers) if 0 < len(answers) <= MOST_ANSWERS else None


_MAKERS: dict[str, Callable[..., Query | None]] = {
    NAME: _named,
    TYPOS: _mistyped,
    ATTRIBUTES: _templated(ATTRIBUTES),
    PRICES: _templated(PRICES),
    SYNONYMS: _templated(SYNONYMS),
    UNITS: _measured,
}


def kinds_in(made: Sequence[Query]) -> Iterator[str]:
    """The kinds that there are, in their order."""
    yield from (kind for kind in _MAKERS if any(query.kind == kind for query in made))
