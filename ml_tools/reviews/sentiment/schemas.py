"""What is asked of and answered about the sentiment of texts."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ml_tools.registry import ModelName

MOST_TEXTS, LONGEST_TEXT, MOST_CHARACTERS = 200, 20_000, 200_000

Sentiment = Literal["positive", "negative", "mixed", "unclear"]
Reason = Literal[
    "empty",  # nothing stands there
    "no_words",  # signs, numbers or emoji that say nothing
    "other_language",  # it is not English
    "not_sure",  # positive and negative are about as probable
]


class SentimentRequest(BaseModel):
    """Reviews or sentences, plain or with HTML; together at most MOST_CHARACTERS, so that they are read in time."""

    model_config = ConfigDict(extra="forbid")

    texts: list[Annotated[str, Field(max_length=LONGEST_TEXT)]] = Field(min_length=1, max_length=MOST_TEXTS)

    @model_validator(mode="after")
    def _readable_in_time(self) -> Self:
        if (total := sum(map(len, self.texts))) > MOST_CHARACTERS:
            raise ValueError(f"the texts have {total} characters together; send at most {MOST_CHARACTERS} at once")
        return self


class SentimentReading(BaseModel):
    """What one text says."""

    sentiment: Sentiment
    confidence: float = Field(ge=0, le=1, description="how probable it is that `sentiment` is right; calibrated")
    positive: float = Field(ge=0, le=1, description="how probable it is that the writer is content; 0.5: not known")
    reason: Reason | None = Field(description="why it is unclear; null: it is not")


class SentimentAnswer(BaseModel):
    model: ModelName
    as_of: date | None = Field(description="the newest review that was learnt from; null: not known")
    readings: list[SentimentReading] = Field(description="one for each text, in their order")
