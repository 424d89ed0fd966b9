"""The gateway's own words: all there, friendly to ids, none of them in the code."""

import pytest

from web.chat.assistant import AssistantFailure
from web.chat.words import words

FAILURES = {kind.reason for kind in AssistantFailure.__subclasses__()}


@pytest.mark.parametrize("reason", sorted(FAILURES))
def test_every_failure_has_words_with_the_id(reason: str) -> None:
    """Whatever goes wrong, there is a sentence, and the id to ask about."""
    said = words(reason, request_id="r_123")
    assert "(id r_123)" in said
    assert len(said) > 30


@pytest.mark.parametrize("name", ["handed_over", "back_to_bot", "talk_to_bot"])
def test_every_other_text_is_there(name: str) -> None:
    """A missing name fails here, not in front of a person."""
    assert words(name)
