"""From the trained network to what ships, and what ships measured: ONNX for the CPU, safetensors for torch."""

import hashlib
import io
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from ml_tools.artefacts import MANIFEST, Artefact, Manifest, open_artefact
from ml_tools.visual_search.fashion_mnist.data import SIDE, Pictures
from ml_tools.visual_search.fashion_mnist.network import Classifier, FashionNetwork, parameters

TOOL, NAME = "fashion_mnist", "fashion-mnist-resnet"
ONNX, WEIGHTS = "model.onnx", "model.safetensors"
LICENCE = "MIT (Fashion-MNIST)"
TRAINED_ON = "Fashion-MNIST, the first 55,000 of its 60,000 training pictures; from scratch"
BATCH, TIMED = 100, 200

Classify = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Measured:
    accuracy: float
    parameters: int
    milliseconds: float  # for one picture on its own, the median
    milliseconds_batched: float  # for one picture of a batch of BATCH


def onnx_bytes(network: FashionNetwork) -> bytes:
    """The ONNX graph of the classifier, for any number of pictures at once: `pixels` -> `probabilities`."""
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's own notes
        torch.onnx.export(
            Classifier(network).eval(), (torch.zeros(2, SIDE, SIDE, dtype=torch.uint8),), content,  # type: ignore[arg-type]
            input_names=["pixels"], output_names=["probabilities"], opset_version=17, dynamo=False,
            dynamic_axes={"pixels": {0: "n"}, "probabilities": {0: "n"}},
        )  # fmt: skip
    return content.getvalue()


def write(network: FashionNetwork, target: Path, quality: Mapping[str, float | int]) -> Artefact:
    """Write the artefact into `target` and open it again, every file checked."""
    plain = FashionNetwork().eval()
    plain.load_state_dict({name: tensor.detach().cpu() for name, tensor in network.state_dict().items()})
    files = {
        ONNX: onnx_bytes(plain),
        WEIGHTS: save({name: tensor.contiguous() for name, tensor in plain.state_dict().items()}),
    }
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    describe(target, hashes, {**quality, "parameters": parameters(plain)})
    return open_artefact(target)


def describe(target: Path, hashes: Mapping[str, str], quality: Mapping[str, float | int | None]) -> None:
    """Write the manifest of files that lie in `target`."""
    now = datetime.now(UTC)
    manifest = Manifest(
        name=NAME,
        version=f"{now:%Y%m%d}",
        files=dict(hashes),
        licence=LICENCE,
        trained_at=now,
        trained_on=TRAINED_ON,
        quality=dict(quality),
    )
    (target / MANIFEST).write_text(manifest.model_dump_json(indent=2, exclude_none=True) + "\n")


def evaluate(artefact: Artefact, pictures: Pictures, *, threads: int) -> Measured:
    """What ships, on pictures that it has never seen."""
    classify = classifier(artefact, threads=threads)
    started = time.perf_counter()
    found = [classify(pictures.pixels[at : at + BATCH]).argmax(axis=1) for at in range(0, len(pictures), BATCH)]
    batched = (time.perf_counter() - started) / len(pictures)
    network = FashionNetwork()
    network.load_state_dict({name: torch.from_numpy(array) for name, array in artefact.tensors(WEIGHTS).items()})
    return Measured(
        accuracy=float(np.mean(np.concatenate(found) == pictures.labels)),
        parameters=parameters(network),
        milliseconds=1000 * _seconds_alone(classify, pictures),
        milliseconds_batched=1000 * batched,
    )


def classifier(artefact: Artefact, *, threads: int) -> Classify:
    """Pixels uint8 [n, 28, 28] -> probabilities [n, 10], as the artefact's ONNX graph gives them."""
    session = artefact.onnx(ONNX, threads=threads)

    def classify(pixels: np.ndarray) -> np.ndarray:
        return np.asarray(session.run(["probabilities"], {"pixels": pixels})[0])

    return classify


def _seconds_alone(classify: Classify, pictures: Pictures) -> float:
    taken = []
    for at in range(min(TIMED, len(pictures))):
        started = time.perf_counter()
        classify(pictures.pixels[at : at + 1])
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))
