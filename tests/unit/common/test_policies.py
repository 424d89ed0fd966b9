"""The shop's terms are written once: what the chat says is what the page shows and questions are answered from."""

import yaml

from common.policies import FILE, SECTIONS, policies


def test_every_policy_of_the_chat_is_on_the_page() -> None:
    responses = yaml.safe_load(FILE.read_text(encoding="utf-8"))["responses"]
    assert set(responses) == set(SECTIONS)
    assert [policy.text for policy in policies()] == [responses[name][0]["text"] for name in SECTIONS]


def test_policies_have_places_of_their_own() -> None:
    assert len({policy.url for policy in policies()}) == len(policies())
    assert all(policy.url.startswith("/policies#") for policy in policies())
