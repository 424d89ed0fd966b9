"""`shopclerk evaluate mood`: moods as the assistant reads them, beside VADER, which knows good and bad words only."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.assistant_evaluation import LONGEST_SECONDS, PYTHON, REFUSED
from cli.state import Store, export
from common.errors import BadRequest, Unavailable
from common.settings import ROOT, Settings, settings

HELD_OUT = ROOT / "tests" / "conversations" / "held_out_mood.csv"
MOODS = ("angry", "sad", "happy", "neutral")
UPSET = frozenset({"angry", "sad"})
SURE = 0.05  # VADER's own border between neutral and not


def evaluate_mood(messages: Path, *, peers: bool, config: Settings | None = None) -> dict[str, Any]:
    """The result as `report` prints it. Raises BadRequest when the file or the model cannot be used, Unavailable when
    the assistant itself fails."""
    config = config or settings()
    read = _read_by_assistant(messages, config)
    rows = read["rows"]
    wanted = [row["mood"] for row in rows]
    told = {"assistant": [row["read"] for row in rows]}
    if peers:
        told["vader"] = _vader([row["text"] for row in rows])
    metrics: dict[str, dict[str, float]] = {}
    for model, moods in told.items():
        for name, value in _scores(wanted, moods).items():
            metrics.setdefault(name, {})[model] = round(value, 4)
    return {
        "tool": "mood", "model": read["model"], "data": messages.name, "rows": len(rows), "metrics": metrics,
        "seconds": read["seconds"],
    }  # fmt: skip


def _read_by_assistant(messages: Path, config: Settings) -> dict[str, Any]:
    with Store(config) as store:
        done = subprocess.run(
            [str(PYTHON), "-m", "assistant.evaluate_mood", "--messages", str(messages.resolve())],
            cwd=ROOT, env=export(config, store.url), capture_output=True, text=True, timeout=LONGEST_SECONDS,
            check=False,
        )  # fmt: skip
    if done.returncode == REFUSED:
        raise BadRequest(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        raise Unavailable(f"The assistant's evaluation failed: {done.stderr.strip()[-500:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _vader(texts: Sequence[str]) -> list[str]:
    """Negative, positive or neutral by VADER (Hutto and Gilbert 2014); it does not tell anger from sadness."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    scores = [analyser.polarity_scores(text)["compound"] for text in texts]
    return ["happy" if score >= SURE else "upset" if score <= -SURE else "neutral" for score in scores]


def _scores(wanted: Sequence[str], told: Sequence[str]) -> dict[str, float]:
    """Precision and recall by mood, and of anger and sadness together; a mood that is never told is left out."""
    scores: dict[str, float] = {}
    for mood in MOODS:
        if mood in told:
            scores |= _pair(mood, [one == mood for one in wanted], [one == mood for one in told])
    upset = [one in UPSET or one == "upset" for one in told]
    scores |= _pair("upset", [one in UPSET for one in wanted], upset)
    plain = [found for found, mood in zip(upset, wanted, strict=True) if mood == "neutral"]
    scores["neutral_taken_for_upset"] = sum(plain) / max(1, len(plain))
    return scores


def _pair(name: str, wanted: Sequence[bool], told: Sequence[bool]) -> dict[str, float]:
    hits = sum(one and other for one, other in zip(wanted, told, strict=True))
    return {f"{name}_precision": hits / max(1, sum(told)), f"{name}_recall": hits / max(1, sum(wanted))}
