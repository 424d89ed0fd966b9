"""One question on one product: what is written down about it is read, ranked, and quoted or not."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from common.errors import NotFound
from common.metrics import timed, tool_seconds
from common.policies import Policy, policies
from common.settings import Settings
from ml_tools.answers.composing import compose
from ml_tools.answers.passages import passages
from ml_tools.answers.question import Question
from ml_tools.answers.ranking import Ranker
from ml_tools.answers.schemas import Answer, AnswersAnswer, AnswersRequest
from ml_tools.capacity import Capacity
from ml_tools.registry import ModelName
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from ml_tools.settings import ToolsSettings
from store.facts import ProductFacts, facts
from store.review_texts import ReviewText, review_texts
from store.session import Database

log = structlog.get_logger()

REMEMBERED = 20_000  # texts whose vectors are kept: 31 MB


class AnswersService:
    def __init__(
        self,
        database: Database,
        ranker: Ranker,
        encoder: SentenceEncoder,
        capacity: Capacity,
        *,
        terms: Sequence[Policy] | None = None,
    ) -> None:
        """`terms` are the shop's policies; None: those that it has written down."""
        self._database, self.ranker, self._encoder, self._capacity = database, ranker, encoder, capacity
        self._terms = policies() if terms is None else terms

    async def answer(self, request: AnswersRequest) -> AnswersAnswer:
        """Raises NotFound for a product that is not sold, or not any more."""
        with timed(tool_seconds, tool="answers"):
            product, reviews = await self._read(request.product_id)
            found = await self._capacity.run(self._answered, request.question, product, reviews)
            log.info("question_answered", known=found is not None, reviews=len(reviews))
            manifest = self.ranker.manifest
            return AnswersAnswer(
                model=ModelName(name=manifest.name, version=manifest.version),
                as_of=max((review.written_on for review in reviews), default=None),
                answer=found,
                said="known" if found else "unknown",
            )

    async def _read(self, product_id: str) -> tuple[ProductFacts, list[ReviewText]]:
        async with self._database.read() as session:
            known = await facts(session, [product_id], datetime.now(UTC).date())
            if not known:
                raise NotFound("This product is not sold, or not any more.")
            return known[0], await review_texts(session, product_id)

    def _answered(self, asked: str, product: ProductFacts, reviews: Sequence[ReviewText]) -> Answer | None:
        question = Question.of(asked)
        if not question.words:
            return None
        ranked = self.ranker.rank(question, passages(product, reviews, self._terms), self._encoder)
        return compose(question, ranked, reviews, self.ranker.threshold)


def open_service(config: Settings, limits: ToolsSettings, database: Database) -> AnswersService:
    """The service with what ships, warm; raises BrokenArtefact."""
    # One thread: texts are so short that a second one burns more than it saves.
    encoder = SentenceEncoder(config.models_dir, threads=1, remembered=REMEMBERED)
    encoder(["is it waterproof"])
    ranker = Ranker.open(config.models_dir / "answers")
    capacity = Capacity(running=config.threads, waiting=limits.tools_waiting)
    return AnswersService(database, ranker, encoder, capacity)
