"""What is typed is text, whatever it looks like (no typed text may ever reach Rasa's reader of commands)."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.channel.errors import InvalidRequest
from assistant.channel.text import MAX_CHARACTERS, clean

INVISIBLE = ["", " ", "\n", "\t", "\u00a0", "\u200b", "\u200d", "\ufeff", "\u2060", "\u3000", "\u00ad", "\u0301", "\r"]
commands = st.sampled_from(
    ["/restart", "/session_start", "/ask_price", '/ask_price{"product": "p_1"}', "/greet@1.0", "//greet", "/ greet"]
)
disguised = st.builds(lambda blanks, rest: "".join(blanks) + rest, st.lists(st.sampled_from(INVISIBLE)), commands)


@given(st.one_of(st.text(), disguised, st.builds(lambda a, b: a + b, disguised, st.text())))
@example("/restart")
@example("\u200b\u00a0\n/ask_price")
@example("\ufeff/ \u200d/greet")
@example("／restart")
def test_no_typed_text_is_ever_read_as_a_command(text: str) -> None:
    try:
        cleaned = clean(text)
    except InvalidRequest:
        return
    message = Message({TEXT: cleaned})
    assert YAMLStoryReader.unpack_regex_message(message) is message
    assert message.get(INTENT) is None
    assert not unicodedata.normalize("NFKC", cleaned.strip()).startswith("/")


@given(st.text(alphabet=st.characters(whitelist_categories=("L", "N", "P")), min_size=1, max_size=50))
def test_words_without_a_leading_slash_stay_what_they_are(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    if normal[0] not in "/／⁄∕":
        assert clean(text) == normal


def test_slashes_inside_a_text_stay() -> None:
    assert clean("is 128/256 GB in stock?") == "is 128/256 GB in stock?"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\u200b", "///", "a\x00b", "\ud800", "x" * (MAX_CHARACTERS + 1), None, 5, ["hi"], {"text": "hi"}],
)
def test_what_is_no_text_is_refused_with_a_reason(text: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        clean(text)
    assert refused.value.message


def test_length_is_counted_after_composing_characters() -> None:
    assert len(clean("e\u0301" * MAX_CHARACTERS)) == MAX_CHARACTERS
