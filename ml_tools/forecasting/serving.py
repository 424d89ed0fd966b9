"""The model in force: the newest sound one on disk, taken up beside the requests and swapped in one step."""

import asyncio
import time
from pathlib import Path

import structlog

from ml_tools import artefacts
from ml_tools.errors import BrokenArtefact
from ml_tools.forecasting.shipping import TOOL, ServedModel, read_model

log = structlog.get_logger()

LOOKED_SECONDS = 10.0


class Serving:
    """Holds one model, or none; requests go on with the old one while a new one is read in a thread."""

    def __init__(self, models: Path, *, looked_seconds: float = LOOKED_SECONDS) -> None:
        self._models, self._looked_seconds = models, looked_seconds
        self._current: ServedModel | None = None
        self._seen: list[str] = []
        self._looked = -looked_seconds
        self._looking: asyncio.Task[None] | None = None

    def load(self) -> None:
        """Read what is newest on disk, when that is not in force already; blocks. A broken one leaves the old one, and
        where all are broken and none is in force the shop is served as one that has trained nothing yet."""
        self._looked = time.monotonic()
        found = artefacts.versions(self._models, TOOL)
        if found == self._seen:
            return
        try:
            model = newest_readable(self._models)
        except BrokenArtefact as error:
            log.error("forecasting_kept", version=self._current and self._current.version, reason=error.message)
            model = None
        self._seen = found
        if model is not None:
            self._current = model
            log.info("forecasting_taken_up", version=model.version)

    def current(self) -> ServedModel | None:
        """The model in force; None where none was trained. A newer one is looked for now and then."""
        if self._looking is None and time.monotonic() - self._looked > self._looked_seconds:
            self._looking = asyncio.create_task(self._look())
        return self._current

    @property
    def known(self) -> ServedModel | None:
        """The model in force, if there is one; nothing is looked for."""
        return self._current

    async def _look(self) -> None:
        try:
            await asyncio.to_thread(self.load)
        finally:
            self._looking = None


def one_thread_a_request() -> None:
    """For the whole process: each request computes in one thread. What it computes is small, and threads that wait for
    each other cost more than they save, the more so when several requests are under way."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1, user_api="blas")


def newest_readable(models: Path) -> ServedModel | None:
    """The newest version that is sound in bytes and in shape; None when there never was one.

    Versions of before forecasts were learnt over all products hold no such model, and count as damaged. Raises
    BrokenArtefact when there are versions and none can be read.
    """
    found = artefacts.versions(models, TOOL)
    for version in found:
        try:
            return read_model(artefacts.open_artefact(models / TOOL / version))
        except BrokenArtefact as error:
            log.error("broken_artefact", tool=TOOL, version=version, reason=error.message)
    if found:
        raise BrokenArtefact("Every version of the forecasting tool's model is damaged.")
    return None
