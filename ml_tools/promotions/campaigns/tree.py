"""What sets campaigns that are worth it apart from others: a shallow decision tree, kept only where it beats chance.

Its inputs are what a marketer chooses or sees before any order: discount, length, what it covers, the price of a click,
how much and to whom it was shown, and clicks against expectation. Orders per click and order value are left out: they
make the return, and would explain it by itself. With tens of campaigns a tree finds patterns in anything, so its
balanced accuracy is cross-validated (repeated, stratified) and must lie above one half by more than it varies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from ml_tools.promotions.campaigns.campaign import Campaign
from ml_tools.promotions.campaigns.schemas import Feature, Reason, Rule

Floats = NDArray[np.float64]
FEATURES: tuple[Feature, ...] = (
    "discount", "days", "cost_per_click", "showings_per_day", "lift", "seen_before", "fitting", "covered",
)  # fmt: skip
DEPTH, LEAF_SHARE, LEAST_LEAF = 2, 0.1, 3
FEWEST, FEWEST_OF_A_CLASS = 12, 4
FOLDS, REPEATS = 4, 5
SEED = 7


@dataclass(frozen=True)
class Tree:
    """`rules` are its leaves, the best first; none where nothing was learnt. `accuracy` is balanced and
    cross-validated, also of a tree that was given up."""

    rules: list[Rule]
    better_half: bool
    accuracy: float | None

    def path(self, campaign: Campaign) -> list[Reason]:
        """The rule that the campaign falls under."""
        row = dict(zip(FEATURES, inputs([campaign])[0], strict=True))
        for rule in self.rules:
            if all((row[one.feature] >= one.value) == (one.code == "at_least") for one in rule.when):
                return rule.when
        return []

    def as_json(self) -> dict[str, Any]:
        return {
            "rules": [rule.model_dump() for rule in self.rules], "better_half": self.better_half,
            "accuracy": self.accuracy,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Tree":
        return cls([Rule.model_validate(one) for one in kept["rules"]], kept["better_half"], kept["accuracy"])


def inputs(campaigns: Sequence[Campaign]) -> Floats:
    """[n, len(FEATURES)]."""
    rows = [
        (
            one.promotion.discount, one.days, one.promotion.cost_per_click, one.showings_per_day, one.lift,
            one.seen_before, one.fitting, one.promotion.covered,
        )
        for one in campaigns
    ]  # fmt: skip
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def grown(campaigns: Sequence[Campaign], break_even: float) -> Tree:
    """From campaigns that cost something."""
    paid = [(one, one.roas) for one in campaigns if one.roas is not None]
    returns = np.array([roas for _, roas in paid])
    worth = returns >= break_even
    better_half = bool(len(paid) and min(worth.sum(), (~worth).sum()) < FEWEST_OF_A_CLASS)
    if better_half:
        worth = returns > np.median(returns)
    if len(paid) < FEWEST or min(worth.sum(), (~worth).sum()) < FEWEST_OF_A_CLASS:
        return Tree([], better_half, None)
    x = inputs([one for one, _ in paid])
    model = _classifier(len(paid))
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    scores = cross_val_score(model, x, worth, cv=folds, scoring="balanced_accuracy")
    repeats = scores.reshape(REPEATS, FOLDS).mean(axis=1)
    # Repeats share their rows: how sure the mean is follows from the number of campaigns, not of repeats.
    error = np.sqrt(0.25 / len(paid))
    accuracy = float(repeats.mean())
    if accuracy - error <= 0.5:
        return Tree([], better_half, accuracy)
    return Tree(_rules(model.fit(x, worth), x, worth), better_half, accuracy)


def _classifier(count: int) -> DecisionTreeClassifier:
    leaf = max(LEAST_LEAF, round(LEAF_SHARE * count))
    return DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=leaf, class_weight="balanced", random_state=SEED)


def _rules(model: DecisionTreeClassifier, x: Floats, worth: NDArray[np.bool_]) -> list[Rule]:
    """The leaves, those with the highest share first."""
    tree, leaves = model.tree_, model.apply(x)
    found: list[Rule] = []

    def walk(node: int, when: list[Reason]) -> None:
        if tree.children_left[node] < 0:
            inside = leaves == node
            found.append(Rule(when=when, campaigns=int(inside.sum()), worth_share=float(worth[inside].mean())))
            return
        feature, threshold = FEATURES[tree.feature[node]], float(tree.threshold[node])
        walk(tree.children_left[node], [*when, Reason(code="below", feature=feature, value=threshold)])
        walk(tree.children_right[node], [*when, Reason(code="at_least", feature=feature, value=threshold)])

    walk(0, [])
    return sorted(found, key=lambda rule: -rule.worth_share)
