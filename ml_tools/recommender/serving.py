"""The model in force: the newest sound one on disk, taken up beside the requests and swapped in one step."""

import asyncio
import time
from pathlib import Path

import structlog

from common.errors import ModelUnavailable
from ml_tools import artefacts
from ml_tools.errors import BrokenArtefact
from ml_tools.recommender.model import TOOL, ServedModel, read_model
from ml_tools.recommender.policies import MAKERS, Makers

log = structlog.get_logger()

LOOKED_SECONDS = 10.0
UNTRAINED = "The recommender has not been trained yet: `shopclerk train recommender` does it, and so does the night."


class Serving:
    """Holds one model; requests go on with the old one while a new one is read in a thread."""

    def __init__(self, models: Path, *, makers: Makers = MAKERS, looked_seconds: float = LOOKED_SECONDS) -> None:
        self._models, self._makers, self._looked_seconds = models, makers, looked_seconds
        self._current: ServedModel | None = None
        self._seen: list[str] = []
        self._looked = -looked_seconds
        self._looking: asyncio.Task[None] | None = None

    def load(self) -> None:
        """Read what is newest on disk, when that is not in force already; blocks. A broken one leaves the old one."""
        self._looked = time.monotonic()
        found = artefacts.versions(self._models, TOOL)
        if found == self._seen:
            return
        try:
            artefact = newest_readable(self._models, self._makers)
        except BrokenArtefact as error:
            if self._current is None:
                raise
            log.error("recommender_kept", version=self._current.manifest.version, reason=error.message)
            artefact = None
        self._seen = found
        if artefact is not None:
            self._current = artefact
            log.info("recommender_taken_up", version=artefact.manifest.version)

    def current(self) -> ServedModel:
        """The model in force; ModelUnavailable when none was trained. A newer one is looked for now and then."""
        if self._looking is None and time.monotonic() - self._looked > self._looked_seconds:
            self._looking = asyncio.create_task(self._look())
        if self._current is None:
            raise ModelUnavailable(UNTRAINED)
        return self._current

    @property
    def known(self) -> ServedModel | None:
        """The model in force, if there is one."""
        return self._current

    async def _look(self) -> None:
        try:
            await asyncio.to_thread(self.load)
        except BrokenArtefact as error:
            log.error("recommender_broken", reason=error.message)
        finally:
            self._looking = None


def one_thread_a_request() -> None:
    """For the whole process: each request computes in one thread. What it computes is small, and threads of torch and
    BLAS that wait for each other cost more than they save, the more so when several requests are under way."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1, user_api="blas")


def newest_readable(models: Path, makers: Makers = MAKERS) -> ServedModel | None:
    """The newest version that is sound in bytes and in shape; None when there never was one.

    Raises BrokenArtefact when there are versions and none can be read.
    """
    found = artefacts.versions(models, TOOL)
    for version in found:
        try:
            return read_model(artefacts.open_artefact(models / TOOL / version), makers)
        except BrokenArtefact as error:
            log.error("broken_artefact", tool=TOOL, version=version, reason=error.message)
    if found:
        raise BrokenArtefact("Every version of the recommender's model is damaged.")
    return None
