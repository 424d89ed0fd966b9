"""The network: MiniLM, its mean over the tokens, and two logits of it: positive or not, and mixed or not."""

from typing import cast

import torch
from torch import nn

HEADS = ("positive", "mixed")
_DRAWN = 1 << 23


class SliceDropout(nn.Module):
    """Dropout whose mask is a slice of one long drawn mask, from a random place.

    Drawing anew takes a quarter of a step on a CPU (`bernoulli_` draws one number at a time).
    """

    def __init__(self, p: float, seed: int) -> None:
        super().__init__()
        self._generator = torch.Generator().manual_seed(seed)
        self._mask = (torch.rand(_DRAWN, generator=self._generator) >= p).to(torch.bfloat16) / (1 - p)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        if not self.training or states.numel() > _DRAWN:
            return states
        start = int(torch.randint(0, _DRAWN - states.numel() + 1, (1,), generator=self._generator))
        mask = self._mask[start : start + states.numel()].view_as(states)
        return states * mask.to(device=states.device, dtype=states.dtype)


class SentimentNetwork(nn.Module):
    """Token ids and mask (batch, tokens) -> logits (batch, 2), in the order of HEADS."""

    def __init__(self, encoder: nn.Module, width: int = 384) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(width, len(HEADS))
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        return cast("torch.Tensor", self.heads(mean))


def with_dropout(network: SentimentNetwork, p: float, seed: int) -> SentimentNetwork:
    """Put SliceDropout in the place of the encoder's dropouts of hidden states; those of attention are left out."""
    shared = SliceDropout(p, seed)
    for name, module in list(network.named_modules()):
        for child, layer in list(module.named_children()):
            if not isinstance(layer, nn.Dropout):
                continue
            if name.endswith("attention.self"):
                layer.p = 0.0
            else:
                setattr(module, child, shared)
    return network


def bare_encoder() -> nn.Module:
    """MiniLM's six layers without weights; eager attention, because the traced graph must hold no fused kernels."""
    from transformers import BertConfig, BertModel

    config = BertConfig(num_hidden_layers=6, hidden_size=384, num_attention_heads=12, intermediate_size=1536)
    config._attn_implementation = "eager"
    return BertModel(config, add_pooling_layer=False)
