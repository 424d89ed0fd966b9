"""NeuMF: neural collaborative filtering, a generalised matrix factorisation beside a multi-layer perceptron."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.recommender.interactions import Interactions
from ml_tools.recommender.models.base import Progress
from ml_tools.recommender.models.customer_network import SEED, CustomerNetwork
from ml_tools.recommender.models.pairs import Batch, Pairs


class NeuMFNetwork(nn.Module):
    """Customers and products -> logits. Both halves have embeddings of their own, as in equation 12 of the paper; the
    perceptron's first layer is split into a customer's and a product's part, so that each is computed once."""

    def __init__(self, customers: int, products: int, size: int, hidden: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        self.size = size
        self.customers = nn.Embedding(customers, 2 * size)  # for the factorisation, then for the perceptron
        self.products = nn.Embedding(products, 2 * size)
        self.popularity = nn.Embedding(products, 1)
        self.customer_layer = nn.Linear(size, hidden[0])
        self.product_layer = nn.Linear(size, hidden[0], bias=False)
        self.layers = nn.ModuleList(nn.Linear(wide, narrow) for wide, narrow in pairwise(hidden))
        self.output = nn.Linear(size + hidden[-1], 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.customers.weight, std=0.05)
        nn.init.normal_(self.products.weight, std=0.05)
        nn.init.zeros_(self.popularity.weight)
        nn.init.ones_(self.output.weight[:, :size])  # it begins as a plain matrix factorisation

    def forward(self, customers: Tensor, products: Tensor) -> Tensor:
        """Customers' vectors [n, 2 size] and products [n, k] or [1, k] -> [n, k]."""
        factors, inputs = self.dropout(customers)[:, None].split(self.size, dim=-1)
        product_factors, product_inputs = self.products(products).split(self.size, dim=-1)
        hidden = functional.relu(self.customer_layer(inputs) + self.product_layer(product_inputs))
        for layer in self.layers:
            hidden = functional.relu(layer(hidden))
        weights = self.output.weight[0]
        matched = (factors * weights[: self.size]) @ product_factors.transpose(1, 2)
        deep = hidden @ weights[self.size :]
        return matched.squeeze(1) + deep + self.output.bias + self.popularity(products).squeeze(-1)


class NeuMF(CustomerNetwork):
    """Pointwise log loss with `negatives` drawn products for each chosen one (equation 7). Newer events count more;
    dropout and weight decay take the place of the paper's pre-training."""

    name, paper = "neumf", "He et al., WWW 2017"

    def __init__(
        self,
        size: int = 32,
        hidden: tuple[int, ...] = (32, 16),
        epochs: int = 12,
        negatives: int = 4,
        batch: int = 8192,
        rate: float = 2e-3,
        weight_decay: float = 1e-2,
        dropout: float = 0.2,
        decay: float = 0.95,
        floor: float = 0.05,
    ) -> None:
        self._size, self._hidden, self._epochs, self._negatives = size, hidden, epochs, negatives
        self._batch, self._rate, self._weight_decay, self._dropout = batch, rate, weight_decay, dropout
        self._decay, self._floor = decay, floor

    def _train(self, data: Interactions, progress: Progress) -> None:
        pairs = Pairs(data, negatives=self._negatives, decay=self._decay, floor=self._floor, seed=SEED)
        self._network = NeuMFNetwork(data.customer_count, data.product_count, self._size, self._hidden, self._dropout)
        steps = self._epochs * -(-len(pairs) // self._batch)
        optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=self._rate, weight_decay=self._weight_decay, fused=True
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=self._rate, total_steps=steps)
        self._network.train()
        for epoch in range(self._epochs):
            for batch in pairs.batches(self._batch):
                loss = self._loss(batch)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
            progress(f"NeuMF: epoch {epoch + 1} of {self._epochs}, loss {loss.item():.4f}")
        self._network.eval()

    def _loss(self, batch: Batch) -> Tensor:
        logits = self._network(self._network.customers(batch.customers), batch.products)
        chosen = torch.zeros_like(logits)
        chosen[:, 0] = 1
        return functional.binary_cross_entropy_with_logits(logits, chosen, weight=batch.weights)

    def _customer_vectors(self) -> Tensor:
        return self._network.customers.weight.detach()

    def _product_vectors(self) -> Tensor:
        return self._network.products.weight.detach()

    def _logits(self, customers: Tensor, products: Tensor) -> Tensor:
        logits: Tensor = self._network(customers, products)
        return logits

    def _all_logits(self, customers: Tensor) -> Tensor:
        everything = torch.arange(len(self._prior))[None]
        return self._logits(customers, everything)
