"""The recommender's models, each behind `base.Recommender`; `MODELS` names them all and imports none until asked."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from ml_tools.recommender.models.base import Recommender


class _ModelTable(Mapping[str, type[Recommender]]):
    """Name -> class; a class is imported when it is looked up, so that nobody waits for torch who needs no network."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> type[Recommender]:
        module, _, model = self._places[name].partition(":")
        found: type[Recommender] = getattr(import_module(f"{__name__}.{module}"), model)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


MODELS: Mapping[str, type[Recommender]] = _ModelTable(
    {
        "popularity": "popularity:Popularity",
        "item_knn": "item_knn:ItemKNN",
        "session_knn": "session_knn:SessionKNN",
        "als": "als:ALS",
        "ease": "ease:EASE",
        "neumf": "neumf:NeuMF",
        "convncf": "convncf:ConvNCF",
        "mult_vae": "mult_vae:MultVAE",
        "gru4rec": "gru4rec:GRU4Rec",
        "sasrec": "sasrec:SASRec",
        "next_linear": "next_linear:NextLinear",
        "tastes": "tastes:Tastes",
        "content_knn": "content_knn:ContentKNN",
        "hybrid": "hybrid:Hybrid",
    }
)
