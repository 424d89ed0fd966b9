"""The trained network as files: ONNX for the CPU, safetensors for torch. Pixels in, parts and logits out."""

import io
import warnings

import torch
from safetensors.torch import save
from torch import Tensor, nn

from ml_tools.visual_search.model import OUTPUTS, PART_NAMES
from ml_tools.visual_search.network import VisualNetwork
from ml_tools.visual_search.pictures import SIDE
from ml_tools.visual_search.vocabulary import ATTRIBUTES


class Exported(nn.Module):
    """uint8 [n, 224, 224, 3] -> the outputs named in OUTPUTS, in that order."""

    def __init__(self, network: VisualNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        pictures = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
        seen = self.network(pictures)
        parts = [seen.parts[name] for name in PART_NAMES]
        return (*parts, *(seen.logits[name] for name in (*ATTRIBUTES, "garment")))


def onnx_bytes(network: VisualNetwork) -> bytes:
    """The ONNX graph for any number of pictures at once."""
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's own notes
        torch.onnx.export(
            Exported(network).eval(), (torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8),), content,  # type: ignore[arg-type]
            input_names=["pixels"], output_names=list(OUTPUTS), opset_version=17, dynamo=False,
            dynamic_axes={name: {0: "n"} for name in ("pixels", *OUTPUTS)},
        )  # fmt: skip
    return content.getvalue()


def weights_bytes(network: VisualNetwork) -> bytes:
    return save({name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()})
