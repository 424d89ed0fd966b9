"""Rasa's own test stories, all in one run: every intent is understood from words and leads to its action."""

import json
import subprocess

import pytest

from common.settings import ROOT
from tests.stack import Stack

AT_LEAST = 80


@pytest.mark.stack
@pytest.mark.assistant
def test_every_story_runs_and_is_right(stack: Stack) -> None:
    """With the model that the stack trained, so that Rasa trains once; the count shows that none was skipped."""
    python = ROOT / "assistant" / ".venv" / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "assistant.story_test"],
        cwd=ROOT,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout
    counted = json.loads(done.stdout.splitlines()[-1])
    assert counted["written"] == counted["ran"] == counted["right"] >= AT_LEAST
