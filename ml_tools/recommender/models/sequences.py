"""What models of sequences share: a history becomes one vector, whose dot product with a product's vector scores it.

A server that keeps `product_vectors()` needs only `encode()` and one matrix product for an answer.
"""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from common.errors import BadRequest, Conflict
from ml_tools.device import best_device
from ml_tools.recommender.interactions import Floats, Interactions, Ints, ProductFeatures, interactions_of
from ml_tools.recommender.models.base import NEVER, Progress, Shippable
from ml_tools.recommender.models.sequence_batches import padded
from ml_tools.recommender.models.sequence_products import Content, ProductVectors, content_for
from ml_tools.recommender.models.sequence_training import Encoder, Recipe, SequenceNetwork, SequenceTraining
from ml_tools.training import Checkpoints

ENCODED_TOGETHER = 256  # histories
NETWORK = "network/"


class SequenceModel(Shippable):
    """`fit` trains with early stopping on the last products of some customers. See `Recipe` for the options.

    Products that nobody touched have a vector only with `content=True` and features; else they score -inf.
    """

    recipe: Recipe = Recipe()

    def __init__(self, *, checkpoints: Checkpoints | None = None, **options: Any) -> None:
        """`options` replace those of the model's recipe; with `checkpoints` a stopped fit goes on where it was."""
        unknown = set(options) - set(asdict(self.recipe))
        if unknown:
            raise BadRequest(f"A {self.name} has no option {', '.join(sorted(unknown))}.")
        self.recipe = replace(self.recipe, **options)
        self._checkpoints = checkpoints

    @abstractmethod
    def encoder(self) -> Encoder:
        """A fresh encoder for the recipe."""

    def _fit(self, data: Interactions, progress: Progress) -> None:
        touched = np.bincount(data.products, minlength=data.product_count) > 0
        with torch.random.fork_rng():
            torch.manual_seed(self.recipe.seed)
            content = content_for(data.features, self.recipe.width) if self.recipe.content else None
            network = self._built(touched, content).to(best_device())
            training = SequenceTraining(network, data, self.recipe, progress)
            training.run(self._held_out_ndcg, self._checkpoints)
        self._serve(network, self._vectors_of(network, data.features), touched)

    def _built(self, touched: NDArray[np.bool_], content: Content | None) -> SequenceNetwork:
        products = ProductVectors(touched, self.recipe.width, content, unit=self.recipe.temperature is not None)
        return SequenceNetwork(products, self.encoder(), self.recipe)

    def _serve(self, network: SequenceNetwork, vectors: Floats, touched: NDArray[np.bool_]) -> None:
        self._network, self._vectors, self._touched = network.eval(), vectors, touched
        self._table = torch.from_numpy(vectors).to(network.nobody.device)
        self._placed = touched if network.products.content is None else np.any(vectors != 0, axis=1)

    @property
    def placed(self) -> NDArray[np.bool_]:
        """[products]: which have a vector; the others' rows in `product_vectors` are zeros and say nothing."""
        return self._placed

    def product_vectors(self) -> Floats:
        """[products, width], in memory for as long as the model is."""
        return self._vectors

    def place(self, features: ProductFeatures) -> Floats:
        """Vectors [k, width] of products that came after the fit, from their features alone."""
        if self._network.products.content is None:
            raise BadRequest("This model knows products by what customers did only; fit it with content=True.")
        with torch.inference_mode():
            vectors = self._network.products.content(features)
            vectors = nn.functional.normalize(vectors, dim=1) if self._network.products.unit else vectors
        return np.asarray(vectors.cpu().numpy(), dtype=np.float32)

    def encode(self, histories: Sequence[Ints]) -> Floats:
        """[histories, width]: what each wants next; scores are its dot products with `product_vectors()`.

        Only the newest `recipe.window` products count; an empty history wants what most customers want.
        """
        encoded = np.zeros((len(histories), self.recipe.width), dtype=np.float32)
        lengths = np.array([len(history) for history in histories], dtype=np.int64)
        encoded[lengths == 0] = self._network.nobody.detach().cpu().numpy()
        known = np.flatnonzero(lengths)
        known = known[np.argsort(lengths[known], kind="stable")]
        for start in range(0, len(known), ENCODED_TOGETHER):
            rows = known[start : start + ENCODED_TOGETHER]
            encoded[rows] = _wanted_last(self._network, self._table, [histories[row] for row in rows], self.recipe)
        return encoded

    def scores(self, histories: Sequence[Ints]) -> Floats:
        scores = self.encode(histories) @ self._vectors.T
        scores[:, np.flatnonzero(~self._placed)] = NEVER
        return scores

    def similarities(self, product: int) -> Floats:
        if not self._placed[product]:
            return np.full(len(self._vectors), NEVER)
        return super().similarities(product)

    @torch.inference_mode()
    def _vectors_of(self, network: SequenceNetwork, features: ProductFeatures) -> Floats:
        network.eval()
        everything = torch.arange(len(network.products.own), device=network.nobody.device)
        return np.asarray(network.products(everything, features).float().cpu().numpy(), dtype=np.float32)

    def _held_out_ndcg(self, network: SequenceNetwork, histories: list[Ints], targets: Ints) -> float:
        """NDCG@20 of the targets among all products."""
        if not histories:
            return 0.0
        network.eval()
        table = torch.from_numpy(self._vectors_of(network, self.data.features)).to(network.nobody.device)
        gains = []
        for start in range(0, len(histories), ENCODED_TOGETHER):
            wanted = _wanted_last(network, table, histories[start : start + ENCODED_TOGETHER], self.recipe)
            scores = wanted @ table.cpu().numpy().T
            right = scores[np.arange(len(scores)), targets[start : start + ENCODED_TOGETHER]]
            ranks = (scores > right[:, None]).sum(axis=1)
            gains.append(np.where(ranks < 20, 1 / np.log2(ranks + 2), 0.0))
        return float(np.concatenate(gains).mean())

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        weights = {f"{NETWORK}{n}": t.detach().cpu().numpy() for n, t in self._network.state_dict().items()}
        del weights[f"{NETWORK}products.own"]  # what serves are the vectors with the content in them
        recipe = np.frombuffer(json.dumps(asdict(self.recipe)).encode(), dtype=np.uint8)
        return weights | {"recipe": recipe, "vectors": self._vectors, "touched": self._touched.astype(np.uint8)}

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> Self:
        """The recipe comes from the state; Conflict when it was fitted for another number of products."""
        vectors = np.asarray(state["vectors"], dtype=np.float32)
        if len(vectors) != product_count:
            raise Conflict(f"This {self.name} knows {len(vectors)} products, not {product_count}.")
        self.recipe = Recipe(**json.loads(np.asarray(state["recipe"], dtype=np.uint8).tobytes()))
        self.data = interactions_of([], product_count)
        touched = np.asarray(state["touched"], dtype=bool)
        weights = {n.removeprefix(NETWORK): _tensor(a) for n, a in state.items() if n.startswith(NETWORK)}
        network = self._built(touched, _content_of(weights, self.recipe.width))
        network.load_state_dict(weights | {"products.own": torch.from_numpy(vectors)})
        self._serve(network.to(best_device()), vectors, touched)
        return self


@torch.inference_mode()
def _wanted_last(network: SequenceNetwork, table: torch.Tensor, histories: Sequence[Ints], recipe: Recipe) -> Floats:
    """[histories, width] after the last product of each, none of them empty."""
    inputs, lengths = padded([history[-recipe.window :] for history in histories])
    wanted = network.wanted_last(table[inputs.to(table.device)], lengths.to(table.device))
    return np.asarray(wanted.float().cpu().numpy(), dtype=np.float32)


def _tensor(array: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.array(array))


def _content_of(weights: Mapping[str, torch.Tensor], width: int) -> Content | None:
    prefix = "products.content."
    lengths = {
        "image": weights.get(f"{prefix}image.weight", torch.zeros(0, 0)).shape[1],
        "text": weights.get(f"{prefix}text.weight", torch.zeros(0, 0)).shape[1],
        "words": weights.get(f"{prefix}words", torch.zeros(0, 0)).shape[0],
    }
    return Content(**lengths, width=width) if any(lengths.values()) else None
