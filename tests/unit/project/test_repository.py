"""What the repository must never hold: unsafe loading, secrets, addresses of one machine or registry."""

import re
import subprocess
from pathlib import Path

import pytest

from common.settings import ROOT

FILES = [
    ROOT / name
    for name in subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    if name and (ROOT / name).is_file()
]
PYTHON = [file for file in FILES if file.suffix == ".py"]
SOURCES = [file for file in PYTHON if "tests" not in file.relative_to(ROOT).parts]
TEXTS = [
    f for f in FILES if f.suffix in {".py", ".md", ".yml", ".yaml", ".toml", ".txt", ".sh", ".html", ".js", ".css", ""}
]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1)
        if found.search(line)
    ]


def test_nothing_unpickles() -> None:
    """S18: weights come as safetensors, ONNX or JSON, through ml_tools/artefacts.py."""
    unsafe = (
        r"\b(pickle|joblib|dill|cloudpickle|shelve)\b\.|^\s*(import|from) (pickle|joblib|dill|shelve)\b|torch\.load\("
    )
    assert lines_with(unsafe, SOURCES) == []
    assert lines_with(r"allow_pickle\s*=\s*True", SOURCES) == []


def test_no_model_file_of_an_unsafe_kind_is_tracked() -> None:
    unsafe = {".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".h5", ".npy", ".npz"}
    assert [file for file in FILES if file.suffix in unsafe] == []


def test_no_module_is_too_long() -> None:
    """A module fits in the head: past 300 lines it is two."""
    assert [str(f.relative_to(ROOT)) for f in PYTHON if len(f.read_text().splitlines()) > 300] == []


def test_no_registry_and_no_machine_is_named() -> None:
    host = r"://[^/ \"']*(" + "|".join(["py" + "pi", "python" + "hosted", "npm" + "js"]) + r")\."
    assert lines_with(host, TEXTS) == []
    assert lines_with(r"(?<![\w.])/(root|work|home/\w+)/", TEXTS) == []


def test_nothing_waits_by_sleeping_in_tests() -> None:
    tests = [file for file in PYTHON if file.name.startswith("test_")]
    assert lines_with(r"\btime\.sleep\(", tests) == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", ".env.example"])
def test_the_front_documents_are_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200
