"""The last step of the training: the part that knows the very product again, taught alone on frozen features.

Which of two look-alikes a picture shows is learnt best among look-alikes, so a batch holds goods of one kind; and as
all else stays as it is, the features of many views are computed once, and one linear layer is trained on them.
"""

import time

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ml_tools.visual_search.augmentation import views
from ml_tools.visual_search.datasets import Goods
from ml_tools.visual_search.losses import contrast
from ml_tools.visual_search.network import Stem, VisualNetwork

SEED = 11
VIEWS = 4  # of each picture
SIDE = 224
AT_ONCE = 64  # pictures
EPOCHS, RATE = 40, 1e-3
ALIKE = 96  # pictures of one kind in a batch


def teach_product_part(network: VisualNetwork, goods: Goods, stem: Stem) -> None:
    """Train `network.embeddings["product"]` in place on all `goods`; minutes on a CPU."""
    features = _features(network, goods, stem)
    layer = network.embeddings["product"]
    optimizer = torch.optim.AdamW(layer.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    rng = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        losses = []
        for rows in _batches(goods.targets["kind"], rng):
            one, other = rng.permuted(np.tile(np.arange(VIEWS), (len(rows), 1)), axis=1)[:, :2].T
            pairs = torch.cat([features[rows, one], features[rows, other]])
            loss = contrast(functional.normalize(layer(pairs), dim=1))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        schedule.step()
        if epoch % 10 == 9:
            print(f"product part: epoch {epoch + 1}/{EPOCHS}, loss {np.mean(losses):.3f}", flush=True)  # noqa: T201


@torch.no_grad()
def _features(network: VisualNetwork, goods: Goods, stem: Stem) -> Tensor:
    """[n, VIEWS, d]: what the product's layer is given, for several views of each picture."""
    network.eval()
    found: list[Tensor] = []
    hook = network.embeddings["product"].register_forward_pre_hook(lambda _, given: found.append(given[0]))
    device = next(network.parameters()).device
    generator = torch.Generator().manual_seed(SEED)
    told = time.monotonic()
    for at in range(0, len(goods), AT_ONCE):
        pixels = torch.from_numpy(goods.pixels[at : at + AT_ONCE]).to(device)
        for _ in range(VIEWS):
            pictures = views(pixels, SIDE, generator)
            network(pictures, stem(pictures))
        if time.monotonic() - told > 20:
            told = time.monotonic()
            print(f"product part: views of {at / len(goods):.0%} of the pictures", flush=True)  # noqa: T201
    hook.remove()
    batches = [torch.stack(found[at : at + VIEWS], dim=1) for at in range(0, len(found), VIEWS)]
    return torch.cat(batches)


def _batches(kinds: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """All rows in batches of one kind each, in random order; a batch of one has nothing to tell apart."""
    rows = rng.permutation(len(kinds))
    rows = rows[np.argsort(kinds[rows], kind="stable")]
    groups = np.split(rows, np.flatnonzero(np.diff(kinds[rows])) + 1)
    batches = [group[at : at + ALIKE] for group in groups for at in range(0, len(group), ALIKE)]
    return [batches[at] for at in rng.permutation(len(batches)) if len(batches[at]) > 1]
