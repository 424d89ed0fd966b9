"""Learning promotions anew from all that was shown, and choosing the click model beneath.

    python -m ml_tools.promotions.train [--refresh] [--quick]

With --refresh (every night) nothing changes unless a click model is better than what serves. With --quick (a shop's
first start) none is tried, and only the belief is learnt. What an answer kept of its signals is taken as it stands. For
other impressions (imported ones) they are worked out as they were at that moment: from what the person had touched and
been shown before. The running shop goes on from there.
"""

import argparse
import json
import os
import sys
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import psycopg
import structlog

from common.logs import configure_logging
from common.settings import settings
from ml_tools.promotions.chosen import NAME as MODEL_NAME
from ml_tools.promotions.chosen import nothing_chosen, read_chosen
from ml_tools.promotions.chosen import written as written_chosen
from ml_tools.promotions.evaluate import Makers
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base import Progress, silent
from ml_tools.promotions.online import NAME, Learnt, first, written
from ml_tools.promotions.past import Past, examples
from ml_tools.promotions.replay import Lived, choose
from ml_tools.promotions.signals import Bases
from ml_tools.settings import tools_settings
from store import promotion_history as history
from store.promotion_learning import Frontier
from store.session import connect

log = structlog.get_logger()

MOST = 500_000  # the newest impressions; older ones would be forgotten anyway


def train(
    connection: psycopg.Connection,
    *,
    patience: float,
    most: int = MOST,
    refresh: bool = False,
    makers: Makers = MODELS,
    progress: Progress = silent,
) -> Learnt | None:
    """Learn anew, and keep the belief and the click model beneath it in one step; None when all stays as it is.

    It reads without holding anybody up. What came in the meantime is left to the online learning, which goes on from
    where this one has read."""
    reached = history.complete_until(connection, patience=patience)
    past = _lived(connection, reached, most)
    with connection.transaction():
        in_force = read_chosen(history.held(connection, MODEL_NAME, nothing_chosen()))
    found = choose(past, in_force, makers, progress)
    if refresh and not found.changed:
        return None
    content, sha256 = written(found.replayed.belief)
    with connection.transaction():
        kept = history.held(connection, NAME, first())
        new = replace(
            kept, version=kept.version + 1, impression_id=reached.impression_id, click_id=reached.click_id,
            examples=len(past.shown), as_of=found.replayed.as_of, content=content, sha256=sha256,
        )  # fmt: skip
        history.replaced(connection, NAME, new)
        if found.changed:
            content, sha256 = written_chosen(found.chosen)
            history.replaced(connection, MODEL_NAME, replace(new, content=content, sha256=sha256))
    return Learnt(found.replayed.belief, new.version, new.examples, new.as_of)


def _lived(connection: psycopg.Connection, reached: Frontier, most: int) -> Lived:
    promotions = history.every_promotion(connection)
    past = Past.of(history.touches(connection), history.products(connection))
    bases = Bases.of(history.touched_by_all(connection))  # type: ignore[arg-type]
    shown = list(examples(history.shown(connection, reached, most=most), past, promotions, bases))
    return Lived(shown, promotions, _running(connection))


def _running(connection: psycopg.Connection) -> list[int]:
    """As `store.promotions.known_promotions`."""
    rows = connection.execute(
        "SELECT id FROM promotions WHERE ends_on >= current_date - 30 AND starts_on <= current_date + 30 ORDER BY id"
    )
    return [row[0] for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refresh", action="store_true", help="change nothing unless a click model is better")
    parser.add_argument("--quick", action="store_true", help="learn the belief, and try no click model beneath it")
    asked = parser.parse_args()
    config = settings()
    configure_logging("train", config.log_level)
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set. `shopclerk train promotions` sets it.")
    with connect(config.database_url) as connection:
        patience = tools_settings().promotions_patience
        makers = {} if asked.quick else MODELS
        learnt = train(connection, patience=patience, refresh=asked.refresh, makers=makers, progress=_say)
    if learnt is None:
        print("No click model is better than what serves: all stays as it is.")  # noqa: T201
        return
    said = {"version": learnt.version, "impressions": learnt.examples, "as_of": str(learnt.as_of)}
    print(json.dumps(said))  # noqa: T201 (what was trained is this command's output)


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 (how far a training is)


if __name__ == "__main__":
    main()
