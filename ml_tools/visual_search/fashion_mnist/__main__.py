"""Trains the reference on Fashion-MNIST, or measures the one that ships.

python -m ml_tools.visual_search.fashion_mnist train [--epochs N] [--from-scratch] [--data FOLDER]
python -m ml_tools.visual_search.fashion_mnist evaluate [--data FOLDER]
"""

import argparse
import sys
from pathlib import Path

import torch

from common.errors import ShopclerkError
from common.settings import settings
from ml_tools.artefacts import open_artefact
from ml_tools.device import best_device
from ml_tools.training import Checkpoints
from ml_tools.visual_search.fashion_mnist import data
from ml_tools.visual_search.fashion_mnist.artefact import TOOL, Measured, describe, evaluate, write
from ml_tools.visual_search.fashion_mnist.train import EPOCHS, train


def run_training(folder: Path, epochs: int, *, from_scratch: bool) -> None:
    """Train, write what ships, and measure it on the test pictures once."""
    checkpoints = Checkpoints(settings().trained_dir / "checkpoints" / TOOL)
    if from_scratch:
        checkpoints.forget()
    pictures, held_out, target = data.training(folder), data.validation(folder), settings().models_dir / TOOL
    workers = settings().threads if best_device() == "cpu" else 1
    torch.set_num_threads(1)  # a worker each
    training = train(pictures, held_out, checkpoints, epochs=epochs, workers=workers)
    minutes = round(float(training.memory.seconds) / 60, 1)
    artefact = write(training.averaged, target, {"epochs": epochs, "training_minutes": minutes})
    chosen_by = evaluate(artefact, held_out, threads=settings().threads)
    measured = evaluate(artefact, data.test(folder), threads=settings().threads)
    accuracies = {"validation_accuracy": chosen_by.accuracy, "test_accuracy": measured.accuracy}
    describe(target, artefact.manifest.files, {**artefact.manifest.quality, **accuracies})
    report(measured)


def run_evaluation(folder: Path) -> None:
    artefact = open_artefact(settings().models_dir / TOOL)
    report(evaluate(artefact, data.test(folder), threads=settings().threads))


def report(measured: Measured) -> None:
    """What was measured is these commands' output."""
    print(f"test accuracy      {measured.accuracy:.4f}")  # noqa: T201
    print(f"parameters         {measured.parameters:,}")  # noqa: T201
    print(f"ms per picture     {measured.milliseconds:.2f} alone, {measured.milliseconds_batched:.2f} in batches")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "evaluate"])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--data", type=Path, default=data.FOLDER)
    parser.add_argument("--from-scratch", action="store_true", help="do not go on from a checkpoint")
    options = parser.parse_args()
    try:
        if options.command == "train":
            run_training(options.data, options.epochs, from_scratch=options.from_scratch)
        else:
            run_evaluation(options.data)
    except ShopclerkError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
