"""Holds the trained assistant's NLU against utterances that it has never seen: `python -m assistant.evaluate`.

The file has the columns text, intent, product (empty, or the catalogue's names of the products meant, separated by
";"). A product counts as resolved when the mentions found are, in order, products whose names hold all words of the
expected ones (or have them as public id) and are not another model of the line.
"""

from assistant.environment import prepare

prepare()

import argparse  # noqa: E402
import asyncio  # noqa: E402
import csv  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Awaitable, Callable  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from assistant.components.examples import OUT_OF_SCOPE  # noqa: E402
from assistant.components.ordinary_words import MODIFIERS  # noqa: E402
from assistant.components.words import words_of  # noqa: E402
from assistant.settings import home_of  # noqa: E402
from assistant.train import model_hash  # noqa: E402

Parse = dict[str, Any]
Parser = Callable[[str], Awaitable[Parse]]


class EvaluationImpossible(Exception):
    """There is no model, or the file cannot be read as utterances; the message says which."""


@dataclass(frozen=True)
class Utterance:
    text: str
    intent: str
    products: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    utterance: Utterance
    intent: str
    products: list[dict[str, Any]]
    seconds: float

    @property
    def outside(self) -> bool:
        return self.utterance.intent == OUT_OF_SCOPE

    @property
    def resolved(self) -> bool:
        expected = self.utterance.products
        return len(expected) == len(self.products) and all(map(is_product, expected, self.products))


def is_product(expected: str, entity: dict[str, Any]) -> bool:
    """The entity's product is the expected one; "Galaxy S21" is met by "Samsung Galaxy S21 5G", not by an Ultra."""
    if expected == entity.get("value"):
        return True
    asked = {word.text for word in words_of(expected)}
    named = {word.text for word in words_of(str(entity.get("name", "")))}
    return asked <= named and not (named - asked) & MODIFIERS


def read_utterances(path: Path) -> list[Utterance]:
    """Raises EvaluationImpossible with the line at fault."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationImpossible(f"{path} cannot be read: {error}") from error
    if not rows:
        raise EvaluationImpossible(f"{path} holds no utterances.")
    for line, row in enumerate(rows, 2):
        if not row.get("text") or not row.get("intent"):
            raise EvaluationImpossible(f"{path}, line {line}: the columns text and intent must both be filled.")
    return [Utterance(row["text"], row["intent"], _split(row.get("product"))) for row in rows]


def _split(products: str | None) -> list[str]:
    return [name.strip() for name in (products or "").split(";") if name.strip()]


async def judged(utterances: list[Utterance], parse: Parser) -> list[Verdict]:
    verdicts = []
    for utterance in utterances:
        started = time.perf_counter()
        result = await parse(utterance.text)
        seconds = time.perf_counter() - started
        products = [entity for entity in result["entities"] if entity["entity"] == "product"]
        verdicts.append(Verdict(utterance, result["intent"]["name"], products, seconds))
    return verdicts


def metrics(verdicts: list[Verdict]) -> dict[str, float]:
    """Shares of 0..1, and the median milliseconds of one message. A measure without rows is left out."""
    inside, outside = [v for v in verdicts if not v.outside], [v for v in verdicts if v.outside]
    named, unnamed = [v for v in inside if v.utterance.products], [v for v in verdicts if not v.utterance.products]
    result = {
        "intent_accuracy": _share([v.intent == v.utterance.intent for v in inside]),
        "out_of_scope_recall": _share([v.intent == OUT_OF_SCOPE for v in outside]),
        "in_scope_falsely_rejected": _share([v.intent == OUT_OF_SCOPE for v in inside]),
        "all_intents_accuracy": _share([v.intent == v.utterance.intent for v in verdicts]),
        "product_resolution": _share([v.resolved for v in named]),
        "product_false_alarms": _share([bool(v.products) for v in unnamed]),
        "milliseconds_median": sorted(v.seconds for v in verdicts)[len(verdicts) // 2] * 1000,
    }
    return {name: round(value, 4) for name, value in result.items() if value is not None}


def _share(hits: list[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def present_model(folder: Path) -> Path:
    """The model of the present sources, else the newest there is."""
    present = folder / f"{model_hash()}.tar.gz"
    if present.exists():
        return present
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise EvaluationImpossible(f"There is no trained model in {folder}: train one first (make run does).")
    return models[-1]


async def evaluate(path: Path, model: Path) -> dict[str, Any]:
    """The evaluation as one JSON object: tool, model, data, rows, metrics {name: {model: value}}, seconds, errors."""
    from rasa.core.agent import Agent

    utterances = read_utterances(path)
    agent = Agent.load(str(model))
    await agent.parse_message("hello")  # the first message connects to the catalogue
    started = time.perf_counter()
    verdicts = await judged(utterances, agent.parse_message)
    return {
        "tool": "assistant",
        "model": model.name[: -len(".tar.gz")],
        "data": str(path),
        "rows": len(verdicts),
        "metrics": {name: {"assistant": value} for name, value in metrics(verdicts).items()},
        "seconds": round(time.perf_counter() - started, 2),
        "errors": [_error(verdict) for verdict in verdicts if _is_wrong(verdict)],
    }


def _is_wrong(verdict: Verdict) -> bool:
    return verdict.intent != verdict.utterance.intent or not verdict.resolved


def _error(verdict: Verdict) -> dict[str, Any]:
    return {
        "text": verdict.utterance.text,
        "intent": verdict.utterance.intent,
        "understood": verdict.intent,
        "products": verdict.utterance.products,
        "resolved": [product.get("name") for product in verdict.products],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--utterances", type=Path, required=True)
    parser.add_argument(
        "--model", type=Path, default=None, help="a model file; default: the trained one of SHOPCLERK_HOME"
    )
    chosen = parser.parse_args()
    if not os.environ.get("DATABASE_URL"):
        sys.stderr.write("DATABASE_URL is not set: products are resolved against a catalogue.\n")
        return 2
    try:
        model = chosen.model or present_model(home_of() / "assistant-models")
        sys.stdout.write(json.dumps(asyncio.run(evaluate(chosen.utterances, model))) + "\n")
    except EvaluationImpossible as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
