"""From what a picture shows to proposed tags: which attributes make sense, and which labels need no person."""

from collections.abc import Mapping, Sequence
from typing import Any

from ml_tools.visual_search.calibration import Calibration
from ml_tools.visual_search.vocabulary import ATTRIBUTES, spoken
from store.tags import Proposal, Untagged

# Nobody wears these: they have no style and no audience that could be seen.
NOT_WORN = frozenset({"Smartphones", "Lamps", "Vases", "Chairs", "Mugs", "Rugs", "Cushions", "Perfume and Body Mist"})
WORN_ONLY = frozenset({"style", "audience"})


def taggable(labels: Mapping[str, Sequence[tuple[str, float]]]) -> dict[str, list[tuple[str, float]]]:
    """Of what a picture shows, the attributes that its kind of product has."""
    worn = labels["kind"][0][0] not in NOT_WORN
    return {name: list(some) for name, some in labels.items() if worn or name not in WORN_ONLY}


def proposals_for(product: Untagged, calibration: Calibration) -> list[Proposal]:
    """One proposal for each attribute that the product lacks and its picture can tell."""
    return [
        _proposal(product, attribute, product.seen[attribute], calibration)
        for attribute in ATTRIBUTES
        if product.seen.get(attribute) and attribute not in product.attributes
    ]


def _proposal(product: Untagged, attribute: str, labels: list[list[Any]], calibration: Calibration) -> Proposal:
    (label, confidence), *others = labels
    return Proposal(
        product_id=product.product_id,
        attribute=attribute,
        label=written(attribute, label),
        confidence=confidence,
        alternatives=[(written(attribute, other), chance) for other, chance in others],
        model_version=product.model_version,
        accepted=confidence >= calibration.thresholds[attribute],
    )


def written(attribute: str, label: str) -> str:
    """A label as it stands among a product's attributes: colours keep their capitals, the rest is as people say it."""
    return label if attribute == "colour" else spoken(label)


def counts(proposals: list[Proposal]) -> Mapping[str, tuple[int, int]]:
    """Accepted and waiting, by attribute."""
    found: dict[str, tuple[int, int]] = {}
    for one in proposals:
        accepted, waiting = found.get(one.attribute, (0, 0))
        found[one.attribute] = (accepted + one.accepted, waiting + (not one.accepted))
    return found
