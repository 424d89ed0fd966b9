"""The network as it serves: ONNX Runtime on a CPU, torch on CUDA; from pixels to a vector and calibrated labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ml_tools import artefacts
from ml_tools.artefacts import Artefact, Manifest
from ml_tools.device import Device
from ml_tools.errors import BrokenArtefact
from ml_tools.visual_search.calibration import Calibration, Floats
from ml_tools.visual_search.pictures import Pixels
from ml_tools.visual_search.vocabulary import ATTRIBUTES, Labels

TOOL = "visual_search"
NAME = "efficientnet-lite0-shop"
ONNX, WEIGHTS, LABELS, CALIBRATION = "network.onnx", "network.safetensors", "labels.json", "calibration.json"
PART_NAMES = ("kind", "colour", "product")
OUTPUTS = (*(f"part_{name}" for name in PART_NAMES), *(f"logits_{name}" for name in (*ATTRIBUTES, "garment")))
SHOWN = 3  # labels an attribute that are worth telling


class Encoder(Protocol):
    """The bare network: uint8 [n, 224, 224, 3] -> its outputs by name, see OUTPUTS."""

    def run(self, pixels: Pixels) -> Mapping[str, Floats]: ...


class OnnxEncoder:
    def __init__(self, artefact: Artefact, threads: int) -> None:
        self._session = artefact.onnx(ONNX, threads=threads)

    def run(self, pixels: Pixels) -> Mapping[str, Floats]:
        return dict(zip(OUTPUTS, self._session.run(list(OUTPUTS), {"pixels": pixels}), strict=True))


class TorchEncoder:
    """For CUDA, in half precision."""

    def __init__(self, artefact: Artefact, labels: Labels, device: Device) -> None:
        import torch

        from ml_tools.visual_search.export import Exported
        from ml_tools.visual_search.network import VisualNetwork

        network = VisualNetwork(labels)
        network.load_state_dict({name: torch.from_numpy(t) for name, t in artefact.tensors(WEIGHTS).items()})
        self._torch, self._device = torch, device
        self._network = Exported(network).eval().to(device)

    def run(self, pixels: Pixels) -> Mapping[str, Floats]:
        torch = self._torch
        with torch.inference_mode(), torch.autocast(self._device, dtype=torch.float16, enabled=self._device == "cuda"):
            outputs = self._network(torch.from_numpy(pixels).to(self._device))
        return {name: tensor.float().cpu().numpy() for name, tensor in zip(OUTPUTS, outputs, strict=True)}


@dataclass(frozen=True)
class Sight:
    """What was made of one picture: its unit vector [256], and labels by attribute, the likeliest first, each with its
    calibrated confidence."""

    vector: Floats
    labels: Mapping[str, Sequence[tuple[str, float]]]


class VisualModel:
    """A network with its vocabulary and calibration."""

    def __init__(self, encoder: Encoder, labels: Labels, calibration: Calibration, manifest: Manifest) -> None:
        self.encoder, self.labels, self.calibration, self.manifest = encoder, labels, calibration, manifest

    @property
    def version(self) -> str:
        return self.manifest.version

    def see(self, pixels: Pixels) -> list[Sight]:
        """What is in n pictures, uint8 [n, 224, 224, 3]."""
        outputs = self.encoder.run(pixels)
        vectors = self.calibration.vectors({name: outputs[f"part_{name}"] for name in PART_NAMES})
        chances = {name: self.calibration.confidences(name, outputs[f"logits_{name}"]) for name in ATTRIBUTES}
        return [
            Sight(vectors[at], {name: self._likeliest(name, chances[name][at]) for name in ATTRIBUTES})
            for at in range(len(pixels))
        ]

    def _likeliest(self, attribute: str, chances: Floats) -> list[tuple[str, float]]:
        classes = self.labels.classes[attribute]
        return [(classes[at], round(float(chances[at]), 4)) for at in np.argsort(-chances)[:SHOWN]]


def load_model(trained: Path, shipped: Path, *, device: Device, threads: int) -> VisualModel:
    """The shop's own newest sound version, else the one that ships; raises BrokenArtefact when that is not whole."""
    return read_model(
        artefacts.newest(trained, TOOL) or artefacts.open_artefact(shipped / TOOL), device=device, threads=threads
    )


def read_model(artefact: Artefact, *, device: Device, threads: int) -> VisualModel:
    """The model in an artefact."""
    labels = _labels(artefact.json(LABELS))
    calibration = Calibration.from_json(artefact.json(CALIBRATION))
    encoder: Encoder = (
        TorchEncoder(artefact, labels, device) if device == "cuda" else OnnxEncoder(artefact, threads=threads)
    )
    return VisualModel(encoder, labels, calibration, artefact.manifest)


def _labels(raw: Any) -> Labels:
    try:
        return Labels({name: [str(label) for label in raw[name]] for name in ATTRIBUTES})
    except (KeyError, TypeError) as error:
        raise BrokenArtefact("The labels do not have the right shape.") from error
