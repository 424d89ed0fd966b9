"""The season profile in force: the newest sound one on disk, taken up without a restart."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import structlog

from ml_tools import artefacts
from ml_tools.artefacts import Artefact, Manifest
from ml_tools.errors import BrokenArtefact
from ml_tools.forecasting.model import VERSION
from ml_tools.forecasting.season import NO_PROFILE, SeasonProfile

log = structlog.get_logger()

TOOL = "forecasting"
FILE = "seasons.json"


@dataclass(frozen=True)
class Profile:
    """A profile with where it comes from; plain factors and no manifest where nothing was trained yet."""

    seasons: SeasonProfile
    manifest: Manifest | None

    @property
    def model_version(self) -> str:
        """The version that answers name: of the code, and of what was trained."""
        return f"{VERSION}+{self.manifest.version}" if self.manifest else VERSION


UNTRAINED = Profile(NO_PROFILE, None)


class Profiles:
    """The profiles under a folder of models; safe to ask from several threads."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self._lock = Lock()
        self._seen: list[str] = []
        self._current = UNTRAINED

    def current(self) -> Profile:
        """The profile in force; looks whether there is a newer one, which costs one listing of a folder."""
        with self._lock:
            found = artefacts.versions(self._models, TOOL)
            if found != self._seen:
                self._current = self._newest()
                self._seen = found
            return self._current

    def _newest(self) -> Profile:
        try:
            artefact = artefacts.newest(self._models, TOOL)
            return read_profile(artefact) if artefact else self._current
        except BrokenArtefact as error:
            log.error("profile_kept", version=self._current.model_version, reason=error.message)
            return self._current


def read_profile(artefact: Artefact) -> Profile:
    """The profile in an artefact; BrokenArtefact when it does not have the right shape."""
    try:
        return Profile(SeasonProfile.from_json(artefact.json(FILE)), artefact.manifest)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenArtefact("The season profile does not have the right shape.") from error
