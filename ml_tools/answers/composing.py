"""From ranked passages to an answer: the sentence, its sources, and whether there is one at all."""

from collections.abc import Sequence

from ml_tools.answers.customers import overall_answer, what_customers_say
from ml_tools.answers.judging import Unsettled, Verdict, judge
from ml_tools.answers.passages import Passage
from ml_tools.answers.question import Question
from ml_tools.answers.ranking import Ranked
from ml_tools.answers.schemas import Answer, Source
from ml_tools.answers.words import has_figure
from store.review_texts import ReviewText

_NEVER_SAID = frozenset({"where", "who", "whose"})  # what no specification or description of a product is asked for
LEAST_COVERED = 0.34  # of the question's words, unless the meaning is near
NEAR = 0.6  # cosine


def compose(
    question: Question, ranked: Sequence[Ranked], reviews: Sequence[ReviewText], threshold: float
) -> Answer | None:
    """The best answer that a passage above the threshold gives; None when none does."""
    if question.foreign:
        return None
    if question.overall and (summed := overall_answer(ranked, reviews)):
        return summed
    probable = [one for one in ranked if one.probability >= threshold]
    for one in probable:
        answer = _from(question, one, probable, reviews)
        if answer is not None:
            return answer
    return None


def _from(question: Question, one: Ranked, probable: Sequence[Ranked], reviews: Sequence[ReviewText]) -> Answer | None:
    passage = one.passage
    if not _fits_the_question(question, one):
        return None
    if passage.kind == "review":
        return what_customers_say([other for other in probable if other.passage.kind == "review"], reviews)
    if passage.kind == "policy":
        return _answer(one, f"{passage.name}: {passage.quote}")
    if passage.kind == "description":
        return _answer(one, f'The description says: "{passage.quote}"')
    try:
        verdict = judge(question, passage) if question.yes_no else None
    except Unsettled:
        return None
    return _answer(one, _said(passage, verdict))


def _fits_the_question(question: Question, one: Ranked) -> bool:
    """Whether a passage of this kind can answer a question of that type."""
    passage = one.passage
    if passage.kind in ("specification", "description"):
        if question.words[:1] and question.words[0] in _NEVER_SAID:
            return passage.key == "audience"
        if question.quantity and not has_figure(passage.quote):
            return False
    return one.covered >= LEAST_COVERED or one.cosine >= NEAR


def _said(passage: Passage, verdict: Verdict) -> str:
    start = {True: "Yes. ", False: "No. ", None: ""}[verdict]
    if passage.key == "advantages":
        return f"{start}{passage.quote}."
    return f"{start}{passage.name}: {passage.quote}."


def _answer(one: Ranked, text: str) -> Answer:
    return Answer(text=text, sources=[source(one.passage)], confidence=round(one.probability, 3))


def source(passage: Passage) -> Source:
    return Source(kind=passage.kind, name=passage.name, quote=passage.quote, url=passage.url)
