"""From a trained network to what ships: calibrated on validation, exported, measured on test pictures, written.

    python -m ml_tools.visual_search.finish

takes the newest checkpoint from the training's last step on, as when only the drawings have changed.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import onnxruntime

from common.settings import settings
from ml_tools.artefacts import MANIFEST, Manifest, open_artefact
from ml_tools.visual_search.calibrate import Outputs, calibrate
from ml_tools.visual_search.calibration import Floats
from ml_tools.visual_search.card import card_text
from ml_tools.visual_search.datasets import GARMENT_PHOTOS, PHOTOS, Goods, Split, photo_goods
from ml_tools.visual_search.disturb import disturbed
from ml_tools.visual_search.evaluate import OURS, evaluate, garment_accuracy, held_out, merged
from ml_tools.visual_search.export import onnx_bytes, weights_bytes
from ml_tools.visual_search.model import CALIBRATION, LABELS, NAME, ONNX, OUTPUTS, PART_NAMES, TOOL, WEIGHTS, read_model
from ml_tools.visual_search.network import VisualNetwork
from ml_tools.visual_search.pictures import Pixels
from ml_tools.visual_search.vocabulary import ATTRIBUTES, Labels

BATCH = 64
CARD = "MODEL_CARD.md"
TRAINED_ON = (
    f"{PHOTOS} (training split), {GARMENT_PHOTOS} (training part), drawings by this project's code; "
    "EfficientNet-Lite0 pretrained on ImageNet"
)
LICENCE = "Apache-2.0; photos under MIT (fashion-photos) and CC0 (clothing-cc0)"


class Raw:
    """A bare exported network, run in batches with progress."""

    def __init__(self, content: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings().threads
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def run(self, pixels: Pixels) -> Mapping[str, Floats]:
        batches = [
            self._session.run(list(OUTPUTS), {"pixels": pixels[at : at + BATCH]}) for at in range(0, len(pixels), BATCH)
        ]
        return {name: np.concatenate(found) for name, *found in zip(OUTPUTS, *batches, strict=True)}


def outputs_of(raw: Raw, goods: Goods) -> Outputs:
    found = raw.run(goods.pixels)
    return Outputs(
        parts={name: found[f"part_{name}"] for name in PART_NAMES},
        logits={name: found[f"logits_{name}"] for name in ATTRIBUTES},
        targets=goods.targets,
    )


def finish(network: VisualNetwork, labels: Labels, data: Path, target: Path) -> Manifest:
    """Write the artefact into `target`; returns its manifest, with what was measured on the test split."""
    content = onnx_bytes(network)
    raw = Raw(content)
    gallery = outputs_of(raw, photo_goods(data, Split.TRAIN, labels))
    validation_goods = photo_goods(data, Split.VALIDATION, labels)
    validation = outputs_of(raw, validation_goods)
    again = raw.run(np.stack([disturbed(pixels, "all") for pixels in validation_goods.pixels]))
    chosen = calibrate(gallery, validation, {name: again[f"part_{name}"] for name in PART_NAMES})
    files = {
        ONNX: content,
        WEIGHTS: weights_bytes(network),
        LABELS: json.dumps(labels.classes, indent=1).encode(),
        CALIBRATION: json.dumps(chosen.to_json(), indent=1).encode(),
    }
    _write(target, files, {})
    return _write(target, files, _quality(target, data))


def _quality(target: Path, data: Path) -> dict[str, float]:
    """What `shopclerk evaluate visual-search` prints, measured on the very files that ship."""
    model = read_model(open_artefact(target), device="cpu", threads=settings().threads)
    found = merged(evaluate(model, *held_out(data / PHOTOS)), garment_accuracy(model, data))
    return {name: by_model[OURS] for name, by_model in found.items()}


def _write(target: Path, files: Mapping[str, bytes], quality: Mapping[str, float]) -> Manifest:
    now = datetime.now(UTC)
    manifest = Manifest(
        name=NAME,
        version=f"{now:%Y%m%dT%H%M}",
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        licence=LICENCE,
        trained_at=now,
        trained_on=TRAINED_ON,
        as_of=date(now.year, now.month, now.day),
        quality={name: round(value, 4) for name, value in quality.items()},
    )
    target.mkdir(parents=True, exist_ok=True)
    described = {MANIFEST: manifest.model_dump_json(indent=2) + "\n", CARD: card_text(manifest)}
    for name, content in {**files, **{name: text.encode() for name, text in described.items()}}.items():
        (target / name).write_bytes(content)
    return open_artefact(target).manifest


def main() -> None:
    import torch

    from ml_tools.training import Checkpoints
    from ml_tools.visual_search.datasets import training_goods
    from ml_tools.visual_search.product_part import teach_product_part
    from ml_tools.visual_search.stem import fast_stem
    from ml_tools.visual_search.train import checkpoints_folder

    torch.set_num_threads(settings().threads)
    goods, labels = training_goods(settings().shopclerk_data)
    network = VisualNetwork(labels)
    Checkpoints(checkpoints_folder()).read("averaged", network)
    teach_product_part(network, goods, fast_stem(network, "cpu"))
    manifest = finish(network.eval(), labels, settings().shopclerk_data, settings().models_dir / TOOL)
    print(manifest.model_dump_json(indent=2))  # noqa: T201 (what was made is this command's output)


if __name__ == "__main__":
    main()
