"""Runs the test stories through the trained model, all in one run: `python -m assistant.story_test [FOLDER]`.

Each story's texts must be understood as its intents and lead to its actions. Which product a name stands for depends on
the store and is tested elsewhere, so entities are left out of the comparison, which Rasa cannot do on its own. The last
line printed is one JSON object: how many stories there are, how many ran, how many were right.
"""

from assistant.environment import prepare

prepare()

import asyncio  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import yaml  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402
from rasa.core.processor import MessageProcessor  # noqa: E402
from rasa.core.test import test as run_stories  # noqa: E402

from assistant.settings import ROOT, home_of  # noqa: E402
from assistant.train import ensure_model  # noqa: E402

STORIES = ROOT / "tests" / "conversations" / "rasa"


class IntentsOnly(MessageProcessor):
    """Understands as the assistant does, and forgets which things were named."""

    async def parse_message(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        return {**await super().parse_message(*arguments, **named), "entities": []}


def load(model: Path) -> Agent:
    agent = Agent()
    agent.processor = IntentsOnly(model, agent.tracker_store, agent.lock_store, agent.nlg)
    agent.domain = agent.processor.domain
    return agent


def written(folder: Path) -> int:
    """How many stories stand in a folder's files; Rasa leaves out, without a word, what it cannot read."""
    return sum(len(yaml.safe_load(path.read_text())["stories"]) for path in folder.glob("test_*.yml"))


def main(folder: Path = STORIES) -> int:
    """The exit code: 0 when every story ran and was right; a wrong one is printed as Rasa tells it."""
    os.environ["LOG_LEVEL"] = "WARNING"  # Rasa's way to be without progress bars
    agent = load(ensure_model(home_of()))
    with tempfile.TemporaryDirectory() as results:
        asyncio.run(
            run_stories(
                str(folder),
                agent,
                out_directory=results,
                e2e=True,
                disable_plotting=True,
            )
        )
        report = json.loads((Path(results) / "story_report.json").read_text())["conversation_accuracy"]
        failed = (Path(results) / "failed_test_stories.yml").read_text()
    counted = {"written": written(folder), "ran": report["total"], "right": report["correct"]}
    if counted["right"] < counted["written"]:
        print(failed)  # noqa: T201
    print(json.dumps(counted))  # noqa: T201
    return 0 if counted["written"] == counted["ran"] == counted["right"] else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
