"""From what was said of a price to one change of it, or words for why that cannot be."""

from actions.context import PriceChange
from actions.entities import PricePoint
from actions.formats import money, percent
from actions.replies import Choice
from actions.sales_question import Subject
from actions.turn import Turn

LEAST_CHANGE, MOST_CHANGE, MOST_DISCOUNT = -90.0, 200.0, 90.0  # percent
SUGGESTED = (
    PriceChange(percent=-10, means="change"),
    PriceChange(percent=5, means="change"),
    PriceChange(percent=20, means="discount"),
)


def asked_change(turn: Turn, subject: Subject) -> PriceChange | None:
    """The change that is asked about, said now or, in a follow-up, before; None when there is none, which is said."""
    change = _said(turn, subject)
    if change is None:
        return None
    problem = _problem(change)
    if problem:
        turn.reply.say(problem, least=f"{-LEAST_CHANGE:g} %", most=f"{MOST_CHANGE:g} %", off=f"{MOST_DISCOUNT:g} %")
        _suggest(turn, subject)
        return None
    return change


def _said(turn: Turn, subject: Subject) -> PriceChange | None:
    asked, before = turn.entities, turn.context.price_change
    if share := asked.percentage:
        if share.means:
            return PriceChange(percent=_bounded(share.percent), means=share.means)
        if before:  # "and 15 %?"
            sign = -1 if before.percent < 0 else 1
            return PriceChange(percent=_bounded(sign * share.percent), means=before.means)
        turn.reply.say("utter_which_way", share=percent(share.percent))
        figure = min(abs(share.percent), MOST_DISCOUNT)
        ways = [PriceChange(percent=sign * figure, means="change") for sign in (-1, 1)]
        turn.reply.choices(choice(subject, way) for way in [*ways, PriceChange(percent=figure, means="discount")])
        return None
    if point := asked.price_point or _of_amount(turn):
        return _to_price(turn, subject, point)
    if before and turn.intent in ("follow_up_product", "change_horizon", "choose_listed"):
        return before
    turn.reply.say("utter_which_change")
    _suggest(turn, subject)
    return None


def _bounded(figure: float) -> float:
    return max(-100_000.0, min(figure, 100_000.0))


def _of_amount(turn: Turn) -> PricePoint | None:
    """ "For 300 dollars": the amount of money that was said."""
    amount = turn.entities.amount
    figure = (amount.max or amount.min) if amount else None
    return PricePoint(to=float(figure), currency=amount.currency) if amount and figure else None


def _to_price(turn: Turn, subject: Subject, point: PricePoint) -> PriceChange | None:
    product = subject.product
    if product is None:
        turn.reply.say("utter_price_of_many", name=subject.name)
        _suggest(turn, subject)
        return None
    if point.currency and point.currency != product.currency:
        turn.reply.say("utter_other_currency", currency=product.currency)
        return None
    listed = float(product.list_price)  # promotions are planned apart, and on top of it
    wanted = point.to if point.to is not None else listed + (point.by or 0.0)
    change = round((wanted / listed - 1) * 100, 1) if listed else 0.0
    turn.reply.say(
        "utter_price_in_percent",
        price=money(max(wanted, 0.0), product.currency), listed=money(listed, product.currency),
        change=f"{percent(abs(change))} {'less' if change < 0 else 'more'}" if change else "the same",
    )  # fmt: skip
    return PriceChange(percent=_bounded(change), means="change")


def _problem(change: PriceChange) -> str | None:
    if change.percent == 0:
        return "utter_change_nothing"
    if change.means == "discount":
        return None if 0 < change.percent <= MOST_DISCOUNT else "utter_change_impossible"
    return None if LEAST_CHANGE <= change.percent <= MOST_CHANGE else "utter_change_impossible"


def _suggest(turn: Turn, subject: Subject) -> None:
    turn.reply.choices(choice(subject, change) for change in SUGGESTED)


def choice(subject: Subject, change: PriceChange) -> Choice:
    """What would happen with a change, to pick."""
    return Choice(title(change), "what_if", {**subject.entities, "percentage": change.model_dump()})


def title(change: PriceChange) -> str:
    """`10 % lower price`, `5 % higher price`, `20 % off`."""
    if change.means == "discount":
        return f"{_plain(change.percent)} % off"
    return f"{_plain(abs(change.percent))} % {'lower' if change.percent < 0 else 'higher'} price"


def in_words(change: PriceChange) -> str:
    """`a 10 % lower price`, `a promotion of 20 % off`."""
    return f"a promotion of {title(change)}" if change.means == "discount" else f"a {title(change)}"


def _plain(figure: float) -> str:
    return f"{figure:.1f}".removesuffix(".0")
