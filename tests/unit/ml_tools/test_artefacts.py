"""Weights are read only whole, unchanged and in formats that cannot run code; the last good version stays."""

import pickle
from datetime import UTC, date, datetime

import numpy as np
import pytest
from safetensors.numpy import save as to_safetensors

from ml_tools import artefacts
from ml_tools.errors import BrokenArtefact

TOOL, FILE = "forecasting", "model.json"
CONTENT = b'{"a": 1}'


def save(models, content, *, hour=1, name=FILE):
    return artefacts.save(
        models,
        TOOL,
        {name: content},
        name="a-model",
        trained_on="a test",
        as_of=date(2026, 11, 20),
        licence="none",
        quality={"error": 1.5},
        now=datetime(2026, 11, 21, hour, tzinfo=UTC),
    )


def test_what_was_saved_is_read_again_with_its_manifest(tmp_path):
    save(tmp_path, CONTENT)
    artefact = artefacts.newest(tmp_path, TOOL)
    assert artefact.json(FILE) == {"a": 1}
    assert artefact.manifest.as_of == date(2026, 11, 20)
    assert artefact.manifest.quality == {"error": 1.5}


def test_safetensors_are_read_from_checked_bytes(tmp_path):
    save(tmp_path, to_safetensors({"w": np.arange(3.0)}), name="weights.safetensors")
    assert artefacts.newest(tmp_path, TOOL).tensors("weights.safetensors")["w"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:-1], lambda b: bytes([b[0] ^ 1]) + b[1:], lambda b: b + b" "]
)
def test_a_cut_flipped_or_empty_file_is_refused(tmp_path, damage):
    file = save(tmp_path, CONTENT).folder / FILE
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BrokenArtefact):
        artefacts.newest(tmp_path, TOOL)


def test_a_missing_file_is_refused(tmp_path):
    (save(tmp_path, CONTENT).folder / FILE).unlink()
    with pytest.raises(BrokenArtefact):
        artefacts.newest(tmp_path, TOOL)


@pytest.mark.parametrize("name", ["model.pkl", "model.pt", "model.joblib", "../seasons.json", "model"])
def test_formats_that_can_run_code_and_paths_elsewhere_are_never_read(tmp_path, name):
    artefact = save(tmp_path, CONTENT)
    artefact.manifest.files[name] = "0" * 64
    with pytest.raises(BrokenArtefact, match="not a kind of file"):
        artefact.read(name)


def test_a_pickle_is_not_even_saved(tmp_path):
    with pytest.raises(BrokenArtefact):
        save(tmp_path, pickle.dumps({"a": 1}), name="model.pkl")
    assert artefacts.versions(tmp_path, TOOL) == []
    assert list(tmp_path.glob("forecasting-*")) == []


def test_a_broken_newest_version_is_passed_over(tmp_path):
    good = save(tmp_path, b"[1]", hour=1)
    (save(tmp_path, b"[2]", hour=2).folder / FILE).write_bytes(b"")
    assert artefacts.newest(tmp_path, TOOL).manifest.version == good.manifest.version


def test_only_the_newest_versions_are_kept(tmp_path):
    for hour in range(6):
        save(tmp_path, CONTENT, hour=hour)
    assert len(artefacts.versions(tmp_path, TOOL)) == artefacts.VERSIONS_KEPT
