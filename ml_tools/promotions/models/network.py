"""What the networks share: an embedding for each column of the design, fields as sums of their slots, and the training.

Training stops after as many epochs as were best on the newest fifth of the rows; a few thousand impressions are learnt
by heart within three. So weights decay firmly, whole fields drop out, and embeddings start near nothing.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.promotions.batch import Batch, Doubles
from ml_tools.promotions.features import Arrays, Design, Slots, prefixed, under
from ml_tools.promotions.models.base import ClickModel, Progress, Settings, loss_of, silent

WIDTH = 8  # of an embedding
HIDDEN = (64, 32)
EPOCHS, PATIENCE = 12, 2
ROWS = 256  # of a step; of an answer, 32 times as many
RATE, UPDATE_RATE = 2e-3, 5e-4
SPREAD = 0.01
FIELD_DROPOUT, DROPOUT = 0.1, 0.2
SEED = 20
THREADS = 2


class FieldEmbeddings(nn.Module):
    """Rows as vectors [rows, fields, WIDTH] and as a weighted sum [rows]: the linear part that every model has."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.register_buffer("fields", torch.from_numpy(design.fields), persistent=False)
        self.count = int(design.fields.max()) + 1 if len(design.fields) else 0
        self.vectors = nn.Embedding(design.width, WIDTH)
        self.line = nn.Embedding(design.width, 1)
        nn.init.normal_(self.vectors.weight, std=SPREAD)
        nn.init.zeros_(self.line.weight)

    def forward(self, columns: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        slots = self.vectors(columns) * values[..., None]
        fields = slots.new_zeros(len(columns), self.count, WIDTH).index_add(1, self.fields, slots)
        if self.training:
            kept = torch.rand(len(columns), self.count, 1) >= FIELD_DROPOUT
            fields = fields * kept / (1 - FIELD_DROPOUT)
        line = (self.line(columns)[..., 0] * values).sum(dim=1)
        return fields, line


def pairs_of(fields: Tensor) -> Tensor:
    """[rows]: the sum of the dot products of all pairs of fields, in linear time (Rendle, ICDM 2010, lemma 3.1)."""
    together = fields.sum(dim=1) ** 2 - (fields**2).sum(dim=1)
    return 0.5 * together.sum(dim=1)


def perceptron(inputs: int, outputs: int | None = 1) -> nn.Sequential:
    """HIDDEN layers with ReLU and dropout, and, unless `outputs` is None, a last layer that starts at 0."""
    layers: list[nn.Module] = []
    for width in HIDDEN:
        layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(DROPOUT)]
        inputs = width
    if outputs is not None:
        last = nn.Linear(inputs, outputs)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        layers.append(last)
    return nn.Sequential(*layers)


class NetworkModel(ClickModel):
    """A torch module that gives log-odds, above those of the rate of all, from field vectors and a linear part."""

    grid: ClassVar[tuple[Settings, ...]] = tuple(
        {"epochs": epochs, "decay": decay} for epochs, decay in ((2, 0.3), (EPOCHS, 0.3), (EPOCHS, 0.05))
    )

    @abstractmethod
    def _head(self, fields: int) -> nn.Module:
        """A module from [rows, fields, WIDTH] to log-odds [rows]."""

    def settle(self, earlier: Batch, later: Batch, progress: Progress = silent) -> None:
        """For each decay, train as long as it helps on `later`."""
        found: list[tuple[float, Settings]] = []
        for decay in sorted({settings["decay"] for settings in self.grid}):
            self.settings = {"epochs": 0, "decay": decay}
            self.learn(earlier)
            best, best_epoch = loss_of(self.log_odds(later), later.labels), 0
            slots = self._design.slots(earlier)
            for epoch in range(1, EPOCHS + 1):
                self._epoch(slots, earlier.labels, epoch)
                loss = loss_of(self.log_odds(later), later.labels)
                progress(f"{self.name}: decay {decay}, epoch {epoch}, logloss {loss:.4f}")
                if loss < best:
                    best, best_epoch = loss, epoch
                elif epoch - best_epoch >= PATIENCE:
                    break
            found.append((best, {"epochs": best_epoch, "decay": decay}))
        self.settings = dict(min(found, key=lambda one: one[0])[1])

    def _learn(self, batch: Batch, progress: Progress) -> None:
        self._design = Design.learnt(batch)
        self._build()
        slots = self._design.slots(batch)
        for epoch in range(1, int(self.settings["epochs"]) + 1):
            self._epoch(slots, batch.labels, epoch)
            progress(f"{self.name}: epoch {epoch}")

    def _build(self) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(SEED)
            embeddings = FieldEmbeddings(self._design)
            self._network = nn.ModuleDict({"embeddings": embeddings, "head": self._head(embeddings.count)})
        self._optimizer = self._new_optimizer(RATE)

    def _new_optimizer(self, rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self._network.parameters(), lr=rate, weight_decay=self.settings["decay"])

    def _epoch(self, slots: Slots, clicks: Doubles, number: int) -> None:
        if not len(clicks) or not slots.columns.shape[1]:
            return
        columns, values = torch.from_numpy(slots.columns), torch.from_numpy(slots.values)
        labels = torch.from_numpy(clicks.astype(np.float32))
        self._network.train()
        with torch.random.fork_rng():
            torch.manual_seed(SEED + number)
            for part in torch.randperm(len(labels)).split(ROWS):
                loss = functional.binary_cross_entropy_with_logits(
                    self._odds(columns[part], values[part]), labels[part]
                )
                self._optimizer.zero_grad(set_to_none=True)
                loss.backward()
                self._optimizer.step()
        self._network.eval()

    def _odds(self, columns: Tensor, values: Tensor) -> Tensor:
        fields, line = self._network["embeddings"](columns, values)
        odds: Tensor = self._network["head"](fields) + line + self.base
        return odds

    def _update(self, batch: Batch) -> None:
        """One pass over the new rows, in smaller steps."""
        self._optimizer = self._new_optimizer(UPDATE_RATE)
        self._epoch(self._design.slots(batch), batch.labels, 0)

    @torch.inference_mode()
    def log_odds(self, batch: Batch) -> Doubles:
        slots = self._design.slots(batch)
        if not slots.columns.shape[1]:
            return np.full(len(batch), self.base)
        self._network.eval()
        parts = [slots.take(slice(start, start + 32 * ROWS)) for start in range(0, len(slots), 32 * ROWS)]
        found = [self._odds(torch.from_numpy(part.columns), torch.from_numpy(part.values)).numpy() for part in parts]
        return np.concatenate([*found, np.zeros(0, dtype=np.float32)]).astype(np.float64)

    def _state(self) -> Mapping[str, NDArray[np.generic]]:
        tensors = {name: tensor.detach().numpy().copy() for name, tensor in self._network.state_dict().items()}
        return {**prefixed("design/", self._design.arrays()), **prefixed("network/", tensors)}

    def _restore(self, state: Arrays) -> None:
        self._design = Design.of(under(state, "design/"))
        self._build()
        tensors = {name: torch.from_numpy(np.array(array)) for name, array in under(state, "network/").items()}
        self._network.load_state_dict(tensors)
        self._network.eval()
