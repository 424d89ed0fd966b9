"""How well moods are read from labelled messages: `python -m assistant.evaluate_mood --messages FILE` prints JSON.

The file has the columns text and mood. The newest trained assistant is asked; no database is needed.
"""

from assistant.environment import prepare

prepare()

import argparse  # noqa: E402
import asyncio  # noqa: E402
import csv  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from assistant.evaluate import EvaluationImpossible, present_model  # noqa: E402
from assistant.settings import home_of  # noqa: E402

COLUMNS = ("text", "mood")


def read_messages(path: Path) -> list[dict[str, str]]:
    """Rows with text and mood; raises EvaluationImpossible for a file of another form."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for line, row in enumerate(rows, start=2):
        if any(not row.get(column) for column in COLUMNS):
            raise EvaluationImpossible(f"{path}, line {line}: the columns text and mood must both be filled.")
    if not rows:
        raise EvaluationImpossible(f"{path} has no rows.")
    return rows


async def evaluate(path: Path, model: Path) -> dict[str, Any]:
    """`{model, rows: [{text, mood, read, confidence}], seconds}`."""
    from rasa.core.agent import Agent

    rows = read_messages(path)
    agent = Agent.load(str(model))
    await agent.parse_message("hello")
    started = time.perf_counter()
    read = [(await agent.parse_message(row["text"]))["mood"] for row in rows]
    seconds = time.perf_counter() - started
    told = [
        {"text": row["text"], "mood": row["mood"], "read": mood["name"], "confidence": mood["confidence"]}
        for row, mood in zip(rows, read, strict=True)
    ]
    return {"model": model.name.removesuffix(".tar.gz"), "rows": told, "seconds": round(seconds, 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=None, help="default: the trained one of SHOPCLERK_HOME")
    chosen = parser.parse_args()
    try:
        model = chosen.model or present_model(home_of() / "assistant-models")
        sys.stdout.write(json.dumps(asyncio.run(evaluate(chosen.messages, model))) + "\n")
    except EvaluationImpossible as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
