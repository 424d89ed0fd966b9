"""`python -m web`: the shop and the chat gateway on `WEB_HOST` and `WEB_PORT`."""

import os

import uvicorn

from common.logs import configure_logging
from common.metrics import instrument_engine
from common.settings import settings
from store.session import Database
from web.app import create_app
from web.startup import UnsafeStart

FRAME_BYTES = 65_536
POOL = 12


def main() -> None:
    config = settings()
    configure_logging("web", config.log_level)
    if config.database_url is None:
        raise UnsafeStart("DATABASE_URL is not set. `shopclerk up` starts a database and sets it.")
    database = Database(config.database_url, pool_size=POOL)
    instrument_engine(database.engine)
    uvicorn.run(
        create_app(config, database),
        host=config.web_host,
        port=config.web_port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,  # believed only from proxies that are named
        ws_max_size=FRAME_BYTES,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_graceful_shutdown=14,
        limit_concurrency=500,
    )


if __name__ == "__main__":
    main()
