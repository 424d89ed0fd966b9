"""The worker ends with its process, whatever a job is in the middle of."""

import asyncio

from ml_tools.jobs import work
from store.jobs import LEARN_PROMOTIONS


async def test_a_job_that_goes_on_for_ever_does_not_keep_the_process(empty_database_url: str) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> int:
        begun.set()
        try:
            return await asyncio.Event().wait()
        finally:
            ended.set()

    worker = asyncio.create_task(work(empty_database_url, {LEARN_PROMOTIONS: endless}))
    async with asyncio.timeout(60):
        await begun.wait()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert ended.is_set()
