"""Message parts: what the assistant may hand to the gateway, and what the gateway hands on to people."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter


def _link(url: str) -> str:
    """Only https or this shop's own pages: anything else could run or leak something in the browser."""
    if any(ord(character) <= 32 or character == "\\" for character in url):
        raise ValueError("not a link")
    if not url.startswith("https://") and (not url.startswith("/") or url.startswith("//")):
        raise ValueError("links go to https or to this shop")
    return url


Link = Annotated[str, Field(max_length=2_000), AfterValidator(_link)]
Cell = str | int | float | bool | None


class Part(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class TextPart(Part):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class ProductCard(Part):
    id: str
    name: str
    price: float
    currency: str
    image: Link | None = None
    url: Link
    why: str | None = None


class ProductsPart(Part):
    type: Literal["products"]
    products: Annotated[list[ProductCard], Field(max_length=50)]


class ImagePart(Part):
    type: Literal["image"]
    url: Link
    alt: str


class TablePart(Part):
    type: Literal["table"]
    columns: Annotated[list[str], Field(max_length=30)]
    rows: Annotated[list[list[Cell]], Field(max_length=500)]


class OfferedChoice(Part):
    """A choice as the assistant offers it; the payload stays on the server."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    payload: Annotated[str, Field(min_length=1, max_length=4_000)]


class OfferedChoices(Part):
    type: Literal["choices"]
    choices: Annotated[list[OfferedChoice], Field(max_length=20)]


class FilePart(Part):
    type: Literal["file"]
    url: Link
    name: str


class ChoiceRef(Part):
    """A choice as people get it: a title, and an id that only their conversation can use."""

    title: str
    id: str


class ChoicesPart(Part):
    type: Literal["choices"]
    choices: list[ChoiceRef]


AssistantPart = Annotated[
    TextPart | ProductsPart | ImagePart | TablePart | OfferedChoices | FilePart, Field(discriminator="type")
]
MessagePart = Annotated[
    TextPart | ProductsPart | ImagePart | TablePart | ChoicesPart | FilePart, Field(discriminator="type")
]
assistant_part: TypeAdapter[AssistantPart] = TypeAdapter(AssistantPart)


def plain(part: Part) -> dict[str, Any]:
    """A part as JSON, without what is not there."""
    return part.model_dump(mode="json", exclude_none=not isinstance(part, TablePart))
