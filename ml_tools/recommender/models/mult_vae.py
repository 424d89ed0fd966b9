"""Mult-VAE: a variational autoencoder that reads a history and gives every product's chance."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.recommender.interactions import Floats, Interactions, Ints, interactions_of
from ml_tools.recommender.models.base import Progress, Shippable
from ml_tools.recommender.models.linear import history_matrix, prior

SEED = 0


class VAENetwork(nn.Module):
    """Histories -> a normal distribution over `latent` numbers -> logits of all products (figure 2a of the paper).

    The first layer is a bag of product vectors, so that a history costs as much as it is long.
    """

    def __init__(self, products: int, hidden: int, latent: int) -> None:
        super().__init__()
        self.products = nn.EmbeddingBag(products, hidden, mode="sum")
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.encoder = nn.Linear(hidden, 2 * latent)
        self.decoder = nn.Linear(latent, hidden)
        self.output = nn.Linear(hidden, products)
        nn.init.xavier_normal_(self.products.weight)

    def encode(self, products: Tensor, starts: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """A bag of products a history -> mean and log variance [histories, latent]."""
        hidden = torch.tanh(self.products(products, starts, per_sample_weights=weights) + self.bias)
        mean, log_variance = self.encoder(hidden).chunk(2, dim=1)
        return mean, log_variance

    def decode(self, latent: Tensor) -> Tensor:
        """[histories, latent] -> logits [histories, products]."""
        logits: Tensor = self.output(torch.tanh(self.decoder(latent)))
        return logits


class MultVAE(Shippable):
    """Multinomial likelihood; the weight of the KL term grows to `most_kl` over the first half of the training.

    The training weighs a history's products alike, as in the paper; what is asked later weighs decay^age on the way in,
    so that newer products count more.
    """

    name, paper = "mult_vae", "Liang et al., WWW 2018"

    def __init__(
        self,
        hidden: int = 400,
        latent: int = 128,
        epochs: int = 60,
        batch: int = 256,
        rate: float = 1e-3,
        most_kl: float = 0.2,
        dropout: float = 0.5,
        decay: float = 0.9,
    ) -> None:
        self._hidden, self._latent, self._epochs, self._batch = hidden, latent, epochs, batch
        self._rate, self._most_kl, self._dropout, self._decay = rate, most_kl, dropout, decay

    def _fit(self, data: Interactions, progress: Progress) -> None:
        self._prior = prior(data)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            self._network = VAENetwork(data.product_count, self._hidden, self._latent)
            if len(data) > 0:
                self._train(data, progress)
        self._network.eval()

    def _train(self, data: Interactions, progress: Progress) -> None:
        histories = [history for history in data.histories() if len(history)]
        random = np.random.default_rng(SEED)
        optimiser = torch.optim.AdamW(self._network.parameters(), lr=self._rate, weight_decay=1e-2, fused=True)
        steps_an_epoch = -(-len(histories) // self._batch)
        kl_step = self._most_kl / max(1, self._epochs * steps_an_epoch / 2)
        kl_weight = 0.0
        for epoch in range(self._epochs):
            for chosen in np.array_split(random.permutation(len(histories)), steps_an_epoch):
                kl_weight = min(self._most_kl, kl_weight + kl_step)
                loss = self._loss([histories[customer] for customer in chosen], kl_weight)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            progress(f"Mult-VAE: epoch {epoch + 1} of {self._epochs}, loss {loss.item():.3f}")

    def _loss(self, histories: Sequence[Ints], kl_weight: float) -> Tensor:
        """Equation 10: the multinomial likelihood of all products of a history, and the annealed KL term."""
        products, starts, weights = self._bags(histories, decay=1.0)
        mean, log_variance = self._network.encode(products, starts, functional.dropout(weights, self._dropout))
        latent = mean + torch.randn_like(mean) * torch.exp(log_variance / 2)
        logs = self._network.decode(latent).log_softmax(dim=1)
        rows = torch.repeat_interleave(torch.diff(starts, append=torch.tensor([len(products)])))
        likelihood = logs[rows, products].sum() / len(histories)
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1).mean()
        return kl_weight * kl - likelihood

    def _bags(self, histories: Sequence[Ints], decay: float) -> tuple[Tensor, Tensor, Tensor]:
        """Products, where each history starts, and weights of unit length by history."""
        known = history_matrix(histories, len(self._prior), decay)
        lengths = np.sqrt(np.asarray(known.multiply(known).sum(axis=1)).ravel())
        weights = known.data / np.repeat(lengths, np.diff(known.indptr))
        return (
            torch.from_numpy(known.indices.astype(np.int64)),
            torch.from_numpy(known.indptr[:-1].astype(np.int64)),
            torch.from_numpy(weights.astype(np.float32)),
        )

    def scores(self, histories: Sequence[Ints]) -> Floats:
        """Logits of the mean of the latent distribution."""
        with torch.inference_mode():
            mean, _ = self._network.encode(*self._bags(histories, self._decay))
            scores: Floats = self._network.decode(mean).numpy()
        return scores + self._prior

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        parameters = {f"network.{name}": value.numpy() for name, value in self._network.state_dict().items()}
        return {**parameters, "prior": self._prior, "decay": np.array([self._decay], dtype=np.float64)}

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> Self:
        self.data = interactions_of([], product_count)
        self._prior = np.asarray(state["prior"], dtype=np.float32)
        self._decay = float(state["decay"][0])
        parameters = {
            name.removeprefix("network."): torch.from_numpy(np.array(value))
            for name, value in state.items()
            if name.startswith("network.")
        }
        self._latent, self._hidden = parameters["decoder.weight"].shape[1], parameters["decoder.weight"].shape[0]
        self._network = VAENetwork(product_count, self._hidden, self._latent)
        self._network.load_state_dict(parameters)
        self._network.eval()
        return self
