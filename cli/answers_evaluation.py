"""`shopclerk evaluate answers`: labelled questions on products of the demo store, beside plain retrieval."""

import asyncio
import time
from pathlib import Path
from typing import Any

from common.errors import BadRequest, Unavailable
from common.settings import ROOT, Settings, settings
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

HELD_OUT = ROOT / "tests" / "conversations" / "held_out_product_questions.csv"


def evaluate_answers(questions: Path, *, peers: bool, config: Settings | None = None) -> dict[str, Any]:
    """The result as `report` prints it. Raises BadRequest for a file of another form or about other products,
    Unavailable without a database."""
    from ml_tools.answers.evaluate import measure, ours
    from ml_tools.answers.labelled import read_labelled
    from ml_tools.answers.ranking import Ranker
    from ml_tools.answers.train import QUESTIONS
    from ml_tools.sentence_encoder.encoder import SentenceEncoder

    config = config or settings()
    if not config.database_url:
        raise Unavailable("DATABASE_URL is not set: the questions are about products of a shop.")
    started = time.perf_counter()
    asked, known = asyncio.run(_looked_up(config.database_url, [read_labelled(questions), read_labelled(QUESTIONS)]))
    if not asked:
        raise BadRequest(f"The shop sells none of the products of {questions.name}.")
    encoder = SentenceEncoder(config.models_dir, threads=config.threads)
    ranker = Ranker.open(config.models_dir / "answers")
    answerers = {"answers": ours(ranker, encoder)}
    if peers:
        from ml_tools.answers.peers import peers as every_peer

        answerers |= every_peer(known, encoder)
    return {
        "tool": "answers",
        "model": {"name": ranker.manifest.name, "version": ranker.manifest.version},
        "data": questions.name,
        "rows": len(asked),
        "metrics": measure(asked, answerers),
        "seconds": round(time.perf_counter() - started, 1),
    }


async def _looked_up(database_url: str, files: list[Any]) -> list[Any]:
    from ml_tools.answers.labelled import look_up

    database = Database(database_url, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        return [await look_up(database, labelled) for labelled in files]
    finally:
        await database.close()
