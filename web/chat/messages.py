"""What people may send: text, a choice that they were offered, or an image that they uploaded."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from common.ids import public_id
from store.tables import Turn
from web.bodies import Body, Text

LONGEST_TEXT = 2_000


def _stripped(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise ValueError(f"a message has 1 to {LONGEST_TEXT} characters")
    return text


MessageText = Annotated[Text, AfterValidator(_stripped)]
ChoiceId = Annotated[str, Field(pattern=r"^ch_[A-Za-z0-9]{1,37}$")]
ImageId = Annotated[str, Field(pattern=r"^u_[A-Za-z0-9]{1,38}$")]
ProductId = Annotated[str, Field(pattern=r"^p_[A-Za-z0-9]{1,38}$")]
ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


class ChatMessage(Body):
    """One message. `client_id` is made by the client for each message, and kept when the same is sent again."""

    text: MessageText | None = None
    choice: ChoiceId | None = None
    image_id: ImageId | None = None
    page_product_id: ProductId | None = None
    client_id: ClientId = Field(default_factory=lambda: public_id("m"))

    @model_validator(mode="after")
    def _says_something(self) -> "ChatMessage":
        if self.text is None and self.choice is None and self.image_id is None:
            raise ValueError("a message needs text, a choice or an image")
        if self.choice is not None and (self.text is not None or self.image_id is not None):
            raise ValueError("a choice stands alone")
        return self

    def content(self) -> dict[str, Any]:
        """What is said, as it is kept and compared: everything but the client's id."""
        return self.model_dump(exclude={"client_id"}, exclude_none=True)


@dataclass(frozen=True)
class TurnAnswer:
    """A turn as its owner gets it, over POST, the socket and in the history."""

    seq: int
    turn_id: str
    client_id: str
    messages: list[Any]
    failed: bool = False  # only an apology: the same message may be sent again
    replayed: bool = False  # it was answered before this request

    @classmethod
    def of(cls, turn: Turn, *, replayed: bool = True) -> "TurnAnswer":
        return cls(turn.seq, turn.public_id, turn.client_id, turn.response or [], turn.answered_at is None, replayed)

    def frame(self) -> dict[str, Any]:
        """The socket's frame for this turn."""
        return {
            "type": "turn", "seq": self.seq, "turn_id": self.turn_id, "client_id": self.client_id,
            "messages": self.messages, "failed": self.failed,
        }  # fmt: skip
