"""The tools' jobs: a worker beside the HTTP server that takes what others have asked for, each job one at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from store.jobs import worker_app

log = structlog.get_logger()

Job = Callable[[], Awaitable[int]]
AGAIN_SECONDS = 5.0
STOP_SECONDS = 2.0  # a running job is waited for when the process ends; what it has committed stays
EVERY = "*/10 * * * *"  # a job also runs by itself, so that what nobody reported is found


@dataclass(frozen=True)
class Timed:
    """A job with times of its own (cron, UTC), which is not asked for at the start."""

    work: Job
    cron: str

    async def __call__(self) -> int:
        return await self.work()


async def work(database_url: str, jobs: Mapping[str, Job]) -> None:
    """Take jobs until cancelled; those without times of their own are asked for once at the start. A long one does not
    hold the others up. A database that is away is waited for."""
    while True:
        try:
            app = _app(database_url, jobs)
            async with app.open_async():
                for name, job in jobs.items():
                    if not isinstance(job, Timed):
                        await _ask(app, name)
                await app.run_worker_async(
                    concurrency=max(len(jobs), 1), install_signal_handlers=False, delete_jobs="always", wait=True,
                    shutdown_graceful_timeout=STOP_SECONDS,
                )  # fmt: skip
        except ConnectorException as error:
            log.warning("jobs_wait_for_the_database", reason=str(error)[:200])
        await asyncio.sleep(AGAIN_SECONDS)


def _app(database_url: str, jobs: Mapping[str, Job]) -> App:
    app = worker_app(database_url)
    for name, job in jobs.items():
        _register(app, name, job)
    return app


def _register(app: App, name: str, job: Job) -> None:
    @app.periodic(cron=job.cron if isinstance(job, Timed) else EVERY)
    @app.task(name=name, queueing_lock=name, lock=name, pass_context=True)
    async def run(context: JobContext, timestamp: int | None = None) -> None:
        done = await job()
        log.info("job_done", job=name, done=done)


async def _ask(app: App, name: str) -> None:
    try:
        await app.configure_task(name, queueing_lock=name).defer_async()
    except AlreadyEnqueued:
        return
