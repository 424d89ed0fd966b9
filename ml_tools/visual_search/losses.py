"""What the network is trained to: right attributes, neighbours of the same kind and colour, the same product again."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.visual_search.network import PARTS, Seen
from ml_tools.visual_search.vocabulary import ATTRIBUTES, UNKNOWN, Labels

WEIGHTS = {"kind": 1.0, "colour": 1.0, "pattern": 0.3, "style": 0.2, "audience": 0.3, "garment": 0.6}
PROXY_WEIGHT, PRODUCT_WEIGHT = 0.5, 0.3
SMOOTHING = {"kind": 0.05, "colour": 0.1}
SCALE = 16.0  # inverse temperature of the proxies' softmax
TEMPERATURE = 0.1  # of the contrast between products

Targets = dict[str, Tensor]  # attribute or "garment" -> class index [n], UNKNOWN where there is no label


class Proxies(nn.Module):
    """One unit vector a class (NormFace, Wang et al., 2017): a picture's part must lie nearest to its own class's."""

    def __init__(self, labels: Labels) -> None:
        super().__init__()
        self.vectors = nn.ParameterDict(
            {name: nn.Parameter(torch.randn(len(labels.classes[name]), PARTS[name])) for name in ("kind", "colour")}
        )

    def forward(self, name: str, part: Tensor) -> Tensor:
        """Unit vectors [n, d] -> logits [n, classes]."""
        return SCALE * part @ functional.normalize(self.vectors[name], dim=1).T


def total_loss(seen: Seen, proxies: Proxies, targets: Targets) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch of 2n views, where views i and n + i show the same picture; and its terms for the log."""
    terms = {
        name: WEIGHTS[name] * cross_entropy(seen.logits[name], targets[name], SMOOTHING.get(name, 0.0))
        for name in (*ATTRIBUTES, "garment")
    }
    for name in ("kind", "colour"):
        logits = proxies(name, seen.proxied[name])
        terms[f"{name}_proxy"] = PROXY_WEIGHT * cross_entropy(logits, targets[name], SMOOTHING[name])
    terms["product"] = PRODUCT_WEIGHT * contrast(seen.parts["product"])
    return torch.stack(list(terms.values())).sum(), {name: float(term.detach()) for name, term in terms.items()}


def cross_entropy(logits: Tensor, target: Tensor, smoothing: float = 0.0) -> Tensor:
    """The mean over the pictures that have a label, over the batch's size, so that rare labels do not shout."""
    summed = functional.cross_entropy(
        logits.float(), target, ignore_index=UNKNOWN, reduction="sum", label_smoothing=smoothing
    )
    return summed / len(target)


def contrast(vectors: Tensor) -> Tensor:
    """NT-Xent (Chen et al., 2020) over 2n unit vectors: the other view of the same picture against all the rest."""
    count = len(vectors) // 2
    likeness = (vectors @ vectors.T / TEMPERATURE).float()
    likeness = likeness.masked_fill(torch.eye(len(vectors), dtype=torch.bool, device=vectors.device), -1e4)
    partner = torch.arange(2 * count, device=vectors.device).roll(count)
    return functional.cross_entropy(likeness, partner)
