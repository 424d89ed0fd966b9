"""Training happens when something that the model is made of has changed, and at no other time."""

from pathlib import Path

import pytest

from assistant import train


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the names that are hashed, in a folder of its own."""
    for name in ("config.yml", "domain/domain.yml", "data/nlu/a.yml", "components/a.py", "manifest.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    for name, value in (("ASSISTANT", tmp_path), ("ROOT", tmp_path), ("ENCODER_MANIFEST", tmp_path / "manifest.json")):
        monkeypatch.setattr(train, name, value)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["config.yml", "domain/domain.yml", "data/nlu/a.yml", "data/nlu/new.yml", "components/a.py", "manifest.json"],
)
def test_any_changed_source_is_another_model(name: str, sources: Path) -> None:
    before = train.model_hash()
    (sources / name).write_text("two")
    assert train.model_hash() != before


def test_what_is_no_source_changes_nothing(sources: Path) -> None:
    before = train.model_hash()
    (sources / "README.md").write_text("two")
    assert train.model_hash() == before


def test_an_up_to_date_model_is_not_trained_again(sources: Path, tmp_path: Path) -> None:
    model = tmp_path / "assistant-models" / f"{train.model_hash()}.tar.gz"
    model.parent.mkdir()
    model.write_bytes(b"model")
    said: list[str] = []
    assert train.ensure_model(tmp_path, say=said.append) == model
    assert model.read_bytes() == b"model"
    assert said == ["The assistant's model is up to date."]


def test_old_models_are_dropped(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(["new", "older", "oldest"]):
        (tmp_path / f"{name}.tar.gz").write_bytes(b"")
        os.utime(tmp_path / f"{name}.tar.gz", (1000 - age, 1000 - age))
    train._drop_old(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.tar.gz", "older.tar.gz"]
