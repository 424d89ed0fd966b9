"""Calls of the tools that read reviews, search the shop and answer questions on products; all of them only read."""

from abc import ABC, abstractmethod
from typing import TypeVar

from pydantic import BaseModel

from actions.review_answers import AnswersAnswer, ComplaintsAnswer, OpinionsAnswer, RankedAnswer, SearchAnswer
from actions.tool_answers import Json

Answer = TypeVar("Answer", bound=BaseModel)


class ReviewTools(ABC):
    """A part of the tools' client. Every call raises NotFound, NotEnoughData or BadRequest with the tool's reason,
    else ToolUnavailable or ToolAnswerInvalid."""

    @abstractmethod
    async def _read(self, tool: str, path: str, asked: Json, shape: type[Answer]) -> Answer:
        """The answer to a question that may be asked twice; `tool` is what is left alone while it fails."""

    async def opinions(self, asked: Json) -> OpinionsAnswer:
        """What reviews say: `{product_id?, category?, aspect?, since?, until?, quotes}`; with neither, of the shop."""
        return await self._read(_reading(asked), "/reviews/opinions", _known(asked), OpinionsAnswer)

    async def ranked_by_reviews(self, asked: Json) -> RankedAnswer:
        """The products with the worst reviews, or with `best` the best: `{category?, since?, until?, n, best}`."""
        return await self._read(_reading(asked), "/reviews/worst", _known(asked), RankedAnswer)

    async def complaints(self, asked: Json) -> ComplaintsAnswer:
        """What is complained of: `{product_id?, category?, aspect?, since?, until?, n}`."""
        return await self._read(_reading(asked), "/reviews/complaints", _known(asked), ComplaintsAnswer)

    async def search(self, asked: Json) -> SearchAnswer:
        """Products for words: `{text, customer_id?, session?, n, filters, sort}`."""
        return await self._read("search", "/search", _known(asked), SearchAnswer)

    async def answer_question(self, product_id: str, question: str) -> AnswersAnswer:
        """An answer to a question on a product, with its sources."""
        asked = {"product_id": product_id, "question": question}
        return await self._read("answers", "/answers", asked, AnswersAnswer)


def _reading(asked: Json) -> str:
    """Questions over many products take longer, and must not close the way for those of one when they fail."""
    return "reviews" if asked.get("product_id") else "reviews_of_many"


def _known(asked: Json) -> Json:
    """What is not known is left out, so that the tool's own holds."""
    return {key: value for key, value in asked.items() if value is not None}
