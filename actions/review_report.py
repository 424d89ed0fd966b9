"""An answer from reviews, sentence by sentence: what was asked, how sure it is, then what was written, verbatim."""

from dataclasses import dataclass

from actions.entities import Period
from actions.formats import count, day
from actions.opinion_question import OpinionQuestion, Side
from actions.review_answers import AspectOpinions, OpinionsAnswer, Quote
from actions.review_words import (
    FEW,
    chosen_quotes,
    in_words,
    of_side,
    opinions,
    positives,
    recent_and_before,
    reviews_of,
    share,
    topics,
    written,
)
from actions.sales_question import Subject
from actions.turn import Turn


@dataclass(frozen=True)
class Told:
    """What was asked about whom, and what the reviews say to it."""

    subject: Subject
    asked: OpinionQuestion
    answer: OpinionsAnswer
    period: Period | None = None

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def about(self) -> AspectOpinions | None:
        """What was found of the aspect that was asked for."""
        slug = self.answer.asked_aspect
        return next((one for one in self.answer.aspects if one.aspect == slug and one.mentions), None)

    @property
    def only_quotes(self) -> bool:
        """Whether no figures are asked for: "show me the bad ones", "are they real?", "are they getting better?"."""
        return bool(self.asked.side or ((self.asked.genuine or self.asked.trend) and not self.asked.aspect))

    @property
    def aspects(self) -> list[AspectOpinions]:
        return [self.about] if self.about else list(self.answer.aspects)


def say_opinions(turn: Turn, told: Told) -> list[Quote]:
    """Say what was asked for; the quotes that were given."""
    if not told.answer.reviews:
        _say_none(turn, told)
        return []
    if not told.only_quotes:
        if told.asked.aspect:
            _say_aspect(turn, told)
        if told.about is None:
            _say_all(turn, told)
    _say_doubts(turn, told)
    return _say_quotes(turn, told)


def _say_none(turn: Turn, told: Told) -> None:
    if told.period:
        start, end = day(told.period.start), day(told.period.end)
        turn.reply.say("utter_reviews_none_between", name=told.name, start=start, end=end)
    else:
        turn.reply.say("utter_reviews_none", name=told.name)


def _say_aspect(turn: Turn, told: Told) -> None:
    about, answer = told.about, told.answer
    if about is None:
        known = next((in_words(one.name) for one in answer.aspects if one.aspect == answer.asked_aspect), None)
        words, reviews = known or (told.asked.aspect or "").lower(), reviews_of(answer.read or answer.reviews)
        turn.reply.say("utter_reviews_aspect_unmentioned", name=told.name, aspect=words, reviews=reviews)
        return
    decided = about.positive + about.negative
    figures = {
        "name": told.name,
        "aspect": in_words(about.name),
        "positive": count(about.positive),
        "mentions": opinions(decided),
    }
    if decided < FEW or about.positive_share is None or about.low is None or about.high is None:
        turn.reply.say("utter_reviews_aspect_few", negative=count(about.negative), **figures)
        return
    turn.reply.say(
        "utter_reviews_aspect", share=share(about.positive_share), low=share(about.low), high=share(about.high),
        **figures,
    )  # fmt: skip


def _say_all(turn: Turn, told: Told) -> None:
    """All in all, the stars, and what is liked or complained of most."""
    answer = told.answer
    if told.asked.most and not told.asked.aspect:
        _say_most(turn, told, told.asked.most)
    elif answer.positive_share is None or answer.low is None or answer.high is None:
        turn.reply.say("utter_reviews_unread", name=told.name, reviews=reviews_of(answer.reviews))
    elif answer.read < FEW <= answer.reviews:
        figures = {"read": count(answer.read), "positive": count(positives(answer))}
        turn.reply.say("utter_reviews_few_read", name=told.name, reviews=reviews_of(answer.reviews), **figures)
    elif answer.read < FEW:
        positive = count(positives(answer))
        turn.reply.say("utter_reviews_few", name=told.name, reviews=reviews_of(answer.read), positive=positive)
    else:
        turn.reply.say(
            "utter_reviews_overall", name=told.name, reviews=reviews_of(answer.read),
            share=share(answer.positive_share), low=share(answer.low), high=share(answer.high),
        )  # fmt: skip
        _say_sides(turn, told)
    if answer.rating:
        ratings = f"{count(answer.rating.count)} {'rating' if answer.rating.count == 1 else 'ratings'}"
        turn.reply.say("utter_reviews_stars", name=told.name, stars=f"{answer.rating.mean:.1f}", ratings=ratings)


def _say_most(turn: Turn, told: Told, side: Side) -> None:
    found = of_side(told.answer.aspects, side)
    if found:
        turn.reply.say(f"utter_reviews_most_{side}", name=told.name, topics=topics(found, side))
    else:
        turn.reply.say(f"utter_reviews_nothing_{side}", name=told.name, reviews=reviews_of(told.answer.reviews))


def _say_sides(turn: Turn, told: Told) -> None:
    liked = [one for one in of_side(told.answer.aspects, "positive") if one.positive > one.negative]
    disliked = of_side(told.answer.aspects, "negative")
    if liked:
        turn.reply.say("utter_reviews_most_positive", name=told.name, topics=topics(liked, "positive"))
    if disliked:
        turn.reply.say("utter_reviews_most_negative", name=told.name, topics=topics(disliked, "negative"))


def _say_doubts(turn: Turn, told: Told) -> None:
    """Reviews that look made up, always where there are some; the trend where it was asked for."""
    answer = told.answer
    if answer.suspicious and (told.asked.genuine or not told.only_quotes):
        suspicious = reviews_of(answer.suspicious)
        turn.reply.say("utter_reviews_suspicious", name=told.name, suspicious=suspicious)
    elif told.asked.genuine:
        turn.reply.say("utter_reviews_genuine", name=told.name, reviews=reviews_of(answer.reviews))
    if told.asked.trend:
        _say_trend(turn, told)


def _say_trend(turn: Turn, told: Told) -> None:
    known = recent_and_before(told.answer.trend)
    if known is None:
        turn.reply.say("utter_reviews_trend_unknown", name=told.name)
        return
    (recent, now), (earlier, then) = known
    turn.reply.say(
        "utter_reviews_trend", name=told.name, now=share(now), recent=reviews_of(recent), then=share(then),
        earlier=reviews_of(earlier),
    )  # fmt: skip


def _say_quotes(turn: Turn, told: Told) -> list[Quote]:
    side = told.asked.side or told.asked.most
    quotes = chosen_quotes(told.aspects, side)
    if quotes:
        response = f"utter_reviews_quotes_{side}" if told.asked.side else "utter_reviews_quotes"
        turn.reply.say(response, quotes=written(quotes, with_names=told.subject.product is None))
    elif told.asked.side:
        turn.reply.say(f"utter_reviews_nothing_{side}", name=told.name, reviews=reviews_of(told.answer.reviews))
    return quotes
