"""Stand-ins for the tools that read reviews, search and answer questions, with answers as the tools document them."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from actions.review_answers import AnswersAnswer, ComplaintsAnswer, OpinionsAnswer, RankedAnswer, SearchAnswer
from actions.tools import ToolUnavailable
from ml_tools.answers.schemas import AnswersRequest
from ml_tools.reviews.opinion_schemas import ComplaintsRequest, OpinionsRequest, WorstRequest
from ml_tools.search.schemas import SearchRequest
from tests.fake_forecasting import TODAY

MODEL = {"name": "review-reader", "version": "1"}
Json = dict[str, Any]
REQUESTS: dict[str, type[BaseModel]] = {
    "opinions": OpinionsRequest,
    "worst": WorstRequest,
    "complaints": ComplaintsRequest,
    "search": SearchRequest,
    "answers": AnswersRequest,
}


class FakeReviewTools:
    """A part of the stand-in tools: each gives what it was told to, and is away while it was told nothing."""

    error: Exception | None

    def __init__(self) -> None:
        self.read: list[tuple[str, Json]] = []  # what these tools were asked: which of them, with what
        self.opinions_json: Json | None = None
        self.ranked_json: Json | None = None
        self.complaints_json: Json | None = None
        self.search_json: Json | None = None
        self.answers_json: Json | None = None

    def _given(self, tool: str, asked: Json, answer: Json | None) -> Json:
        known = {key: value for key, value in asked.items() if value is not None}
        REQUESTS[tool].model_validate(known)
        self.read.append((tool, known))
        if self.error:
            raise self.error
        if answer is None:
            raise ToolUnavailable(f"The {tool} tool is away.")
        return answer

    async def opinions(self, asked: Json) -> OpinionsAnswer:
        return OpinionsAnswer.model_validate(self._given("opinions", asked, self.opinions_json))

    async def ranked_by_reviews(self, asked: Json) -> RankedAnswer:
        return RankedAnswer.model_validate(self._given("worst", asked, self.ranked_json))

    async def complaints(self, asked: Json) -> ComplaintsAnswer:
        return ComplaintsAnswer.model_validate(self._given("complaints", asked, self.complaints_json))

    async def search(self, asked: Json) -> SearchAnswer:
        return SearchAnswer.model_validate(self._given("search", asked, self.search_json))

    async def answer_question(self, product_id: str, question: str) -> AnswersAnswer:
        asked = {"product_id": product_id, "question": question}
        return AnswersAnswer.model_validate(self._given("answers", asked, self.answers_json))


def quote_json(product: str, text: str, sentiment: str = "positive", **more: Any) -> Json:
    return {
        "review_id": "r-1", "product_id": product, "product_name": "Cup", "text": text, "sentiment": sentiment,
        "rating": 4, "written_on": "2026-11-02", "url": f"/p/{product}#review-1", **more,
    }  # fmt: skip


def aspect_json(aspect: str, positive: int, negative: int, quotes: Sequence[Json] = (), **more: Any) -> Json:
    decided = positive + negative
    share = positive / decided if decided else None
    return {
        "aspect": aspect, "name": aspect, "mentions": decided, "positive": positive, "negative": negative,
        "positive_share": share, "low": None if share is None else max(share - 0.2, 0.0),
        "high": None if share is None else min(share + 0.2, 1.0), "found": False, "quotes": list(quotes), **more,
    }  # fmt: skip


def opinions_json(aspects: Sequence[Json] = (), *, reviews: int = 40, **more: Any) -> Json:
    return {
        "model": MODEL, "as_of": str(TODAY), "reviews": reviews, "read": reviews,
        "rating": {"mean": 4.3, "count": reviews} if reviews else None,
        "positive_share": 0.8 if reviews else None, "low": 0.65 if reviews else None,
        "high": 0.9 if reviews else None, "trend": [], "aspects": list(aspects), "asked_aspect": None,
        "suspicious": 0, **more,
    }  # fmt: skip


def ranked_json(*products: tuple[str, str, float], complaints: Sequence[Json] = ()) -> Json:
    """Products as (public id, name, positive share)."""
    rows = [
        {
            "product_id": product, "name": name, "reviews": 20, "positive_share": share, "low": share / 2,
            "high": (1 + share) / 2, "mean_rating": 2.4, "complaints": list(complaints),
        }
        for product, name, share in products
    ]  # fmt: skip
    return {"model": MODEL, "as_of": str(TODAY), "rows": rows}


def topic_json(aspect: str, negative: int, change: float | None, quotes: Sequence[Json] = ()) -> Json:
    return {
        "aspect": aspect, "name": aspect, "mentions": negative * 2, "negative": negative, "share": negative / 100,
        "low": negative / 200, "high": negative / 50, "change": change, "quotes": list(quotes),
    }  # fmt: skip


def complaints_json(*topics: Json, reviews: int = 100, negative: int = 30) -> Json:
    return {
        "model": MODEL, "as_of": str(TODAY), "reviews": reviews, "negative_reviews": negative, "topics": list(topics),
    }  # fmt: skip


def search_json(products: Sequence[str], *, nearest: bool = False, total: int | None = None, **understood: Any) -> Json:
    read = {
        "words": "", "category": None, "brand": None, "colours": [], "sizes": [], "min_price": None, "max_price": None,
        "attributes": [], "corrected": [], "phrases": [], **understood,
    }  # fmt: skip
    found = [{"id": product, "score": 1.0, "why": ["words", "fits in a hand"]} for product in products]
    return {
        "model": MODEL, "as_of": str(TODAY), "total": len(found) if total is None else total, "understood": read,
        "products": found, "nearest": nearest,
    }  # fmt: skip


def answers_json(
    text: str | None = None, kind: str = "description", quote: str | None = None, *, url: str | None = None
) -> Json:
    source = {"kind": kind, "name": kind.capitalize(), "quote": quote or text, "url": url}
    answer = {"text": text, "sources": [source], "confidence": 0.9} if text else None
    return {"model": MODEL, "as_of": str(TODAY), "answer": answer, "said": "known" if text else "unknown"}
