"""What Prometheus reads from every process: how long turns, actions, tools and SQL take, and how they end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import Counter, Histogram
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10)

turn_seconds = Histogram("shopclerk_turn_seconds", "One chat turn, gateway to gateway", ["outcome"], buckets=_BUCKETS)
action_seconds = Histogram("shopclerk_action_seconds", "One custom action", ["action", "outcome"], buckets=_BUCKETS)
tool_seconds = Histogram("shopclerk_tool_seconds", "One call of an ML tool", ["tool", "outcome"], buckets=_BUCKETS)
sql_seconds = Histogram("shopclerk_sql_seconds", "One SQL statement", buckets=_BUCKETS)
http_seconds = Histogram("shopclerk_http_seconds", "One HTTP request", ["route", "status"], buckets=_BUCKETS)
failures = Counter("shopclerk_failures", "Unexpected errors, answered in words or the envelope", ["process"])


@contextmanager
def timed(histogram: Histogram, **labels: str) -> Iterator[None]:
    """Observe how long the block takes, with the label `outcome` ok or the error's type."""
    started, outcome = time.perf_counter(), "ok"
    try:
        yield
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        histogram.labels(**labels, outcome=outcome).observe(time.perf_counter() - started)


def instrument_engine(engine: AsyncEngine) -> None:
    """Observe every statement of an engine in `sql_seconds`."""

    def before(conn: Any, *_: Any) -> None:
        conn.info["shopclerk_started"] = time.perf_counter()

    def after(conn: Any, *_: Any) -> None:
        sql_seconds.observe(time.perf_counter() - conn.info.pop("shopclerk_started"))

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)
