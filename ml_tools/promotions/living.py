"""Policies live through the shop's history again: what each would have done, with what was known until then."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np
import psycopg

from common.errors import NotEnoughData
from ml_tools.promotions.belief import Belief, Examples, prior
from ml_tools.promotions.beneath import Beneath
from ml_tools.promotions.chosen import NAME as MODEL_NAME
from ml_tools.promotions.chosen import NONE, read_chosen
from ml_tools.promotions.decisions import Decision, decisions
from ml_tools.promotions.online import taught
from ml_tools.promotions.past import Memory, Past, moment_of
from ml_tools.promotions.policies import SERVED, Rule, rule_of
from ml_tools.promotions.policy import Draws, Floats, propensities
from ml_tools.promotions.replay import parts
from ml_tools.promotions.signals import Bases, Signals, restored
from store import promotion_history as history
from store.promotion_learning import Learnable
from store.promotions import Candidate

MOST = 100_000  # the newest impressions that are lived through
LEARNT_EVERY = timedelta(days=1)  # the running shop learns every minute


@dataclass(frozen=True)
class Policy:
    """A rule, and the click model beneath the belief ("none" for the belief alone)."""

    rule: Rule
    beneath: str

    @property
    def name(self) -> str:
        return self.rule.name if self.beneath == NONE else f"{self.rule.name}+{self.beneath}"

    @classmethod
    def written(cls, text: str, beneath: str) -> "Policy":
        """RULE or RULE+MODEL; without a model, with `beneath`. BadRequest for an unknown rule."""
        rule, plus, model = text.partition("+")
        return cls(rule_of(rule), model if plus else beneath)


@dataclass(frozen=True)
class Shop:
    """The history, as often as it is asked for, its length and its end; what is known of promotions; what serves."""

    decisions: Callable[[], Iterator[Decision]]
    count: int
    newest: datetime
    promotions: Mapping[int, Candidate]
    running: Policy


@dataclass
class Tally:
    """Of each showing that judges [n]: what came of it, and by policy, the probability that it would have made this
    showing, the predicted click, and the mean prediction of what it would have shown."""

    clicks: list[float] = field(default_factory=list)
    propensities: list[float] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    said: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    def note(self, one: Decision) -> None:
        self.clicks.append(float(one.event.clicked))
        self.propensities.append(one.propensity)
        self.people.append(one.who or f"i{one.event.impression_id}")
        self.days.append(one.shown_at.date())


Expectation = Callable[[Belief, Decision, Signals], Floats]  # the probability of a click on each candidate [k]


def believed(belief: Belief, one: Decision, seen: Signals) -> Floats:
    """As the belief has it."""
    return belief.expected(Examples(belief.rows_of(one.candidates), seen, np.zeros(len(seen))))


def live(
    shop: Shop,
    model: Beneath,
    policies: Sequence[Policy],
    judges: Callable[[int, Decision], bool],
    floor: float,
    expects: Expectation = believed,
) -> Tally:
    """Decide, then learn, part by part, above one click model; `judges` says which showings (by number) count.

    `floor` is the shop's share of random choices; `expects` says what is predicted of candidates."""
    tally = Tally()
    belief, since, number = prior(), None, 0
    for step, part in enumerate(parts(shop.decisions(), LEARNT_EVERY)):
        known = sorted({one for decision in part for one in (*decision.candidates, decision.event.promotion_id)})
        belief = belief.knowing(known)
        draws = Draws(belief, seed=step)
        for at, (decision, seen) in enumerate(zip(part, _worded(model, part), strict=True), start=number):
            if judges(at, decision):
                tally.note(decision)
                scores, expected = draws.scores(decision.candidates, seen), expects(belief, decision, seen)
                for policy in policies:
                    chances = _chances(policy.rule, scores, seen, floor)
                    tally.said.setdefault(policy.name, []).append(_said(decision, chances, expected))
        belief = taught(belief, _events(model, part), running=known, since=since)
        since, number = part[-1].shown_at, number + len(part)
    return tally


def _worded(model: Beneath, part: Sequence[Decision]) -> Iterator[Signals]:
    """The candidates' signals of each decision with the model's word, which is asked for all of them at once."""
    every = [candidate for one in part for candidate in one.candidates]
    shared, local = (np.concatenate([getattr(one.seen, name) for one in part]) for name in ("shared", "local"))
    seen = Signals(shared, local).with_model(model.words(every, Signals(shared, local)))
    start = 0
    for one in part:
        rows = slice(start, start + len(one.candidates))
        yield Signals(seen.shared[rows], seen.local[rows])
        start = rows.stop


def _said(one: Decision, chances: Floats, expected: Floats) -> tuple[float, float, float]:
    """What a policy says of a decision, as `Tally` keeps it."""
    shown = (0.0, 0.0) if one.shown is None else (float(chances[one.shown]), float(expected[one.shown]))
    return (*shown, float(chances @ expected))


def _chances(rule: Rule, scores: Floats, seen: Signals, floor: float) -> Floats:
    """[k]: the probability that each candidate is shown, all of them taking part."""
    everybody, rows = np.ones(scores.shape, dtype=bool), np.arange(len(scores))
    return propensities(rule.ranked(scores, seen), everybody, rows, 1, floor=rule.floor(floor))


def _events(model: Beneath, part: Sequence[Decision]) -> list[Learnable]:
    """What was shown, with the model's word from before it learns them."""
    seen = restored([one.event.signals or [] for one in part])
    promotions = [one.event.promotion_id for one in part]
    worded = seen.with_model(model.words(promotions, seen))
    model.learn(promotions, seen, np.array([float(one.event.clicked) for one in part]))
    return [replace(one.event, signals=list(worded.row(at))) for at, one in enumerate(part)]


def shop_of(connection: psycopg.Connection, *, patience: float, most: int = MOST) -> Shop:
    """What the store knows; NotEnoughData where nothing was shown."""
    reached = history.complete_until(connection, patience=patience)
    shown = history.shown(connection, reached, most=most)
    if not shown:
        raise NotEnoughData("No promotion was ever shown.")
    promotions, terms = history.every_promotion(connection), history.terms(connection)
    past = Past.of(history.touches(connection), history.products(connection))
    bases = Bases.of(history.touched_by_all(connection))  # type: ignore[arg-type]
    kept = history.kept(connection, MODEL_NAME)
    return Shop(
        decisions=lambda: decisions(shown, Memory(past, promotions, bases), terms),
        count=len(shown),
        newest=max(map(moment_of, shown)),
        promotions=promotions,
        running=Policy(rule_of(SERVED), read_chosen(kept).name if kept else NONE),
    )
