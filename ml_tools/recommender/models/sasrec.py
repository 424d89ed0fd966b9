"""SASRec: attention over a history, looking backwards only."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.recommender.models.sequence_training import Encoder, Recipe
from ml_tools.recommender.models.sequences import SequenceModel

# Options that fit many short sessions, as those of visitors who do not sign in, better than few long histories.
FOR_SESSIONS: Mapping[str, Any] = {
    "width": 128,
    "window": 30,
    "layers": 1,
    "temperature": 0.07,
    "dropout": 0.25,
    "rate": 0.004,
    "rivals": 2048,
    "epochs": 6,
}


class Block(nn.Module):
    """One layer: attention to what came before, then a small network at each place; normalised before each."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_network = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention_in = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.network = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor) -> Tensor:
        query, key, value = self._split(self.attention_in(self.before_attention(hidden)), 3)
        attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self._after(hidden, attended)

    def last(self, hidden: Tensor, lengths: Tensor) -> Tensor:
        """[rows, 1, width]: the same at the last of each row's `lengths` places, which costs much less than all."""
        last = hidden[torch.arange(len(hidden), device=hidden.device), lengths - 1].unsqueeze(1)
        width = hidden.shape[2]
        weight, bias = self.attention_in.weight, self.attention_in.bias
        asked = functional.linear(self.before_attention(last), weight[:width], bias[:width])
        told = functional.linear(self.before_attention(hidden), weight[width:], bias[width:])
        (query,), (key, value) = self._split(asked, 1), self._split(told, 2)
        seen = torch.arange(hidden.shape[1], device=hidden.device) < lengths[:, None]
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen[:, None, None])
        return self._after(last, attended)

    def _split(self, projected: Tensor, parts: int) -> tuple[Tensor, ...]:
        """Each part [rows, heads, length, width of a head]."""
        rows, length, width = projected.shape
        by_head = projected.view(rows, length, parts, self.heads, width // parts // self.heads)
        return by_head.permute(2, 0, 3, 1, 4).unbind(0)

    def _after(self, hidden: Tensor, attended: Tensor) -> Tensor:
        hidden = hidden + self.dropout(self.attention_out(attended.transpose(1, 2).reshape(hidden.shape)))
        return hidden + self.dropout(self.network(self.before_network(hidden)))


class AttentiveEncoder(Encoder):
    """Learnt places, then blocks."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.randn(recipe.window, recipe.width) * 0.02)
        self.dropout = nn.Dropout(recipe.dropout)
        self.blocks = nn.Sequential(
            *[Block(recipe.width, recipe.heads, recipe.dropout) for _ in range(recipe.layers - 1)]
        )
        self.last_block = Block(recipe.width, recipe.heads, recipe.dropout)
        self.last_norm = nn.LayerNorm(recipe.width)

    def forward(self, vectors: Tensor) -> Tensor:
        hidden: Tensor = self.last_norm(self.last_block(self.blocks(self._placed(vectors))))
        return hidden

    def last(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        hidden: Tensor = self.last_norm(self.last_block.last(self.blocks(self._placed(vectors)), lengths).squeeze(1))
        return hidden

    def _placed(self, vectors: Tensor) -> Tensor:
        placed: Tensor = self.dropout(vectors + self.places[: vectors.shape[1]])
        return placed


class SASRec(SequenceModel):
    """Reads histories of any length; trained at every place of every history."""

    name = "sasrec"
    paper = "Kang & McAuley, ICDM 2018; loss: Klenitskiy & Vasilev, RecSys 2023"
    recipe = Recipe()

    def encoder(self) -> Encoder:
        return AttentiveEncoder(self.recipe)
