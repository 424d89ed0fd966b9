"""Logs carry the request's id and nothing private; only ids of the right form are adopted."""

import json
import subprocess
import sys

import pytest

from assistant.observability.redaction import redact
from assistant.observability.requests import begin_request, current_request_id
from assistant.settings import ROOT


@pytest.mark.parametrize(
    "offered", [None, "", "short", "x" * 65, "a b c d e f g", "<script>alert</script>", "r\n12345678"]
)
def test_a_malformed_request_id_is_replaced(offered: "str | None") -> None:
    assert begin_request(offered) == current_request_id() != offered


def test_a_good_request_id_is_kept() -> None:
    assert begin_request("r_0123456789") == "r_0123456789"


@pytest.mark.parametrize(
    "private",
    ["ann@example.com", "4111 1111 1111 1111", "+49 170 1234567", "eyJhbGci.eyJzdWI.c2ln", "Bearer abcdef123",
     "postgresql://shop:planted@db/shop"],
)  # fmt: skip
def test_private_parts_are_taken_out_at_any_depth(private: str) -> None:
    kept = json.dumps(redact({"detail": [f"it was {private} there"]}))
    secret = "planted" if "planted" in private else private
    assert secret not in kept
    assert "it was" in kept


@pytest.mark.parametrize("key", ["token", "Authorization", "password", "text", "parse_data_text", "rasa_events"])
def test_secrets_and_words_go_by_their_keys(key: str) -> None:
    assert "planted" not in json.dumps(redact({key: "planted"}))


LOGGING = """
import logging, structlog
from assistant.environment import prepare
prepare()
from assistant.observability.logs import configure_logging
from assistant.observability.requests import begin_request
configure_logging("DEBUG")
begin_request("r_0123456789")
logging.getLogger("rasa.core.processor").debug("planted words")
structlog.get_logger("rasa.core.processor").debug("x", parse_data_text="planted words")
logging.getLogger("sqlalchemy.engine").info("planted words")
logging.getLogger("rasa.core.agent").error("known")
structlog.get_logger("assistant.channel").info("turn", intent="greet")
"""


def test_lines_are_json_with_the_id_and_others_never_debug() -> None:
    """In a process of its own: logging is configured once for a whole process."""
    done = subprocess.run([sys.executable, "-c", LOGGING], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines] == ["known", "turn"]
    assert all(line["request_id"] == "r_0123456789" and line["process"] == "assistant" for line in lines)
    assert "planted" not in done.stderr
