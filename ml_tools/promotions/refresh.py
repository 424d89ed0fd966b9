"""Learning from everything that was ever shown, in a process of its own: requests are answered as ever meanwhile."""

import asyncio
import os
import sys

import structlog

from common.settings import ROOT, Settings

log = structlog.get_logger()

COMMAND = (sys.executable, "-m", "ml_tools.promotions.train")
LAST_WORDS = 600


async def train_beside(config: Settings, command: tuple[str, ...]) -> bool:
    """Whether it was learnt; a training that fails is logged with its reason, and tried again with the next job.

    When this job is ended (a shop that is closed), the training ends with it."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": config.database_url or "", "SHOPCLERK_HOME": str(config.shopclerk_home)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.error("promotions_training_failed", reason=errors.decode(errors="replace")[-LAST_WORDS:])
    return process.returncode == 0
