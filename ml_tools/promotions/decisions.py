"""The shop's showings as decisions: what could have been shown instead, and what each of it looked like then.

An impression keeps what was chosen, with its propensity. What else could have been chosen follows from the promotions'
days, audiences, caps and budgets, and from the person's past (`store.promotions` decides the same in SQL for today).
Three things are not kept: what a page was about, how many pieces were in stock, and the pace of a budget. They count as
unknown, in stock, and unbridled.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ml_tools.promotions.past import Memory, day_of
from ml_tools.promotions.signals import Signals
from store.promotion_history import PastShowing, Terms
from store.promotion_learning import Learnable
from store.promotions import KNOWN, NEW, RULES, Interest

SEVERAL = "chat"  # the slot whose answers show several at once: their propensities are of being among them


@dataclass(frozen=True)
class Decision:
    """A showing: `candidates` [k] ids with `seen`, their signals before this person; `shown` is the row of what was
    chosen, None where today's rules would not have allowed it. `alone`: no other promotion stood beside it."""

    event: Learnable
    who: str | None
    slot: str
    propensity: float
    alone: bool
    candidates: list[int]
    seen: Signals
    shown: int | None

    @property
    def shown_at(self) -> datetime:
        return self.event.shown_at


def decisions(shown: Iterable[PastShowing], memory: Memory, terms: Mapping[int, Terms]) -> Iterator[Decision]:
    """The history as decisions, oldest first."""
    running = _Running(terms)
    spent: Counter[int] = Counter()
    for row in shown:
        interests = memory.past.interests(row.who, row.at)
        bought = memory.past.bought(row.who, row.at)
        candidates = [
            one
            for one in running.on(day_of(row))
            if memory.seen_today(row, one) < terms[one].daily_cap
            and _affordable(terms[one], spent[one])
            and may_see(terms[one].audience, row, interests, bought=bought)
        ]
        yield Decision(
            event=memory.learnable(row),
            who=row.who,
            slot=row.slot,
            propensity=row.propensity,
            alone=row.place == 0 and row.slot != SEVERAL,
            candidates=candidates,
            seen=memory.signals(row, candidates, interests),
            shown=candidates.index(row.promotion_id) if row.promotion_id in candidates else None,
        )
        memory.note(row)
        spent[row.promotion_id] += row.clicked


class _Running:
    """The promotions of each day, worked out once."""

    def __init__(self, terms: Mapping[int, Terms]) -> None:
        self._terms = terms
        self._known: dict[date, list[int]] = {}

    def on(self, day: date) -> list[int]:
        if day not in self._known:
            self._known[day] = [n for n, one in sorted(self._terms.items()) if one.starts_on <= day <= one.ends_on]
        return self._known[day]


def _affordable(terms: Terms, clicks: int) -> bool:
    """Whether the budget had room for one click more."""
    if terms.budget is None:
        return True
    return terms.budget > 0 and (clicks + 1) * terms.cost_per_click <= terms.budget


def may_see(audience: Mapping[str, Any], row: PastShowing, interests: Iterable[Interest], *, bought: bool) -> bool:
    """As `store.promotions.eligible` reads an audience; a rule that nobody understands shows it to nobody."""
    if not audience:
        return True
    if set(audience) - set(RULES) or any(map(_holds_an_object, audience.values())):
        return False
    slugs = {slug for one in interests for slug in (one.category, one.department)}
    meets = {
        "audience": lambda rule: not slugs or (isinstance(rule, str) and rule in slugs),
        "customers": lambda rule: rule == (KNOWN if bought else NEW),
        "segments": lambda rule: row.segment is not None and _names(rule, {row.segment}),
        "categories": lambda rule: _names(rule, slugs),
        "slots": lambda rule: _names(rule, {row.slot}),
    }
    return all(meets[name](rule) for name, rule in audience.items())


def _holds_an_object(rule: Any) -> bool:
    return any(isinstance(one, dict) for one in (rule if isinstance(rule, list) else [rule]))


def _names(rule: Any, wanted: set[str]) -> bool:
    """Whether a rule, a list or a single name, holds one of those wanted."""
    held = rule if isinstance(rule, list) else [rule]
    return any(isinstance(one, str) and one in wanted for one in held)
