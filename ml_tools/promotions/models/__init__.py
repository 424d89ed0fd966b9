"""The click models, each behind `base.ClickModel`; `MODELS` names them all and imports none until asked."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from ml_tools.promotions.models.base import ClickModel


class _ModelTable(Mapping[str, type[ClickModel]]):
    """Name -> class; a class is imported when it is looked up, so that nobody waits for torch who needs no network."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> type[ClickModel]:
        module, _, model = self._places[name].partition(":")
        found: type[ClickModel] = getattr(import_module(f"{__name__}.{module}"), model)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


MODELS: Mapping[str, type[ClickModel]] = _ModelTable(
    {
        "base_rate": "base_rate:BaseRate",
        "ftrl": "ftrl:Ftrl",
        "logistic": "logistic:Logistic",
        "factorisation_machine": "factorisation_machine:FactorisationMachine",
        "deepfm": "deepfm:DeepFM",
        "dcn": "dcn:DCNv2",
        "boosted": "boosted:Boosted",
        "blend": "blend:Blend",
    }
)
