"""The shop's policies: one text each, written once, for the chat, the policies page and questions on products.

They are the responses of `assistant/domain/responses/policies.yml`, which a shop edits to its own terms.
"""

from dataclasses import dataclass
from functools import cache

import yaml

from common.settings import ROOT

FILE = ROOT / "assistant" / "domain" / "responses" / "policies.yml"
# Response -> the part of the policies page, and what it is called there; in the page's order.
SECTIONS = {
    "utter_delivery": ("delivery", "Delivery"),
    "utter_returns_policy": ("returns", "Returns"),
    "utter_payment": ("payment", "Payment"),
    "utter_warranty": ("warranty", "Warranty"),
    "utter_privacy": ("privacy", "Privacy"),
    "utter_contact": ("contact", "Contact"),
}


@dataclass(frozen=True)
class Policy:
    slug: str
    name: str
    text: str

    @property
    def url(self) -> str:
        return f"/policies#{self.slug}"


@cache
def policies() -> tuple[Policy, ...]:
    """Every policy that the shop has written down; one that it took out of the file is left out here too."""
    responses = yaml.safe_load(FILE.read_text(encoding="utf-8"))["responses"]
    return tuple(
        Policy(slug, name, responses[response][0]["text"].strip())
        for response, (slug, name) in SECTIONS.items()
        if responses.get(response)
    )
