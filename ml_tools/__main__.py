"""`python -m ml_tools`: the tools process on TOOLS_HOST and TOOLS_PORT."""

import uvicorn

from common.errors import Unavailable
from common.logs import configure_logging
from common.settings import settings
from ml_tools.app import create_app, every_tool
from ml_tools.settings import tools_settings
from store.session import Database

POOL = 8


def main() -> None:
    config, own = settings(), tools_settings()
    configure_logging("tools", config.log_level)
    if config.database_url is None:
        raise Unavailable("DATABASE_URL is not set. `shopclerk up` starts a database and sets it.")
    database = Database(config.database_url, pool_size=POOL)
    uvicorn.run(
        create_app(database, every_tool(config, own, database), jobs_url=config.database_url),
        host=own.tools_host,
        port=own.tools_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=14,
        limit_concurrency=200,
    )


if __name__ == "__main__":
    main()
