"""Trains the assistant when, and only when, something that it is made of has changed: `python -m assistant.train`.

The model's name is a hash of the configuration, the domain, the training data, the components' code and the sentence
encoder's manifest, so a model that exists is up to date by its name alone.
"""

from assistant.environment import ignore_known_warnings, prepare

prepare()

import hashlib  # noqa: E402
import os  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402

from assistant.settings import ASSISTANT, ROOT, home_of  # noqa: E402

KEPT_MODELS = 2
SOURCES = ("config.yml", "domain/**/*.yml", "data/**/*.yml", "components/**/*.py")
ENCODER_MANIFEST = ROOT / "models" / "sentence_encoder" / "manifest.json"

Say = Callable[[str], None]


class TrainingFailed(Exception):
    """Rasa finished without a model; what it printed says why."""


def model_hash() -> str:
    """Names the model that the present sources give, in 16 hexadecimal characters."""
    digest = hashlib.sha256(version("rasa").encode())
    for path in _sources():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        yield from sorted(ASSISTANT.glob(pattern))
    yield ENCODER_MANIFEST


def ensure_model(home: Path, say: Say = print) -> Path:
    """The path of the up-to-date model under `home`, trained now when there is none."""
    folder = home / "assistant-models"
    model = folder / f"{model_hash()}.tar.gz"
    if model.exists():
        say("The assistant's model is up to date.")
        return model
    folder.mkdir(parents=True, exist_ok=True)
    say("Training the assistant, about a minute ...")
    started = time.perf_counter()
    _train_into(model)
    _drop_old(folder)
    say(f"Trained the assistant in {time.perf_counter() - started:.0f} s: {model.name}")
    return model


def _train_into(model: Path) -> None:
    """Train beside the final place and move there in one step: a half-written model is never seen.

    What Rasa warns about (an intent without examples, an unknown entity, ...) is a defect of our data, and an error.
    """
    os.environ["LOG_LEVEL"] = "WARNING"  # Rasa reads it here, and leaves out its hundred progress bars
    from rasa.model_training import train

    with tempfile.TemporaryDirectory(dir=model.parent) as workshop, warnings.catch_warnings():
        warnings.filterwarnings("error", category=UserWarning, module=r"rasa\.shared\.utils\.io")
        ignore_known_warnings()
        result = train(
            domain=str(ASSISTANT / "domain"),
            config=str(ASSISTANT / "config.yml"),
            training_files=[str(ASSISTANT / "data")],
            output=workshop,
            fixed_model_name="model",
            force_training=True,
        )
        if not result.model:
            raise TrainingFailed(f"Rasa's training ended with code {result.code} and no model.")
        os.replace(result.model, model)


def _drop_old(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest_first[KEPT_MODELS:]:
        path.unlink()


if __name__ == "__main__":
    ensure_model(home_of())
