"""The network that ships: whole, versioned, with a card; and refused when anything about it is wrong."""

import json
import shutil

import numpy as np
import pytest

from common.settings import ROOT, Settings
from ml_tools.errors import BrokenArtefact
from ml_tools.settings import ToolsSettings
from ml_tools.visual_search.api import VisualSearchTool
from ml_tools.visual_search.model import CALIBRATION, LABELS, ONNX, TOOL, TorchEncoder, load_model
from ml_tools.visual_search.vocabulary import ATTRIBUTES
from store.session import Database

SHIPPED = ROOT / "models" / TOOL


def load(models, trained):
    return load_model(trained, models, device="cpu", threads=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(ROOT / "models", tmp_path_factory.mktemp("none"))


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "models" / TOOL)
    return tmp_path / "models"


def random_pixels(count):
    return np.random.default_rng(3).integers(0, 255, (count, 224, 224, 3), dtype=np.uint8)


def test_vectors_are_unit_vectors_and_chances_are_chances(model):
    for sight in model.see(random_pixels(3)):
        assert sight.vector.shape == (256,)
        assert np.linalg.norm(sight.vector) == pytest.approx(1, abs=1e-3)
        assert set(sight.labels) == set(ATTRIBUTES)
        for labels in sight.labels.values():
            chances = [chance for _, chance in labels]
            assert chances == sorted(chances, reverse=True)
            assert 0 <= chances[-1] <= chances[0] <= 1


def test_one_picture_and_many_give_the_same(model):
    pixels = random_pixels(4)
    together = model.see(pixels)
    for at, one in enumerate(together):
        (alone,) = model.see(pixels[at : at + 1])
        assert np.allclose(alone.vector, one.vector, atol=1e-3)


def test_torch_with_the_safetensors_gives_what_onnx_gives(model):
    from ml_tools.artefacts import open_artefact

    pixels = random_pixels(2)
    ours = TorchEncoder(open_artefact(SHIPPED), model.labels, "cpu").run(pixels)
    theirs = model.encoder.run(pixels)
    for name, values in theirs.items():
        assert np.allclose(ours[name], values, atol=2e-2), name


@pytest.mark.parametrize("name", [ONNX, LABELS, CALIBRATION])
def test_a_file_that_is_missing_cut_or_changed_is_refused(copied, tmp_path, name):
    path = copied / TOOL / name
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(broken)
        with pytest.raises(BrokenArtefact):
            load(copied, tmp_path / "none")
    path.unlink()
    with pytest.raises(BrokenArtefact):
        load(copied, tmp_path / "none")


def test_a_damaged_network_of_the_shops_own_does_not_stop_the_one_before(tmp_path):
    trained = tmp_path / "trained" / TOOL
    shutil.copytree(SHIPPED, trained / "20260101T000000Z")
    shutil.copytree(SHIPPED, trained / "20260102T000000Z")
    (trained / "20260102T000000Z" / ONNX).write_bytes(b"cut")
    assert load(tmp_path / "nothing", tmp_path / "trained").version == load(ROOT / "models", tmp_path / "x").version


def test_the_tool_tells_its_card_once_it_is_loaded(tmp_path):
    database = Database("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    tool = VisualSearchTool(Settings(shopclerk_home=tmp_path), ToolsSettings(), database)
    tool.load()
    card = tool.card()
    assert card.model.version == json.loads((SHIPPED / "manifest.json").read_text())["version"]
    assert card.trained_on
    assert card.quality["P@1 kind"] > 0.8


def test_the_model_card_names_data_licence_and_the_command_of_its_figures():
    card = (SHIPPED / "MODEL_CARD.md").read_text()
    quality = json.loads((SHIPPED / "manifest.json").read_text())["quality"]
    assert "MIT" in card
    assert "CC0" in card
    assert "shopclerk evaluate visual-search" in card
    for name in ("P@1 kind", "P@10 kind", "P@1 kind and colour", "tag colour"):
        assert f"{quality[name]:.3f}" in card, f"{name} of the card is not the manifest's"
