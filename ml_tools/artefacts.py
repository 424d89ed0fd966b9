"""The only place that reads and writes weights: JSON, safetensors and ONNX, each checked against its manifest's sha256.

An artefact is a folder with a `manifest.json`. What is trained here lies under `<models>/<tool>/<version>/`; a version
is written aside and moved into place whole, so that a reader sees all of it or nothing. Formats that can run code when
they are read (pickle and whatever is built on it) are refused by name.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from ml_tools.errors import BrokenArtefact

if TYPE_CHECKING:
    import onnxruntime

log = structlog.get_logger()

MANIFEST = "manifest.json"
LOADABLE = {".json", ".safetensors", ".onnx"}
VERSIONS_KEPT = 3
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Manifest(BaseModel):
    """What an artefact is: its files by sha256, when and from what it was trained, and how good it was measured."""

    model_config = ConfigDict(extra="allow")

    name: str
    version: str
    files: dict[str, str]
    licence: str
    trained_at: datetime | None = None
    trained_on: str | None = None
    as_of: date | None = None  # the newest data that was seen
    quality: dict[str, float | int | None] = {}


@dataclass(frozen=True)
class Artefact:
    """A folder whose manifest was read; each file is checked when it is read, and used from the checked bytes."""

    folder: Path
    manifest: Manifest

    def read(self, name: str) -> bytes:
        """The bytes of one file; BrokenArtefact unless they are exactly those that the manifest describes."""
        if Path(name).suffix not in LOADABLE or not _PLAIN_NAME.fullmatch(name):
            raise BrokenArtefact(f"{name} is not a kind of file that is loaded.")
        expected = self.manifest.files.get(name)
        if expected is None:
            raise BrokenArtefact(f"{name} is not listed in the manifest of {self.manifest.name}.")
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise BrokenArtefact(f"{name} of {self.manifest.name} cannot be read.") from error
        if hashlib.sha256(content).hexdigest() != expected:
            raise BrokenArtefact(f"{name} of {self.manifest.name} is damaged: its sha256 is not the manifest's.")
        return content

    def json(self, name: str) -> Any:
        try:
            return json.loads(self.read(name))
        except ValueError as error:
            raise BrokenArtefact(f"{name} of {self.manifest.name} is not JSON.") from error

    def tensors(self, name: str) -> dict[str, np.ndarray]:
        """The named arrays of a safetensors file."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            return load(self.read(name))
        except SafetensorError as error:
            raise BrokenArtefact(f"{name} of {self.manifest.name} is not safetensors.") from error

    def onnx(self, name: str, *, threads: int) -> "onnxruntime.InferenceSession":
        """An ONNX Runtime session on the CPU with that many threads."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        return onnxruntime.InferenceSession(self.read(name), options, providers=["CPUExecutionProvider"])


def tensors_in(content: bytes, sha256: str, what: str) -> dict[str, np.ndarray]:
    """The named arrays of safetensors that are kept elsewhere than in a folder, beside their sha256."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if hashlib.sha256(content).hexdigest() != sha256:
        raise BrokenArtefact(f"{what} is damaged: its sha256 is not the one beside it.")
    try:
        return load(content)
    except SafetensorError as error:
        raise BrokenArtefact(f"{what} is not safetensors.") from error


def tensors_of(arrays: Mapping[str, np.ndarray]) -> tuple[bytes, str]:
    """Arrays as safetensors, and their sha256."""
    from safetensors.numpy import save as to_safetensors

    content = to_safetensors({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    return content, hashlib.sha256(content).hexdigest()


def open_artefact(folder: Path) -> Artefact:
    """The artefact in a folder, every file checked; BrokenArtefact when anything about it is wrong."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise BrokenArtefact(f"{folder.name} has no readable manifest.") from error
    artefact = Artefact(folder, manifest)
    for name in manifest.files:
        artefact.read(name)
    return artefact


def versions(models: Path, tool: str) -> list[str]:
    """The versions of a tool that lie under `models`, newest first."""
    folder = models / tool
    return sorted((path.name for path in folder.iterdir() if path.is_dir()), reverse=True) if folder.is_dir() else []


def newest(models: Path, tool: str) -> Artefact | None:
    """The newest sound version: a broken one is passed over and logged. None when there never was one.

    Raises BrokenArtefact when there are versions and none is sound.
    """
    found = versions(models, tool)
    for version in found:
        try:
            return open_artefact(models / tool / version)
        except BrokenArtefact as error:
            log.error("broken_artefact", tool=tool, version=version, reason=error.message)
    if found:
        raise BrokenArtefact(f"Every version of the {tool} tool's model is damaged.")
    return None


def save(
    models: Path,
    tool: str,
    files: Mapping[str, bytes],
    *,
    name: str,
    trained_on: str,
    as_of: date | None,
    licence: str,
    quality: Mapping[str, float | int | None],
    now: datetime | None = None,
) -> Artefact:
    """Write a new version whole, or not at all; older ones beyond VERSIONS_KEPT are removed."""
    moment = now or datetime.now(UTC)
    manifest = Manifest(
        name=name,
        version=f"{moment:%Y%m%dT%H%M%SZ}",
        files={file: hashlib.sha256(content).hexdigest() for file, content in files.items()},
        licence=licence,
        trained_at=moment,
        trained_on=trained_on,
        as_of=as_of,
        quality=dict(quality),
    )
    home = models / tool
    home.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{tool}-", dir=models))
    try:
        for file, content in {**files, MANIFEST: manifest.model_dump_json(indent=2).encode()}.items():
            (aside / file).write_bytes(content)
        artefact = open_artefact(aside)
        os.replace(aside, home / manifest.version)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for old in versions(models, tool)[VERSIONS_KEPT:]:
        shutil.rmtree(home / old, ignore_errors=True)
    return Artefact(home / manifest.version, artefact.manifest)


def ship(
    target: Path,
    files: Mapping[str, bytes],
    *,
    name: str,
    version: str,
    trained_on: str,
    licence: str,
    quality: Mapping[str, float | int | None],
) -> Manifest:
    """Write what lies in the repository: one version, in the folder itself."""
    manifest = Manifest(
        name=name,
        version=version,
        files={file: hashlib.sha256(content).hexdigest() for file, content in files.items()},
        licence=licence,
        trained_at=datetime.now(UTC),
        trained_on=trained_on,
        quality=dict(quality),
    )
    target.mkdir(parents=True, exist_ok=True)
    for file, content in {**files, MANIFEST: f"{manifest.model_dump_json(indent=2)}\n".encode()}.items():
        (target / file).write_bytes(content)
    return manifest
