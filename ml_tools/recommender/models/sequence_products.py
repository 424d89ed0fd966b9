"""Vectors of products: what is learnt of each, and what its picture, text and attributes say."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.recommender.interactions import Floats, ProductFeatures

FORGOTTEN = 0.3  # share of products that a training step knows by their content alone


class Content(nn.Module):
    """Image, text and attributes projected to one vector; untold ones add nothing."""

    def __init__(self, image: int, text: int, words: int, width: int) -> None:
        """The lengths of the features; 0 where a shop has none."""
        super().__init__()
        self.image = nn.Linear(image, width, bias=False) if image else None
        self.text = nn.Linear(text, width, bias=False) if text else None
        self.words = nn.Parameter(torch.randn(words, width) * 0.02) if words else None

    def forward(self, features: ProductFeatures) -> Tensor:
        """[products, width]; there is at least one kind of feature."""
        parts = []
        if self.image is not None and features.image is not None:
            parts.append(self.image(_tensor(features.image, self.image.weight)))
        if self.text is not None and features.text is not None:
            parts.append(self.text(_tensor(features.text, self.text.weight)))
        if self.words is not None and features.attributes is not None:
            parts.append(_mean_of_words(features.attributes, self.words))
        return torch.stack(parts).sum(dim=0)


def content_for(features: ProductFeatures, width: int) -> Content | None:
    """A fresh projection for these kinds of features; None where there are none."""
    image = 0 if features.image is None else features.image.shape[1]
    text = 0 if features.text is None else features.text.shape[1]
    words = 0 if features.attributes is None else features.attributes.shape[1]
    return Content(image, text, words, width) if image or text or words else None


class ProductVectors(nn.Module):
    """What histories are read with and products are ranked by: one table for both.

    With `content`, a step now and then forgets what it learnt of a product itself and has to do with the content
    (Volkovs et al., "DropoutNet", NeurIPS 2017), which is what a product that nobody touched will have.
    """

    touched: Tensor

    def __init__(self, touched: NDArray[np.bool_], width: int, content: Content | None, *, unit: bool) -> None:
        super().__init__()
        self.own = nn.Parameter(torch.randn(len(touched), width) * 0.02)
        self.register_buffer("touched", torch.from_numpy(touched)[:, None].float(), persistent=False)
        self.content = content
        self.unit = unit

    def forward(self, products: Tensor, features: ProductFeatures) -> Tensor:
        """Vectors [n, width] of products [n]; those that nobody touched have nothing of their own."""
        vectors = self.own[products] * self.touched[products]
        if self.content is not None:
            if self.training:
                vectors = vectors * (torch.rand(len(vectors), 1, device=vectors.device) >= FORGOTTEN)
            vectors = vectors + self.content(features_of(features, products.cpu().numpy()))
        return functional.normalize(vectors, dim=1) if self.unit else vectors


def features_of(features: ProductFeatures, products: NDArray[np.int64]) -> ProductFeatures:
    """The rows of these products."""
    image = None if features.image is None else features.image[products]
    text = None if features.text is None else features.text[products]
    attributes = None if features.attributes is None else features.attributes[products]
    return ProductFeatures(image, text, attributes)


def _tensor(rows: Floats, like: Tensor) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(rows, dtype=np.float32)).to(like.device)


def _mean_of_words(attributes: csr_matrix, words: Tensor) -> Tensor:
    totals = np.asarray(attributes.sum(axis=1), dtype=np.float32).ravel()
    weights = attributes.data.astype(np.float32) / np.repeat(np.maximum(totals, 1e-6), np.diff(attributes.indptr))
    return functional.embedding_bag(
        torch.from_numpy(attributes.indices.astype(np.int64)).to(words.device),
        words,
        torch.from_numpy(attributes.indptr[:-1].astype(np.int64)).to(words.device),
        mode="sum",
        per_sample_weights=torch.from_numpy(weights).to(words.device),
    )
