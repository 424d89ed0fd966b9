"""Documents cannot rot: every setting is described, and what is described exists."""

import re
from collections import Counter
from typing import Any

import yaml
from starlette.routing import WebSocketRoute

from actions.clarify import ClarifyAction
from actions.registry import REPEATING, TOPICS
from common.settings import ROOT, Settings
from web.accounts import api as accounts_api
from web.chat import api as chat_api
from web.chat import socket as chat_socket


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    rows = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]{4,})`", row.split("|")[1])}
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_setting_is_in_the_example() -> None:
    example = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example >= {name.upper() for name in Settings.model_fields} - {"SHOPCLERK_DATA"}


# The pipeline sets it when two intents fit about as well.
WITHOUT_EXAMPLES = {"unsure"}


def _yaml_folder(folder: str) -> list[dict[str, Any]]:
    files = sorted((ROOT / folder).rglob("*.yml"))
    assert files, folder
    return [yaml.safe_load(file.read_text()) for file in files]


def _domain(key: str) -> list[Any]:
    return [item for document in _yaml_folder("assistant/domain") for item in document.get(key) or []]


INTENTS = {next(iter(item)) if isinstance(item, dict) else item for item in _domain("intents")}


def _table() -> dict[str, tuple[str, str]]:
    """Intent -> (handler, role) as documented."""
    text = (ROOT / "docs/intents.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| `(\w+)` \| (\w+) \|$", text, re.MULTILINE)
    return {intent: (handler, role) for intent, handler, role in rows}


def test_every_intent_is_documented_with_the_handler_that_its_rule_names() -> None:
    rules = [rule["steps"] for document in _yaml_folder("assistant/data/rules") for rule in document["rules"]]
    handlers = {steps[0]["intent"]: steps[1]["action"] for steps in rules if "intent" in steps[0]}
    assert {intent: handler for intent, (handler, _) in _table().items()} == handlers
    assert set(handlers) == INTENTS


def test_every_documented_role_is_the_one_that_the_action_declares() -> None:
    actions = (*TOPICS, *REPEATING, ClarifyAction)
    declared = {action.name: action.role.value for action in actions}
    documented = {handler: role for handler, role in _table().values() if handler.startswith("action_")}
    assert documented == declared


def test_every_intent_has_at_least_fifteen_examples() -> None:
    counts: Counter[str] = Counter()  # an intent may have examples in several files
    for document in _yaml_folder("assistant/data/nlu"):
        for block in document["nlu"]:
            if "intent" in block:
                counts[block["intent"]] += block["examples"].count("\n- ") + 1
    assert {intent: n for intent, n in counts.items() if n < 15} == {}
    assert set(counts) == INTENTS - WITHOUT_EXAMPLES


def test_every_intent_is_in_a_story() -> None:
    stories = [story for document in _yaml_folder("tests/conversations/rasa") for story in document.get("stories", [])]
    told = {step["intent"] for story in stories for step in story["steps"] if "intent" in step}
    assert told >= INTENTS


def test_every_utterance_has_words() -> None:
    said = {handler for handler, _ in _table().values() if handler.startswith("utter_")}
    worded = {name for document in _yaml_folder("assistant/domain") for name in document.get("responses") or {}}
    assert said <= worded


def test_every_endpoint_of_the_web_api_is_documented() -> None:
    routes = {
        f"{'WS' if isinstance(route, WebSocketRoute) else method} {route.path}"
        for room in (accounts_api, chat_api, chat_socket)
        for route in room.router.routes
        for method in sorted(getattr(route, "methods", None) or {"WS"})
    }
    documented = re.findall(r"^\| `([A-Z]+ /api/[^`]+)`", (ROOT / "docs/api.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(routes)
