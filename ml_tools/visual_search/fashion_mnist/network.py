"""The network: plain 3 x 3 convolutions with residual blocks (He et al., 2016) at 28, 14 and 7 pixels.

Most of its work is done at 14 and 7 pixels, where a CPU is fastest; depthwise convolutions would save parameters, not
time.
"""

import torch
from torch import Tensor, nn

from ml_tools.visual_search.fashion_mnist.data import CLASSES

WIDTHS = (32, 64, 128)  # channels at 28, 14 and 7 pixels
BLOCKS = (0, 1, 2)  # residual blocks at each


def _layer(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """What comes in, plus what two layers make of it; the shape stays."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(_layer(width, width), _layer(width, width))

    def forward(self, features: Tensor) -> Tensor:
        return features + self.layers(features)


class FashionNetwork(nn.Module):
    """Pictures [n, 1, 28, 28] in 0..1 -> logits [n, 10].

    Pictures are not centred: their background is 0, as is the padding of the convolutions, so the border is not seen.
    """

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        before = 1
        for width, blocks in zip(WIDTHS, BLOCKS, strict=True):
            stages.append(_layer(before, width, stride=1 if before == 1 else 2))
            stages += [Residual(width) for _ in range(blocks)]
            before = width
        self.features = nn.Sequential(*stages)
        self.head = nn.Linear(before, len(CLASSES))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.head(self.features(pictures).mean(dim=(2, 3)))


class Classifier(nn.Module):
    """What serves: pixels uint8 [n, 28, 28] -> probabilities [n, 10], averaged over a picture and its mirror image."""

    def __init__(self, network: FashionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        pictures = pixels.unsqueeze(1).float() / 255
        seen, mirrored = self.network(pictures), self.network(pictures.flip(3))
        return (seen.softmax(dim=1) + mirrored.softmax(dim=1)) / 2


def parameters(network: nn.Module) -> int:
    """How many numbers are learnt."""
    return sum(weights.numel() for weights in network.parameters())


def mixed_precision(device: torch.device) -> torch.autocast:
    """bfloat16 where it is faster than float32: on CUDA, and on CPUs that multiply it (1.7 times as fast)."""
    faster = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=faster)
