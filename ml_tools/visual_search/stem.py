"""The frozen first blocks, run by whatever is fastest: ONNX Runtime on a CPU, torch itself on CUDA."""

import io

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from common.settings import settings
from ml_tools.device import Device
from ml_tools.visual_search.network import Stem, VisualNetwork


class _StemOnly(nn.Module):
    def __init__(self, network: VisualNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        return self.network.stem(pictures)


def fast_stem(network: VisualNetwork, device: Device) -> Stem:
    """Pictures [n, 3, s, s] -> early features [n, 80, s/16, s/16], without gradients."""
    if device == "cuda":
        return network.stem
    content = io.BytesIO()
    training = network.training
    torch.onnx.export(
        _StemOnly(network).eval(), (torch.zeros(2, 3, 64, 64),), content, input_names=["pictures"],  # type: ignore[arg-type]
        output_names=["early"], dynamic_axes={"pictures": {0: "n", 2: "h", 3: "w"}, "early": {0: "n", 2: "h", 3: "w"}},
        opset_version=17, dynamo=False,
    )  # fmt: skip
    network.train(training)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings().threads
    session = onnxruntime.InferenceSession(content.getvalue(), options, providers=["CPUExecutionProvider"])

    def stem(pictures: Tensor) -> Tensor:
        contiguous = np.ascontiguousarray(pictures.numpy())
        return torch.from_numpy(session.run(None, {"pictures": contiguous})[0])

    return stem
