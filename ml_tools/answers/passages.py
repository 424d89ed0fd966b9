"""Everything that may answer a question on a product, as short passages that can be quoted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.policies import Policy
from ml_tools.answers.schemas import SourceKind
from ml_tools.answers.topics import lexicon
from ml_tools.answers.words import content_of, plain_text, stems_of
from ml_tools.reviews.sentences import sentences
from store.facts import ProductFacts
from store.review_texts import ReviewText

_UNITS = {"g": "g", "kg": "kg", "gb": "GB", "mah": "mAh", "inches": "in", "mm": "mm", "cm": "cm", "ml": "ml"}
_NAMES = {
    "ram_gb": "RAM", "os": "Operating system", "sim": "SIM", "display_inches": "Display size", "audience": "For",
    "size_system": "Size system",
}  # fmt: skip
LONGEST_QUOTE = 500
MOST_SPECIFICATIONS = 80
MOST_SENTENCES = 600  # of reviews


@dataclass(frozen=True)
class Passage:
    """`text` is what is compared with a question, `quote` what is shown; `key` and `value` are a specification's."""

    kind: SourceKind
    name: str
    text: str
    quote: str
    url: str | None
    key: str = ""
    value: Any = None
    review: ReviewText | None = None
    asks: frozenset[str] = field(default=frozenset(), compare=False)  # stems that ask for it
    content: frozenset[str] = field(default=frozenset(), compare=False)  # stems that it holds


def passages(product: ProductFacts, reviews: Sequence[ReviewText], policies: Iterable[Policy]) -> list[Passage]:
    """In the order in which equally good ones are preferred."""
    page = f"/p/{product.id}"
    found = [*_specifications(product, page), *_description(product, page), *_policies(policies)]
    return found + _of_reviews(reviews, page)


def label(key: str) -> str:
    """`weight_g` -> `Weight`, `main_camera` -> `Main camera`."""
    start, _, unit = key.rpartition("_")
    return _NAMES.get(key) or (start if start and unit in _UNITS else key).replace("_", " ").capitalize()


def spoken(key: str, value: Any) -> str:
    """A value with its unit: `208 g`, `4,300 mAh`, `yes`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    unit = _UNITS.get(key.rpartition("_")[2], "") if "_" in key else ""
    if isinstance(value, int | float):
        number = f"{value:,}" if unit or abs(value) >= 10_000 else f"{value:g}"
        return f"{number} {unit}".strip()
    return plain_text(str(value))


def _specifications(product: ProductFacts, page: str) -> Iterator[Passage]:
    options = _options(product)
    known = {key: value for key, value in product.attributes.items() if value not in (None, "", [])}
    if "colour" in options:
        known.pop("colour", None)
    if "storage" in options:
        known.pop("storage_gb", None)
    url = f"{page}#specs"
    for key, value in list(known.items())[:MOST_SPECIFICATIONS]:
        for one in value if isinstance(value, list) else [value]:
            yield _specification(key, label(key), one, spoken(key, one), url)
    for key, values in options.items():
        name = {"colour": "Colours", "size": "Sizes", "storage": "Storage"}[key]
        yield _specification(key, name, values, ", ".join(values), url)
    yield _specification("price", "Price", float(product.price), f"{product.price:,.2f} {product.currency}", url)
    stock = "in stock" if product.stock else "sold out"
    yield _specification("availability", "Availability", stock, stock, url)


def _options(product: ProductFacts) -> dict[str, list[str]]:
    """What there is to choose from: its list is complete, so that "no" can be said."""
    options: dict[str, list[str]] = {}
    for key in ("colour", "size", "storage"):
        values = [str(value) for v in product.variants if (value := getattr(v, key))]
        if values:
            options[key] = list(dict.fromkeys(values))
    return options


def _specification(key: str, name: str, value: Any, said: str, url: str) -> Passage:
    asks = frozenset(stem for topic in lexicon().of(key) for stem in topic.asks)
    text = said if key == "advantages" else f"{name}: {said}"
    content = stems_of(said) if key == "advantages" else stems_of(text)
    return Passage("specification", name, text, said[:LONGEST_QUOTE], url, key, value, asks=asks, content=content)


def _description(product: ProductFacts, page: str) -> Iterator[Passage]:
    for sentence in sentences(plain_text(product.description)):
        yield Passage(
            "description", "Description", sentence.text, sentence.text[:LONGEST_QUOTE], page,
            content=stems_of(sentence.text),
        )  # fmt: skip


def _policies(policies: Iterable[Policy]) -> Iterator[Passage]:
    for policy in policies:
        asks = lexicon().policies.get(policy.slug, frozenset())
        text = f"{policy.name}: {policy.text}"
        yield Passage(
            "policy", policy.name, text, policy.text, policy.url, key=policy.slug, asks=asks, content=stems_of(text)
        )


def _of_reviews(reviews: Sequence[ReviewText], page: str) -> list[Passage]:
    found: list[Passage] = []
    for review in reviews:
        for sentence in sentences(plain_text(review.text)):
            quote = sentence.text[:LONGEST_QUOTE]
            if content_of(quote):
                found.append(
                    Passage(
                        "review", _review_name(review), quote, quote, f"{page}#reviews",
                        review=review, content=stems_of(quote),
                    )
                )  # fmt: skip
    return found[:MOST_SENTENCES]


def _review_name(review: ReviewText) -> str:
    stars = f", {review.rating} of 5 stars" if review.rating else ""
    return f"Review{stars}, {review.written_on:%-d %b %Y}"
