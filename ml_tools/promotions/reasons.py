"""Why a promotion is shown, as far as one can say it in a word."""

from ml_tools.promotions.schemas import Why
from ml_tools.promotions.signals import SHARED, Signals

UNSURE = 0.5  # standard deviation of the logit between draws: the model hardly knows
LIKED = 0.4  # log ratio: half as often again as everybody
A_LOT = 0.2  # of the price


def why(signals: Signals, row: int, *, spread: float) -> Why:
    """The first reason that holds; `spread` is how far the draws' logits are apart."""
    seen = dict(zip(SHARED, signals.shared[row], strict=True))
    if seen["context_category"] or seen["context_department"]:
        return "this_page"
    if max(seen["category"], seen["department"]) > LIKED or seen["touched"]:
        return "interest"
    if spread > UNSURE:
        return "new"
    return "discount" if seen["discount"] >= A_LOT else "popular"
