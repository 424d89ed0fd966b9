"""ConvNCF: a CNN over the outer product of a customer's and a product's vector, which sees how dimensions meet."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.recommender.interactions import Interactions
from ml_tools.recommender.models.base import Progress
from ml_tools.recommender.models.customer_network import SEED, CustomerNetwork
from ml_tools.recommender.models.pairs import Batch, Pairs

SIZE = 32  # dimensions of a vector, hence of the map's side; five layers halve it to one


class ConvNCFNetwork(nn.Module):
    """score = p.q + CNN(p x q): the inner product that the embeddings are first trained to, then what the CNN adds from
    the outer product of their directions.

    A product's vector is one of its own plus, where there are `pictures` [products, features], a linear view of its
    CNN image features; so a product that nobody touched yet has a place through its picture.
    """

    pictures: Tensor | None

    def __init__(self, customers: int, products: int, channels: int, pictures: Tensor | None) -> None:
        super().__init__()
        self.customers = nn.Embedding(customers, SIZE)
        self.products = nn.Embedding(products, SIZE)
        self.popularity = nn.Embedding(products, 1)
        self.register_buffer("pictures", pictures)
        self.picture_layer = None if pictures is None else nn.Linear(pictures.shape[1], SIZE, bias=False)
        sides = [1, *[channels] * 5]
        layers = [nn.Conv2d(before, after, 2, stride=2) for before, after in pairwise(sides)]
        self.layers = nn.ModuleList(layers)
        self.output = nn.Linear(channels, 1, bias=False)
        nn.init.normal_(self.customers.weight, std=0.1)
        nn.init.normal_(self.products.weight, std=0.1)
        nn.init.zeros_(self.popularity.weight)
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.output.weight)  # the CNN begins by adding nothing

    def vectors(self, products: Tensor) -> Tensor:
        """Products [...] -> [..., 32]."""
        vectors: Tensor = self.products(products)
        if self.picture_layer is None or self.pictures is None:
            return vectors
        seen: Tensor = self.picture_layer(self.pictures[products])
        return vectors + seen

    def inner(self, customers: Tensor, products: Tensor) -> Tensor:
        """Customers' vectors [n, 32] and products [n, k] or [1, k] -> inner products and popularity [n, k]."""
        matched = customers[:, None] @ self.vectors(products).transpose(1, 2)
        return matched.squeeze(1) + self.popularity(products).squeeze(-1)

    def forward(self, customers: Tensor, products: Tensor) -> Tensor:
        """Customers' vectors [n, 32] and products [n, k] -> scores [n, k]."""
        left, right = functional.normalize(customers, dim=-1), functional.normalize(self.vectors(products), dim=-1)
        outer = SIZE * left[:, None, :, None] * right[:, :, None, :]  # [n, k, 32, 32], numbers of about one
        seen = outer.flatten(0, 1)[:, None].contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            seen = functional.relu(layer(seen))
        added = self.output(seen.flatten(1)).view(products.shape)
        return self.inner(customers, products) + added


class ConvNCF(CustomerNetwork):
    """Bayesian personalised ranking (equation 12): `epochs` of the inner products alone, then `cnn_events` events with
    the CNN on top.

    All products are ranked by their inner product; the CNN orders the best `shortlist` of them, so that a large
    catalogue is no slower than a small one. `images` False leaves the products' pictures out.
    """

    name, paper = "convncf", "He et al., IJCAI 2018"

    def __init__(
        self,
        channels: int = 16,
        epochs: int = 10,
        cnn_events: int = 300_000,
        batch: int = 8192,
        cnn_batch: int = 512,
        negatives: int = 4,
        rate: float = 4e-3,
        cnn_rate: float = 1e-3,
        weight_decay: float = 0.1,
        shortlist: int = 200,
        images: bool = True,
        decay: float = 0.95,
        floor: float = 0.05,
    ) -> None:
        self._channels, self._epochs, self._cnn_events = channels, epochs, cnn_events
        self._batch, self._cnn_batch, self._negatives = batch, cnn_batch, negatives
        self._rate, self._cnn_rate, self._weight_decay = rate, cnn_rate, weight_decay
        self._shortlist, self._images, self._decay, self._floor = shortlist, images, decay, floor

    def _train(self, data: Interactions, progress: Progress) -> None:
        image = data.features.image if self._images else None
        pictures = None if image is None else torch.from_numpy(image).float()
        self._network = ConvNCFNetwork(data.customer_count, data.product_count, self._channels, pictures)
        self._network.train()
        many = Pairs(data, negatives=self._negatives, decay=self._decay, floor=self._floor, seed=SEED)
        self._match(many, progress)
        one = Pairs(data, negatives=1, decay=self._decay, floor=self._floor, seed=SEED + 1)
        self._convolve(one, progress)
        self._network.eval()

    def _match(self, pairs: Pairs, progress: Progress) -> None:
        """Trains the inner products."""
        steps = self._epochs * -(-len(pairs) // self._batch)
        step = self._steps(self._rate, steps)
        for epoch in range(self._epochs):
            for batch in pairs.batches(self._batch):
                loss = step(self._loss(batch, self._network.inner))
            progress(f"ConvNCF: inner products, epoch {epoch + 1} of {self._epochs}, loss {loss:.4f}")

    def _convolve(self, pairs: Pairs, progress: Progress) -> None:
        """Trains everything, the CNN on top."""
        steps = -(-min(len(pairs), self._cnn_events) // self._cnn_batch)
        step = self._steps(self._cnn_rate, steps)
        for number, batch in enumerate(pairs.batches(self._cnn_batch, self._cnn_events), start=1):
            loss = step(self._loss(batch, self._network))
            if number % 100 == 0 or number == steps:
                progress(f"ConvNCF: CNN, {number} of {steps} batches, loss {loss:.4f}")

    def _steps(self, rate: float, count: int) -> Callable[[Tensor], float]:
        """What takes one of `count` steps down a loss."""
        parameters = self._network.parameters()
        optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=self._weight_decay, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=count)

        def step(loss: Tensor) -> float:
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            return loss.item()

        return step

    def _loss(self, batch: Batch, score: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        scores = score(self._network.customers(batch.customers), batch.products)
        losses = functional.softplus(scores[:, 1:] - scores[:, :1])
        return (losses * batch.weights[:, 1:]).mean()

    def _customer_vectors(self) -> Tensor:
        return self._network.customers.weight.detach()

    def _product_vectors(self) -> Tensor:
        return self._network.vectors(torch.arange(len(self._prior)))

    def _logits(self, customers: Tensor, products: Tensor) -> Tensor:
        scores: Tensor = self._network(customers, products)
        return scores

    def _all_logits(self, customers: Tensor) -> Tensor:
        scores = self._network.inner(customers, torch.arange(len(self._prior))[None])
        best = scores.topk(min(self._shortlist, scores.shape[1]), dim=1).indices
        convolved = self._network(customers, best)
        lowest = convolved.min(dim=1, keepdim=True).values
        behind = scores - scores.max(dim=1, keepdim=True).values + lowest  # whoever is not on the list comes after it
        return behind.scatter(1, best, convolved)
