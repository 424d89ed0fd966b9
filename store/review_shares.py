"""Shares of praise with how sure they are, and what aspects and reviews are called on pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from common.shares import wilson

_NAMES = {"size_fit": "Size and fit", "washing": "Washing and care", "handling": "Weight and handling"}


@dataclass(frozen=True)
class Share:
    """A share 0..1 with Wilson's interval (Wilson 1927): wide where few have spoken."""

    value: float
    low: float
    high: float

    @property
    def vague(self) -> bool:
        """Whether the interval is so wide that the share says little."""
        return self.high - self.low > 0.4


def share_of(weight: int, others: int) -> Share | None:
    """Of weights in percent: so many of both together; None where there is no weight at all."""
    n = (weight + others) / 100
    if n <= 0:
        return None
    share = weight / (weight + others)
    return Share(round(share, 4), *(round(bound, 4) for bound in wilson(share, n)))


def aspect_name(slug: str, found: Mapping[str, str]) -> str:
    """What people call an aspect; `found` are this shop's own, slug -> name."""
    return found.get(slug) or _NAMES.get(slug) or slug.removeprefix("own_").replace("_", " ").capitalize()


def anchor(reference: str) -> str:
    """The id of a review on its product's page: no two references share one."""
    return "review-" + quote(reference, safe="").replace("_", "%5F").replace("%", "_")


def review_url(product_id: str, reference: str) -> str:
    """The path of a review on its product's page; `review` makes the page show it however old it is."""
    return f"/p/{product_id}?review={quote(reference, safe='')}#{anchor(reference)}"
