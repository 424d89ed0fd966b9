"""A click model as files that hold no code, and back: settings as JSON, arrays as safetensors."""

import json

import numpy as np
from safetensors.numpy import save as saved

from ml_tools.artefacts import Artefact
from ml_tools.errors import BrokenArtefact
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base import ClickModel

WEIGHTS, SETTINGS = "weights.safetensors", "model.json"


def files_of(model: ClickModel) -> dict[str, bytes]:
    """The files of a fitted model, for `artefacts.save`."""
    arrays = {name: np.ascontiguousarray(array) for name, array in model.weights().items()}
    return {SETTINGS: json.dumps({"model": model.name}).encode(), WEIGHTS: saved(arrays)}


def model_in(artefact: Artefact) -> ClickModel:
    """The model whose files these are; BrokenArtefact for one that is not known, or incomplete."""
    try:
        return MODELS[artefact.json(SETTINGS)["model"]]().restore(artefact.tensors(WEIGHTS))
    except (KeyError, ValueError, TypeError) as error:
        raise BrokenArtefact(f"{artefact.manifest.name} is no click model of this version.") from error
