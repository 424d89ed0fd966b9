"""The nightly training, in a process of its own: requests are answered as ever while it runs.

A new version lies beside the older ones once it is whole, and is then taken up in one step. When it is worse on the
newest weeks than the one in force, nothing is written, and the log says so.
"""

import asyncio
import os
import sys

import structlog

from common.settings import ROOT, Settings
from ml_tools import artefacts
from ml_tools.forecasting.shipping import TOOL

log = structlog.get_logger()

COMMAND = (sys.executable, "-m", "ml_tools.forecasting.train", "--refresh")
LAST_WORDS = 600


async def train_beside(config: Settings, command: tuple[str, ...]) -> bool:
    """Train; whether there is a new version. A training that fails or is refused is logged with its reason.

    When this job is ended (a shop that is closed), the training ends with it.
    """
    before = artefacts.versions(config.trained_dir, TOOL)
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": config.database_url or "", "SHOPCLERK_HOME": str(config.shopclerk_home)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.error("forecasting_training_failed", reason=errors.decode(errors="replace")[-LAST_WORDS:])
        return False
    trained = artefacts.versions(config.trained_dir, TOOL)[:1] != before[:1]
    if trained:
        log.info("forecasting_trained")
    else:
        log.warning("forecasting_kept", reason=output.decode(errors="replace")[-LAST_WORDS:].strip())
    return trained
