"""What Prometheus reads from the assistant: how long turns, understanding, actions and SQL take, and how they end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Histogram

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10)

turn_seconds = Histogram("shopclerk_turn_seconds", "One turn, as the channel sees it", ["outcome"], buckets=_BUCKETS)
parse_seconds = Histogram("shopclerk_parse_seconds", "Understanding one text", ["outcome"], buckets=_BUCKETS)
action_seconds = Histogram(
    "shopclerk_action_seconds", "One call of the action server", ["action", "outcome"], buckets=_BUCKETS
)
sql_seconds = Histogram("shopclerk_sql_seconds", "One statement of the tracker store", ["outcome"], buckets=_BUCKETS)


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
