"""Weights are read only whole, unchanged and in formats that cannot run code; the last good version stays."""

import json
import pickle
from datetime import UTC, date, datetime

import numpy as np
import pytest
from safetensors.numpy import save as to_safetensors

from ml_tools import artefacts
from ml_tools.errors import BrokenArtefact
from ml_tools.forecasting.profiles import FILE, TOOL, Profiles
from ml_tools.forecasting.season import SHOP

SEASON = {"weekday": [1.0] * 7, "yearly": [1.0] * 366, "promotion_lift": 2.0}


def save(models, content, *, hour=1, name=FILE):
    return artefacts.save(
        models,
        TOOL,
        {name: content},
        name="season-profile",
        trained_on="a test",
        as_of=date(2026, 11, 20),
        licence="none",
        quality={"error": 1.5},
        now=datetime(2026, 11, 21, hour, tzinfo=UTC),
    )


def profile_json(lift=2.0):
    return json.dumps({SHOP: {**SEASON, "promotion_lift": lift}}).encode()


def test_what_was_saved_is_read_again_with_its_manifest(tmp_path):
    save(tmp_path, b'{"a": 1}')
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
    file = save(tmp_path, profile_json()).folder / FILE
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BrokenArtefact):
        artefacts.newest(tmp_path, TOOL)


def test_a_missing_file_is_refused(tmp_path):
    (save(tmp_path, profile_json()).folder / FILE).unlink()
    with pytest.raises(BrokenArtefact):
        artefacts.newest(tmp_path, TOOL)


@pytest.mark.parametrize("name", ["model.pkl", "model.pt", "model.joblib", "../seasons.json", "model"])
def test_formats_that_can_run_code_and_paths_elsewhere_are_never_read(tmp_path, name):
    artefact = save(tmp_path, profile_json())
    artefact.manifest.files[name] = "0" * 64
    with pytest.raises(BrokenArtefact, match="not a kind of file"):
        artefact.read(name)


def test_a_pickle_is_not_even_saved(tmp_path):
    with pytest.raises(BrokenArtefact):
        save(tmp_path, pickle.dumps({"a": 1}), name="model.pkl")
    assert artefacts.versions(tmp_path, TOOL) == []
    assert list(tmp_path.glob("forecasting-*")) == []


def test_a_broken_newest_version_leaves_the_last_good_one_in_force(tmp_path):
    save(tmp_path, profile_json(lift=1.0), hour=1)
    broken = save(tmp_path, profile_json(lift=3.0), hour=2)
    (broken.folder / FILE).write_bytes(b"")
    assert Profiles(tmp_path).current().seasons.of(SHOP).promotion_lift == 1.0


def test_a_new_version_is_taken_up_without_a_restart_and_a_broken_one_is_not(tmp_path):
    profiles = Profiles(tmp_path)
    assert profiles.current().model_version == "1"
    save(tmp_path, profile_json(lift=1.0), hour=1)
    assert profiles.current().model_version == "1+20261121T010000Z"
    save(tmp_path, b'{"": {"weekday": []}}', hour=2)
    assert profiles.current().seasons.of(SHOP).promotion_lift == 1.0
    save(tmp_path, profile_json(lift=4.0), hour=3)
    assert profiles.current().seasons.of(SHOP).promotion_lift == 4.0


def test_only_the_newest_versions_are_kept(tmp_path):
    for hour in range(6):
        save(tmp_path, profile_json(), hour=hour)
    assert len(artefacts.versions(tmp_path, TOOL)) == artefacts.VERSIONS_KEPT
