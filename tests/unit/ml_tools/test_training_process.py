"""Trainings beside the requests: what comes of one that fails, that keeps the old model, or that goes well."""

import asyncio
import os
import sys

import pytest
from structlog.testing import capture_logs

from common.settings import Settings
from ml_tools.training_process import refreshing, run_beside, train_beside

WRITES = """
import os
from pathlib import Path
from ml_tools import artefacts
models = Path(os.environ["SHOPCLERK_HOME"]) / "models"
artefacts.save(models, "a_tool", {"x.json": b"{}"}, name="x", trained_on="", as_of=None, licence="", quality={})
"""


@pytest.fixture
def config(tmp_path):
    return Settings(_env_file=None, shopclerk_home=tmp_path, database_url="postgresql://nowhere")


@pytest.mark.parametrize(
    ("program", "told"),
    [("raise SystemExit('no space left')", "no space left"), ("print('It is worse.')", "It is worse.")],
)
async def test_one_that_fails_or_is_refused_says_why_and_changes_nothing(config, program, told):
    with capture_logs() as logs:
        assert not await train_beside(config, "a_tool", (sys.executable, "-c", program))
    assert (logs[-1]["tool"], told in logs[-1]["reason"]) == ("a_tool", True)


async def test_one_that_writes_has_made_a_new_version(config):
    config.trained_dir.mkdir(parents=True)
    assert await train_beside(config, "a_tool", (sys.executable, "-c", WRITES))


async def test_it_ends_with_the_job_that_waits_for_it(config, tmp_path):
    begun = tmp_path / "pid"
    program = f"import os, signal; open({str(begun)!r}, 'w').write(str(os.getpid())); signal.pause()"
    waiting = asyncio.create_task(run_beside(config, "a_tool", (sys.executable, "-c", program)))
    async with asyncio.timeout(30):
        while not begun.exists() or not begun.read_text():  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


def test_the_nightly_command_leaves_the_old_model_where_the_new_one_is_no_better():
    assert refreshing("ml_tools.forecasting.train")[1:] == ("-m", "ml_tools.forecasting.train", "--refresh")
