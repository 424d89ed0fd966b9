"""What arrives together is computed together; nobody waits for a batch to fill, and a failure reaches all it hit."""

import asyncio
import threading

import pytest

from common.errors import Unavailable
from ml_tools.batching import Batcher


async def test_what_waits_while_a_batch_runs_becomes_the_next_batch():
    go, sizes = threading.Event(), []

    def work(items):
        sizes.append(len(items))
        go.wait(5)
        return [item * 2 for item in items]

    batcher = Batcher(work, largest=4, waiting=20)
    tasks = [asyncio.create_task(batcher.run(number)) for number in range(7)]
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6, 8, 10, 12]
    assert sum(sizes) == 7
    assert max(sizes) <= 4
    assert len(sizes) <= 3


async def test_a_failure_reaches_everybody_in_its_batch_and_the_next_one_works():
    def work(items):
        if "bad" in items:
            raise ValueError("bad")
        return items

    batcher = Batcher(work, largest=1, waiting=5)
    found = await asyncio.gather(batcher.run("bad"), batcher.run("good"), return_exceptions=True)
    assert isinstance(found[0], ValueError)
    assert found[1] == "good"
    assert await batcher.run("again") == "again"


async def test_too_many_are_refused_with_when_to_come_back():
    go = threading.Event()

    def work(items):
        go.wait(5)
        return items

    batcher = Batcher(work, largest=1, waiting=2)
    tasks = [asyncio.create_task(batcher.run(number)) for number in range(2)]
    await asyncio.sleep(0.05)  # the first is being computed, the second waits
    tasks.append(asyncio.create_task(batcher.run(2)))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await batcher.run(3)
    assert refused.value.retry_after == 1
    go.set()
    assert await asyncio.gather(*tasks) == [0, 1, 2]


async def test_who_has_left_does_not_stop_the_others():
    batcher = Batcher(lambda items: items, largest=4, waiting=9)
    gone = asyncio.create_task(batcher.run(1))
    stays = asyncio.create_task(batcher.run(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 2
