"""A training, or other work that takes long, in a process of its own: requests are answered as ever while it runs, as
it gets only the processor time that they leave.

A new version lies beside the older ones once it is whole, and is then taken up in one step. Where it is no better than
the one in force the training writes nothing, and the log says so.
"""

import asyncio
import os
import shutil
import sys

import structlog

from common.settings import ROOT, Settings
from ml_tools import artefacts

log = structlog.get_logger()

LAST_WORDS = 600
POLITE = ("nice", "-n", "10")


def refreshing(module: str) -> tuple[str, ...]:
    """The command that trains anew and leaves the old model in force where the new one is no better."""
    return sys.executable, "-m", module, "--refresh"


async def train_beside(config: Settings, tool: str, command: tuple[str, ...]) -> bool:
    """Train; whether the tool has a new version. A training that fails or writes nothing is logged with its reason."""
    before = artefacts.versions(config.trained_dir, tool)
    said = await run_beside(config, tool, command)
    if said is None:
        return False
    trained = artefacts.versions(config.trained_dir, tool)[:1] != before[:1]
    if trained:
        log.info("trained", tool=tool)
    else:
        log.warning("model_kept", tool=tool, reason=said)
    return trained


async def run_beside(config: Settings, tool: str, command: tuple[str, ...]) -> str | None:
    """The last words of a training that went well; None for one that failed, which is logged with its reason.

    When the job that waits for it is ended (a shop that is closed), the training ends with it.
    """
    process = await asyncio.create_subprocess_exec(
        *(POLITE if shutil.which(POLITE[0]) else ()),
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
        log.error("training_failed", tool=tool, reason=errors.decode(errors="replace")[-LAST_WORDS:])
        return None
    return output.decode(errors="replace")[-LAST_WORDS:].strip()
