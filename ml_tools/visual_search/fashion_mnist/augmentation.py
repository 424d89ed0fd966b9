"""Random views of a whole batch of grey pictures: moved, mirrored, partly hidden."""

import math

import torch
from torch import Tensor
from torch.nn import functional

MOVE = 2  # pixels at most in each direction
HIDDEN_SHARE = 0.5  # of the views in which a rectangle is hidden
HIDDEN_AREA = (0.02, 0.33)
MOST_ASPECT = 1 / 0.3


def views(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """uint8 [n, side, side] -> float [n, 1, side, side] in 0..1, each picture seen in its own random way."""
    return hide(move(pixels, generator).float().div_(255), generator).unsqueeze(1)


def move(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture moved by up to MOVE pixels over a black ground, every second one mirrored: [n, side, side]."""
    count, side = len(pixels), pixels.shape[-1]
    padded = functional.pad(pixels, (MOVE, MOVE, MOVE, MOVE))
    top, left = (torch.randint(0, 2 * MOVE + 1, (count, 1), generator=generator) for _ in range(2))
    rows, columns = top + torch.arange(side), left + torch.arange(side)
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    return padded[torch.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def hide(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Random erasing (Zhong et al., 2020): noise over one rectangle of every second picture [n, side, side]."""
    count, side = len(pictures), pictures.shape[-1]
    area = _uniform(count, *HIDDEN_AREA, generator) * side * side
    aspect = torch.exp(_uniform(count, -math.log(MOST_ASPECT), math.log(MOST_ASPECT), generator))
    hidden = torch.rand(count, generator=generator) < HIDDEN_SHARE
    down, across = (_span(size, side, generator) for size in ((area * aspect).sqrt(), (area / aspect).sqrt()))
    where = hidden[:, None, None] & down[:, :, None] & across[:, None, :]
    noise = torch.rand(pictures.shape, generator=generator)
    return torch.where(where.to(pictures.device), noise.to(pictures.device), pictures)


def _span(size: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """[n, side]: which of the positions 0..side-1 lie in a random interval of `size` positions."""
    size = size.round().clamp(max=side)
    start = (torch.rand(len(size), generator=generator) * (side - size + 1)).floor()
    at = torch.arange(side)
    return (at >= start[:, None]) & (at < (start + size)[:, None])


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low
