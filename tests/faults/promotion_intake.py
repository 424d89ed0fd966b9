"""A process that takes promotion events and learns them at once, until it is killed: `python -m ... URL SOCKET`."""

import asyncio
import sys
from datetime import timedelta

import uvicorn
from fastapi import FastAPI

from common.http import install
from common.logs import configure_logging
from ml_tools.promotions.online import Learner
from store.session import Database
from tests.promotion_kit import tool_on


async def learn_on(database: Database) -> None:
    learner = Learner(database, patience=timedelta(0), most=40)  # many small steps: many moments to be killed in
    while True:
        await learner.learn()
        await asyncio.sleep(0.01)


async def serve(url: str, path: str) -> None:
    database = Database(url, pool_size=4)
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool_on(database).router)
    server = uvicorn.Server(uvicorn.Config(app, uds=path, log_level="error"))
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        group.create_task(learn_on(database))


if __name__ == "__main__":
    configure_logging("test", "ERROR")
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
