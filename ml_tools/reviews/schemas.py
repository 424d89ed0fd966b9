"""What the reviews tool is asked and answers; `docs/tools.openapi.json` is made from this."""

from ml_tools.reviews.sentiment.schemas import (
    Reason,
    Sentiment,
    SentimentAnswer,
    SentimentReading,
    SentimentRequest,
)

__all__ = ["Reason", "Sentiment", "SentimentAnswer", "SentimentReading", "SentimentRequest"]
