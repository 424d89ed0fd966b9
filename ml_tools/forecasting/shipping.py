"""The served model as an artefact: arrays in safetensors, words in JSON, read back whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as to_safetensors

from ml_tools.artefacts import Artefact, Manifest
from ml_tools.errors import BrokenArtefact
from ml_tools.forecasting.calibration.intervals import KINDS, LEVELS, SIZES, Calibration
from ml_tools.forecasting.calibration.verdict import MEASURES, Verdict
from ml_tools.forecasting.ensemble import Ensemble, Learnt
from ml_tools.forecasting.models.registry import models
from ml_tools.forecasting.patterns.factors import Factors

TOOL = "forecasting"
NAME = "global-ensemble"
ARRAYS, DESCRIPTION = "model.safetensors", "model.json"

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class ServedModel:
    """A fitted ensemble with where it comes from; no manifest where it was fitted to what a request read."""

    ensemble: Ensemble
    manifest: Manifest | None

    @property
    def version(self) -> str:
        return self.manifest.version if self.manifest else "untrained"


def files_of(ensemble: Ensemble) -> dict[str, bytes]:
    """The files of an artefact."""
    learnt, verdict = ensemble.learnt, ensemble.verdict
    words, arrays = _taken_apart(ensemble.factors)
    arrays = {f"factors/{name}": array for name, array in arrays.items()}
    arrays |= {
        "learnt/weights": learnt.weights,
        "learnt/bias": learnt.bias,
        "learnt/scale": learnt.scale,
        "calibration/factors": learnt.calibration.factors,
        "calibration/shapes": learnt.calibration.shapes,
    }
    if verdict is not None:
        arrays["verdict/table"] = verdict.table
    for name, member in ensemble.members.items():
        arrays |= {f"member/{name}/{key}": np.asarray(array) for key, array in member.weights().items()}
    description = {
        "members": list(ensemble.members),
        "factors": words,
        "keys": learnt.keys,
        "groups": learnt.groups,
        "verdict": None if verdict is None else {"windows": verdict.windows, "mae": verdict.mae},
    }
    return {
        ARRAYS: to_safetensors({key: np.ascontiguousarray(array) for key, array in arrays.items()}),
        DESCRIPTION: json.dumps(description).encode(),
    }


def read_model(artefact: Artefact) -> ServedModel:
    """The model in an artefact; BrokenArtefact when it does not have the right shape."""
    arrays, description = artefact.tensors(ARRAYS), artefact.json(DESCRIPTION)
    try:
        return ServedModel(_ensemble(arrays, description), artefact.manifest)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise BrokenArtefact("The forecasting model does not have the right shape.") from error


def _ensemble(arrays: Arrays, description: Mapping[str, Any]) -> Ensemble:
    factors = _put_together(description["factors"], _under(arrays, "factors/"))
    members = models(str(name) for name in description["members"])
    for name, member in members.items():
        member.restore(_under(arrays, f"member/{name}/"), factors)
    learnt = _learnt(arrays, description, len(members))
    return Ensemble(factors, members, learnt, _verdict(arrays, description, learnt))


def _learnt(arrays: Arrays, description: Mapping[str, Any], members: int) -> Learnt:
    keys, groups = (tuple(str(word) for word in description[name]) for name in ("keys", "groups"))
    shapes = {
        "learnt/weights": (len(keys) + len(groups) + 1, members),
        "learnt/bias": (len(keys) + len(groups) + 1,),
        "learnt/scale": (len(keys),),
        "calibration/factors": (Calibration.cautious().factors.size,),
        "calibration/shapes": (len(KINDS), len(SIZES), len(LEVELS)),
    }
    weights, bias, scale, factors, quantiles = (_of_shape(arrays, name, shape) for name, shape in shapes.items())
    if (weights < 0).any() or (bias <= 0).any() or (np.diff(quantiles, axis=2) < 0).any() or (factors < 0).any():
        raise ValueError("weights and spreads are not negative, a bias is positive, and quantiles rise")
    return Learnt(keys, groups, weights, bias, scale, Calibration(factors, quantiles))


def _verdict(arrays: Arrays, description: Mapping[str, Any], learnt: Learnt) -> Verdict | None:
    told = description["verdict"]
    if told is None:
        return None
    rows = len(learnt.keys) + len(learnt.groups) + 1
    table = np.asarray(arrays["verdict/table"], dtype=np.float64)
    if table.shape != (rows, len(MEASURES)):
        raise ValueError(f"the verdict must be {(rows, len(MEASURES))}, not {table.shape}")
    return Verdict(table, int(told["windows"]), float(told["mae"]))


def _of_shape(arrays: Arrays, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = np.asarray(arrays[name], dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name} must be {shape} finite numbers, not {array.shape}")
    return array


def _taken_apart(factors: Factors) -> tuple[dict[str, Any], Arrays]:
    """The words and the arrays of the factors; what they hold besides is of one of these two kinds."""
    values = {field.name: getattr(factors, field.name) for field in fields(factors)}
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    return {name: value for name, value in values.items() if name not in arrays}, arrays


def _put_together(words: Mapping[str, Any], arrays: Arrays) -> Factors:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in words.items()}
    return Factors(**{**values, **arrays})


def _under(arrays: Arrays, prefix: str) -> Arrays:
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
