"""The trained network as files: int8 ONNX for the CPU, float16 safetensors for torch."""

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import save

from ml_tools.reviews.sentiment.network import SentimentNetwork


def weights_bytes(network: SentimentNetwork) -> bytes:
    """float16, by the names of the network's own parameters."""
    tensors: Mapping[str, torch.Tensor] = network.state_dict()
    return save({name: tensor.detach().cpu().half().contiguous() for name, tensor in tensors.items()})


def onnx_bytes(network: SentimentNetwork, *, kept_float: tuple[str, ...] = ()) -> bytes:
    """The int8 graph: per output channel, with a reduced range, so that processors without VNNI do not saturate.

    `kept_float`: parts of names of nodes that stay in float32.
    """
    with tempfile.TemporaryDirectory() as scratch:
        whole, small = Path(scratch) / "float.onnx", Path(scratch) / "int8.onnx"
        _export(network, whole)
        excluded = _nodes(whole, kept_float)
        quantize_dynamic(
            whole, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, nodes_to_exclude=excluded
        )
        return small.read_bytes()


def _export(network: SentimentNetwork, target: Path) -> None:
    example = torch.tensor([[101, 7592, 2045, 102], [101, 2129, 2172, 102]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's own notes
        torch.onnx.export(
            network.cpu().eval(), (example, torch.ones_like(example)), str(target),
            input_names=["input_ids", "attention_mask"], output_names=["logits"], opset_version=17, dynamo=False,
            dynamic_axes={
                "input_ids": {0: "batch", 1: "tokens"}, "attention_mask": {0: "batch", 1: "tokens"},
                "logits": {0: "batch"},
            },
        )  # fmt: skip


def _nodes(graph: Path, parts: tuple[str, ...]) -> list[str]:
    import onnx

    names = [node.name for node in onnx.load(graph).graph.node if node.op_type in {"MatMul", "Gemm"}]
    return [name for name in names if any(part in name for part in parts)]
