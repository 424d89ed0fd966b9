"""All that serving needs, in one artefact: the catalogue's rows, the policies, links, content; swapped as a whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as to_safetensors

from ml_tools.artefacts import Artefact, Manifest
from ml_tools.errors import BrokenArtefact
from ml_tools.recommender.content import ContentSpace, Vocabulary
from ml_tools.recommender.interactions import Floats, Ints
from ml_tools.recommender.links import Links
from ml_tools.recommender.models.base import Shippable
from ml_tools.recommender.policies import MAKERS, Makers

TOOL = "recommender"
NAME = "shop-recommender"
ARRAYS, DESCRIPTION = "model.safetensors", "model.json"
LINKS = ("together", "complements", "same_customers", "next")
RARE_SHARE = 0.1  # of products: the least touched ones, which exploration shows

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Catalogue:
    """The products that were learnt, a row each: their ids in the store, sorted, and what is known of each."""

    ids: NDArray[np.int64]
    categories: Ints  # index into `slugs`
    slugs: list[str]
    repeats: NDArray[np.bool_]  # bought again by enough customers, so that it may be recommended to those who have it
    counts: Floats  # how often it was touched, by strength

    def __len__(self) -> int:
        return len(self.ids)

    def row_of(self, product_id: int) -> int | None:
        return self._rows.get(product_id)

    @cached_property
    def _rows(self) -> dict[int, int]:
        """Hundreds are looked up in a request, which a search in the array would take a millisecond for."""
        return {product_id: row for row, product_id in enumerate(self.ids.tolist())}

    @property
    def newest_id(self) -> int:
        return int(self.ids[-1]) if len(self.ids) else 0

    @cached_property
    def rare(self) -> Ints:
        """The rows that were touched least."""
        order = np.argsort(self.counts, kind="stable")
        return order[: int(np.ceil(RARE_SHARE * len(order)))].astype(np.int32)

    @cached_property
    def usual_count(self) -> float:
        """Touched more often than this is popular: two thirds of what is touched at all are touched less."""
        touched = self.counts[self.counts > 0]
        return float(np.quantile(touched, 2 / 3)) if len(touched) else np.inf


@dataclass(frozen=True)
class ServedModel:
    """`content` [products, d] are unit vectors in `space`; `links` by LINKS; `policies` by name."""

    manifest: Manifest
    catalogue: Catalogue
    space: ContentSpace
    content: Floats
    links: Mapping[str, Links]
    policies: Mapping[str, Shippable]


def files_of(
    catalogue: Catalogue,
    space: ContentSpace,
    content: Floats,
    links: Mapping[str, Links],
    policies: Mapping[str, Shippable],
) -> dict[str, bytes]:
    """The files of an artefact."""
    arrays: Arrays = {
        "catalogue/ids": catalogue.ids,
        "catalogue/categories": catalogue.categories,
        "catalogue/repeats": catalogue.repeats,
        "catalogue/counts": catalogue.counts,
        "content/vectors": content.astype(np.float16),
        "content/centre": space.centre,
        "content/directions": space.directions,
        "content/word_weights": space.vocabulary.weights,
    }
    for name, some in links.items():
        arrays |= {f"links/{name}/{key}": array for key, array in some.arrays().items()}
    for name, model in policies.items():
        arrays |= {f"policy/{name}/{key}": array for key, array in model.state().items()}
    description = {
        "slugs": catalogue.slugs,
        "words": list(space.vocabulary.words),
        "picture_version": space.picture_version,
        "policies": list(policies),
    }
    return {
        ARRAYS: to_safetensors({key: np.ascontiguousarray(array) for key, array in arrays.items()}),
        DESCRIPTION: json.dumps(description).encode(),
    }


def read_model(artefact: Artefact, makers: Makers = MAKERS) -> ServedModel:
    """The model in an artefact; BrokenArtefact when it does not have the right shape."""
    arrays, description = artefact.tensors(ARRAYS), artefact.json(DESCRIPTION)
    try:
        return _model(arrays, description, artefact.manifest, makers)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise BrokenArtefact("The recommender's model does not have the right shape.") from error


def _model(arrays: Arrays, description: dict[str, Any], manifest: Manifest, makers: Makers) -> ServedModel:
    catalogue = Catalogue(
        np.asarray(arrays["catalogue/ids"], dtype=np.int64),
        np.asarray(arrays["catalogue/categories"], dtype=np.int32),
        [str(slug) for slug in description["slugs"]],
        np.asarray(arrays["catalogue/repeats"], dtype=bool),
        np.asarray(arrays["catalogue/counts"], dtype=np.float32),
    )
    words = {str(word): at for at, word in enumerate(description["words"])}
    space = ContentSpace(
        Vocabulary(words, np.asarray(arrays["content/word_weights"], dtype=np.float32)),
        description["picture_version"],
        np.asarray(arrays["content/centre"], dtype=np.float32),
        np.asarray(arrays["content/directions"], dtype=np.float32),
    )
    content = np.asarray(arrays["content/vectors"], dtype=np.float32)
    if len(content) != len(catalogue):
        raise BrokenArtefact("The recommender's content vectors are of other products.")
    links = {name: Links.of(_under(arrays, f"links/{name}/"), len(catalogue)) for name in LINKS}
    policies = {
        name: makers[name]().restore(_under(arrays, f"policy/{name}/"), len(catalogue))
        for name in description["policies"]
    }
    return ServedModel(manifest, catalogue, space, content, links, policies)


def _under(arrays: Arrays, prefix: str) -> Arrays:
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
