"""Random views of pictures, made on tensors for a whole batch: turned, mirrored, cropped, relit, partly hidden."""

import math

import torch
from torch import Tensor
from torch.nn import functional

TURN_DEGREES = 12.0
LEAST_SHOWN = 0.62  # share of the side that a crop keeps at least
DARKEST, BRIGHTEST = 0.6, 1.25
HIDDEN_SHARE = 0.25  # of the views in which a rectangle is hidden


def views(pixels: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """uint8 [n, h, w, 3] -> float [n, 3, side, side] in -1..1, each picture seen in its own random way."""
    images = pixels.permute(0, 3, 1, 2).float().div_(255)
    grid = functional.affine_grid(
        _placements(len(images), generator), [len(images), 3, side, side], align_corners=False
    )
    seen = functional.grid_sample(images, grid.to(images.device), padding_mode="border", align_corners=False)
    return _hide(_relight(seen, generator), generator).mul_(2).sub_(1)


def plain(pixels: Tensor, side: int) -> Tensor:
    """The same pictures as they are: float [n, 3, side, side] in -1..1."""
    images = pixels.permute(0, 3, 1, 2).float()
    if images.shape[-1] != side:
        images = functional.interpolate(images, (side, side), mode="bilinear", antialias=True)
    return images.div_(127.5).sub_(1)


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def _placements(count: int, generator: torch.Generator) -> Tensor:
    """[n, 2, 3]: where in the picture (-1..1) each corner of the view looks."""
    angle = _uniform(count, -TURN_DEGREES, TURN_DEGREES, generator) * (math.pi / 180)
    shown = _uniform(count, LEAST_SHOWN, 1.05, generator)
    aspect = torch.exp(_uniform(count, -0.16, 0.16, generator))
    mirrored = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    across, down = shown * aspect.sqrt(), shown / aspect.sqrt()
    room_x, room_y = (1 - across).clamp(min=0), (1 - down).clamp(min=0)
    x = _uniform(count, -1, 1, generator) * room_x
    y = _uniform(count, -1, 1, generator) * room_y
    cosine, sine = torch.cos(angle), torch.sin(angle)
    rows = [across * cosine * mirrored, -down * sine, x, across * sine * mirrored, down * cosine, y]
    return torch.stack(rows, dim=1).view(count, 2, 3)


def _relight(images: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness, contrast and saturation move; the hue stays, because colour is what is learnt."""
    count = len(images)
    brightness, contrast, saturation = (
        _uniform(count, low, high, generator).view(count, 1, 1, 1).to(images.device)
        for low, high in ((DARKEST, BRIGHTEST), (0.8, 1.2), (0.8, 1.2))
    )
    grey = images.mean(dim=1, keepdim=True)
    images = (grey + (images - grey) * saturation) * brightness
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return ((images - mean) * contrast + mean).clamp_(0, 1)


def _hide(images: Tensor, generator: torch.Generator) -> Tensor:
    """Random erasing (Zhong et al., 2020): a rectangle of one random grey."""
    count, side = len(images), images.shape[-1]
    hidden = torch.rand(count, generator=generator) < HIDDEN_SHARE
    size = (_uniform(count, 0.12, 0.35, generator) * side).int()
    left, top = ((torch.rand(count, generator=generator) * (side - size)).int() for _ in range(2))
    grey = torch.rand(count, generator=generator)
    for n in hidden.nonzero().flatten().tolist():
        images[n, :, top[n] : top[n] + size[n], left[n] : left[n] + size[n]] = grey[n]
    return images
