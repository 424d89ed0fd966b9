"""Where tools compute: on CUDA when there is one, else on the CPU."""

from typing import Literal

Device = Literal["cuda", "cpu"]


def best_device() -> Device:
    """The device for tools that use torch. torch is imported here, so that tools without it never pay for it."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
