"""The network: an EfficientNet-Lite0 trunk shared by all heads, a soft histogram of colours, and three embeddings.

F = CNN_features(x) is the trunk's pooled output; every attribute has a linear head on it, trained by cross-entropy.
What a picture is found by is one vector of 256 numbers: kind, colour and the very product, each a part of its own. The
parts of kind and colour are the roots of the heads' chances, so that the cosine of two pictures is how much what they
may show overlaps (the Bhattacharyya coefficient); the product's part is an embedding of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.visual_search.vocabulary import ATTRIBUTES, GARMENTS, Labels

FROZEN_BLOCKS = 6  # edges and textures of ImageNet's training serve as they are
TRUNK, EARLY = 1280, 80  # channels of the pooled output, and of what the frozen blocks hand on
COLOUR_WORDS, LOOKS = 64, 2  # soft bins of the histogram, and how many weighted looks at the picture it is made from
COLOUR_HIDDEN = 256
PARTS = {"kind": 96, "colour": 64, "product": 96}  # dimensions of the embedding's parts
DIMENSIONS = sum(PARTS.values())


@dataclass(frozen=True)
class Seen:
    """What the network makes of n pictures: unit vectors by part [n, d], logits by attribute [n, classes], and the unit
    vectors that training alone holds against proxies of kinds and colours [n, d]."""

    parts: dict[str, Tensor]
    logits: dict[str, Tensor]
    proxied: dict[str, Tensor]


class ColourHistogram(nn.Module):
    """A histogram with soft bins that are learnt, over pixels weighted by learnt looks.

    A pixel belongs to bin k by softmax(2 b x.c_k - b |c_k|^2), which is the distance to the bin's colour c_k up to a
    constant; so one 1 x 1 convolution computes it (as in NetVLAD, Arandjelovic et al., 2016).
    """

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Conv2d(3, COLOUR_WORDS, 1)
        self.looks = nn.Conv2d(EARLY, LOOKS, 1)
        self._spread_bins()

    def _spread_bins(self, sharpness: float = 12.0) -> None:
        levels = torch.tensor([-0.9, -0.3, 0.3, 0.9])
        centres = torch.cartesian_prod(levels, levels, levels)
        with torch.no_grad():
            self.words.weight.copy_((2 * sharpness * centres)[:, :, None, None])
            assert self.words.bias is not None
            self.words.bias.copy_(-sharpness * centres.square().sum(1))

    def forward(self, small: Tensor, early: Tensor) -> Tensor:
        """Small pictures [n, 3, s, s] in -1..1 and early features [n, 80, e, e] -> [n, 2 * 64], each look sums to 1."""
        bins = self.words(small).softmax(dim=1).flatten(2)
        weights = functional.interpolate(self.looks(early), small.shape[-2:], mode="bilinear").flatten(2).softmax(dim=2)
        return torch.einsum("nlp,nwp->nlw", weights, bins).flatten(1)


class VisualNetwork(nn.Module):
    """Pictures [n, 3, s, s] in -1..1 -> `Seen`."""

    def __init__(self, labels: Labels, backbone: EfficientNet | None = None) -> None:
        super().__init__()
        self.backbone = backbone or EfficientNet.from_name("efficientnet-lite0")
        self.backbone._fc = nn.Identity()
        self.colours = ColourHistogram()
        self.normalise = nn.LayerNorm(TRUNK)
        self.drop = nn.Dropout(0.2)
        self.colour_mix = nn.Sequential(
            nn.Linear(TRUNK + EARLY + LOOKS * COLOUR_WORDS, COLOUR_HIDDEN), nn.ReLU(), nn.Dropout(0.2)
        )
        sources = {"colour": COLOUR_HIDDEN}
        self.heads = nn.ModuleDict(
            {name: nn.Linear(sources.get(name, TRUNK), len(labels.classes[name])) for name in ATTRIBUTES}
        )
        self.heads["garment"] = nn.Linear(TRUNK, len(GARMENTS))
        self.embeddings = nn.ModuleDict(
            {
                "kind": nn.Linear(TRUNK, PARTS["kind"]),
                "colour": nn.Linear(COLOUR_HIDDEN, PARTS["colour"]),
                "product": nn.Linear(TRUNK + EARLY + LOOKS * COLOUR_WORDS, PARTS["product"]),
            }
        )
        self.freeze()

    def freeze(self) -> None:
        """The first blocks are never trained, and no batch statistics are: small batches would only spoil them."""
        net = self.backbone
        for module in (net._conv_stem, net._bn0, *net._blocks[:FROZEN_BLOCKS]):
            module.requires_grad_(False)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.requires_grad_(False)

    def train(self, mode: bool = True) -> "VisualNetwork":
        super().train(mode)
        self.backbone.eval()  # keeps ImageNet's batch statistics
        return self

    def stem(self, pictures: Tensor) -> Tensor:
        """The frozen blocks: [n, 3, s, s] -> [n, 80, s/16, s/16]."""
        net = self.backbone
        features = net._swish(net._bn0(net._conv_stem(pictures)))
        for block in net._blocks[:FROZEN_BLOCKS]:
            features = block(features, drop_connect_rate=0.0)
        return features

    def forward(self, pictures: Tensor, early: Tensor | None = None) -> Seen:
        """`early`: what `stem` gives for these pictures, when somebody has computed it already."""
        early = self.stem(pictures) if early is None else early
        net, features = self.backbone, early
        for block in net._blocks[FROZEN_BLOCKS:]:
            features = block(features, drop_connect_rate=0.0)
        pooled = net._swish(net._bn1(net._conv_head(features))).mean(dim=(2, 3))
        trunk = self.normalise(pooled)
        histogram = self.colours(functional.avg_pool2d(pictures, 4), early)
        everything = torch.cat([trunk, early.mean(dim=(2, 3)), histogram * COLOUR_WORDS / 4], dim=1)
        colour = self.colour_mix(everything)
        dropped = self.drop(trunk)
        sources = {"colour": colour}
        inputs = {"kind": dropped, "colour": colour, "product": everything}
        logits = {name: head(sources.get(name, dropped)) for name, head in self.heads.items()}
        embedded = {n: functional.normalize(layer(inputs[n]), dim=1) for n, layer in self.embeddings.items()}
        product = embedded.pop("product")
        chances = {name: _roots_of_chances(logits[name], PARTS[name]) for name in ("kind", "colour")}
        return Seen(parts={**chances, "product": product}, logits=logits, proxied=embedded)


def _roots_of_chances(logits: Tensor, dimensions: int) -> Tensor:
    """[n, classes] -> unit vectors [n, dimensions]; what the vocabulary does not fill is zero."""
    roots = logits.softmax(dim=1).clamp(min=1e-12).sqrt()
    return functional.pad(roots, (0, dimensions - logits.shape[1]))


Stem = Callable[[Tensor], Tensor]
