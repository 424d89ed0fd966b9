"""S26: whatever is sent to the web API, nothing is a 5xx and the documented shapes hold."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from common.settings import ROOT
from tests.security.web_process import web_process

CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance"


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_web_api_stands_a_short_fuzzing(tmp_path: Path, empty_database_url: str, signed_in: bool) -> None:
    """A guest's view and a marketer's, each for a few seconds, against the real process."""
    with web_process(tmp_path, empty_database_url) as web:
        token = httpx.post(f"{web.url}/api/session").json()["token"]
        headers = ["-H", f"Authorization: Bearer {token}"] if signed_in else []
        run = subprocess.run(
            [Path(sys.executable).parent / "schemathesis", "run", f"{web.url}/api/openapi.json", *headers,
             "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-time", "20",
             "--max-examples", "8", "--seed", "1",
             "--include-path-regex", "^/api/", "--exclude-method", "DELETE", "--warnings", "off", "--no-color"],
            cwd=tmp_path, capture_output=True, text=True, timeout=200,
            env={"PATH": str(ROOT), "HOME": str(tmp_path)},
        )  # fmt: skip
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert "unexpected_error" not in web.log
