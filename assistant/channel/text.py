"""What people type: checked, normalised, and defused, so that it is never taken for a command.

Rasa takes a text that begins with "/" for `/intent{"entity": "value"}` and believes it without asking its NLU. Only the
`payload` field of a turn may say such things; whatever is typed loses its leading slashes, and with them the blanks,
zero-width and other invisible characters that Rasa or a reader would skip.
"""

import unicodedata

from assistant.channel.errors import InvalidRequest

MAX_CHARACTERS = 2000
_SLASHES = "/\N{FULLWIDTH SOLIDUS}\N{FRACTION SLASH}\N{DIVISION SLASH}"
_KEPT_CONTROLS = "\n\t"


def clean(text: object) -> str:
    """A typed text as it may go into the NLU: NFC, 1 to 2,000 characters, no leading slash.

    Raises InvalidRequest with the reason for anything else.
    """
    if not isinstance(text, str):
        raise InvalidRequest("The message must be a text.")
    if any(_is_forbidden(character) for character in text):
        raise InvalidRequest("The message holds characters that are not text.")
    normal = unicodedata.normalize("NFC", text)
    if len(normal) > MAX_CHARACTERS:
        raise InvalidRequest(f"The message is longer than {MAX_CHARACTERS:,} characters.")
    defused = defuse(normal)
    if not defused:
        raise InvalidRequest("The message holds no words.")
    return defused


def defuse(text: str) -> str:
    """The text without the slashes and invisible characters at its beginning, and without blanks at its end."""
    start = 0
    while start < len(text) and (text[start] in _SLASHES or _is_invisible(text[start])):
        start += 1
    return text[start:].rstrip()


def _is_invisible(character: str) -> bool:
    # Cc controls, Cf formats such as zero-width joiners, Mn marks that attach to a neighbour, Z* blanks.
    category = unicodedata.category(character)
    return category in {"Cc", "Cf", "Mn"} or category.startswith("Z") or character.isspace()


def _is_forbidden(character: str) -> bool:
    # Lone surrogates and NUL can be stored nowhere; other controls are no text.
    category = unicodedata.category(character)
    return category == "Cs" or (category == "Cc" and character not in _KEPT_CONTROLS and not character.isspace())
