"""`shopclerk evaluate assistant`: runs the evaluation in the assistant's own environment and reads its JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cli.state import Store, export
from common.errors import BadRequest, Unavailable
from common.settings import ROOT, Settings, settings

PYTHON = ROOT / "assistant" / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
LONGEST_SECONDS = 1800
REFUSED = 2  # the evaluation's exit status for a file or a model that it cannot work with


def evaluate_assistant(utterances: Path, config: Settings | None = None) -> dict[str, Any]:
    """The newest trained assistant against a file of utterances, on the products of this shop's database.

    Raises BadRequest when the file or the model cannot be used, Unavailable when the assistant itself fails.
    """
    config = config or settings()
    with Store(config) as store:
        done = subprocess.run(
            [str(PYTHON), "-m", "assistant.evaluate", "--utterances", str(utterances.resolve())],
            cwd=ROOT,
            env=export(config, store.url),
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    if done.returncode == REFUSED:
        raise BadRequest(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        raise Unavailable(f"The assistant's evaluation failed: {done.stderr.strip()[-500:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    del result["errors"]  # for who works on the assistant: `python -m assistant.evaluate` shows them
    return result
