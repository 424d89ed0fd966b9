"""Run by the project's own Python (3.11): a migrated Postgres for the assistant's tests, until standard input ends."""

import sys
from pathlib import Path

from store.embedded import EmbeddedPostgres
from store.migrate import upgrade


def main() -> None:
    server = EmbeddedPostgres(Path(sys.argv[1]))
    url = server.url("assistant")
    upgrade(url)
    print(f"{server.pid} {url}", flush=True)  # noqa: T201
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
