"""The belief lives through the shop's history again, beneath it one click model or another: which of them serves.

Every part of the history is predicted before it is learnt, with what each click model would have said of it before it
had learnt it. So the losses are what the shop would have seen, and the belief that comes out goes with its model.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import numpy as np

from ml_tools.promotions.batch import Batch, Doubles
from ml_tools.promotions.belief import Belief, prior
from ml_tools.promotions.choosing import best_of
from ml_tools.promotions.chosen import NONE, Chosen, batch_of, rate_of, unseen
from ml_tools.promotions.evaluate import Makers
from ml_tools.promotions.measures import clipped
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base import Progress, silent
from ml_tools.promotions.online import examples_of, taught
from ml_tools.promotions.signals import SHARED, in_todays_form, restored
from store.promotion_learning import Learnable
from store.promotions import Candidate

AT_ONCE, SPAN = 500, timedelta(hours=1)  # learnt in one step at most: the running shop learns every minute
MOST_CHOSEN_BY = 50_000  # of the newest impressions; fitting models to more would take the night
LEAST_HELD = 500  # impressions that the model in force has spoken of, before a new one is held against it
_MODEL_AT = len(SHARED)  # in what is kept with an impression, after the version


@dataclass(frozen=True)
class Lived:
    """The shop's history: what was shown, oldest first, with signals; what is known of promotions; which still run."""

    shown: Sequence[Learnable]
    promotions: Mapping[int, Candidate]
    running: Sequence[int]


@dataclass(frozen=True)
class Replayed:
    """The belief that came out, what it expected of each impression [n] before it learnt it, and the newest of them."""

    belief: Belief
    expected: Doubles
    as_of: datetime | None


@dataclass(frozen=True)
class Decision:
    """What serves from now on; `changed`: the click model beneath is another one, or learnt anew."""

    chosen: Chosen
    replayed: Replayed
    changed: bool
    losses: dict[str, float]


def replay(lived: Lived, odds: Doubles | None) -> Replayed:
    """Predict and learn everything in its order; `odds` [n] is the click model's word, None: as it was said then."""
    belief, since, said = prior(), None, [np.zeros(0)]
    for part in parts(_with_word(lived.shown, odds)):
        promotions = {one.promotion_id for one in part}
        known = belief.knowing(sorted(promotions))
        said.append(known.expected(examples_of(known, part)))
        belief = taught(belief, part, running=sorted({*lived.running, *promotions}), since=since)
        since = part[-1].shown_at
    belief = taught(belief, [], running=lived.running, since=since)
    return Replayed(belief, np.concatenate(said), since)


def _with_word(shown: Sequence[Learnable], odds: Doubles | None) -> Iterator[Learnable]:
    for at, one in enumerate(shown):
        row = list(in_todays_form(one.signals or []))
        if odds is not None:
            row[_MODEL_AT] = float(odds[at])
        yield replace(one, signals=row)


class Dated(Protocol):
    """Something that was shown at a moment."""

    @property
    def shown_at(self) -> datetime: ...


Something = TypeVar("Something", bound=Dated)


def parts(shown: Iterable[Something], span: timedelta = SPAN) -> Iterator[list[Something]]:
    """What is learnt in one step: AT_ONCE at most, and no more than that span of time."""
    part: list[Something] = []
    for one in shown:
        if part and (len(part) >= AT_ONCE or one.shown_at - part[0].shown_at > span):
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def choose(lived: Lived, in_force: Chosen, makers: Makers = MODELS, progress: Progress = silent) -> Decision:
    """The simplest that no other beats by more than a standard error, unless it is worse than the one in force was."""
    batch = _batch(lived)
    silence = len(lived.shown) - len(batch)  # older impressions, of which no model says anything
    words = {NONE: np.zeros(len(lived.shown))}
    for name, odds in unseen(batch, makers, progress).items():
        words[name] = np.concatenate([np.zeros(silence), odds])
    replays = {name: replay(lived, odds) for name, odds in words.items()}
    asked = np.any([odds != 0 for odds in words.values()], axis=0)
    losses = {name: _losses(lived, found)[asked] for name, found in replays.items()}
    told = {name: float(loss.mean()) for name, loss in losses.items() if len(loss)}
    best = best_of(losses) if told else NONE
    progress(", ".join(f"{name} {loss:.4f}" for name, loss in told.items()) + f": {best} serves")
    if in_force.model is not None and (held := _held(lived, replays[best])) is not None:
        progress(f"{best} is worse than {in_force.name} has been, which goes on")
        return Decision(in_force, held, changed=False, losses=told)
    if best == NONE:
        return Decision(Chosen(), replays[NONE], changed=in_force.model is not None, losses=told)
    model = makers[best]().fit(batch, progress)
    return Decision(Chosen(model, rate_of(batch.labels)), replays[best], changed=True, losses=told)


def _batch(lived: Lived) -> Batch:
    newest = lived.shown[-MOST_CHOSEN_BY:]
    seen = restored([one.signals or [] for one in newest])
    clicks = np.array([float(one.clicked) for one in newest])
    return batch_of([lived.promotions[one.promotion_id] for one in newest], seen, clicks)


def _held(lived: Lived, new: Replayed) -> Replayed | None:
    """The history with the word that the model in force gave at the time, when that did better than the new one."""
    spoken = np.array([in_todays_form(one.signals or [])[_MODEL_AT] != 0 for one in lived.shown], dtype=bool)
    if spoken.sum() < LEAST_HELD:
        return None
    as_it_was = replay(lived, None)
    better = _losses(lived, as_it_was)[spoken].mean() < _losses(lived, new)[spoken].mean()
    return as_it_was if better else None


def _losses(lived: Lived, found: Replayed) -> Doubles:
    """[n]: nats."""
    clicks = np.array([one.clicked for one in lived.shown], dtype=bool)
    said = clipped(found.expected)
    return np.asarray(-np.where(clicks, np.log(said), np.log1p(-said)))
