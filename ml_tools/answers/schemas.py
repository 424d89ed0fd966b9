"""What is asked about a product and answered; `docs/tools.openapi.json` is made from this."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ml_tools.registry import ModelName
from ml_tools.visual_search.schemas import ProductId

LONGEST_QUESTION = 20_000  # characters; the question in a longer story is looked for

SourceKind = Literal["specification", "description", "review", "policy"]


class AnswersRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    product_id: ProductId
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION)]


class Source(BaseModel):
    """Where it stands. `quote` is verbatim, without markup."""

    kind: SourceKind
    name: str = Field(description="of the specification or the policy; of a review its stars and day")
    quote: str
    url: str | None = Field(description="the part of the shop's pages where it stands")


class Answer(BaseModel):
    text: str
    sources: Annotated[list[Source], Field(min_length=1)]
    confidence: float = Field(ge=0, le=1, description="how probable it is that the sources answer the question")


class AnswersAnswer(BaseModel):
    """`said` is unknown, and `answer` null, when nothing that is written down answers the question."""

    model: ModelName
    as_of: date | None = Field(description="the day of the newest review that was read; null: there is none")
    answer: Answer | None
    said: Literal["known", "unknown"]
