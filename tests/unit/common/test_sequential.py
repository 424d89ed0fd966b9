"""The statistics of experiments: known intervals, and tests that may be looked at every day without fooling anybody."""

from collections.abc import Iterator
from math import exp, isclose, log, sqrt

import numpy as np
import pytest

from common.sequential import Interval, Sums, amount, boundary, lift, rate, sums_per_unit

DAYS = 30
ERROR = 0.05


def sums_of(x: np.ndarray, y: np.ndarray) -> Sums:
    x, y = x.astype(float), y.astype(float)
    return Sums(len(x), x.sum(), y.sum(), x @ x, x @ y, y @ y)


def test_the_variance_of_a_mean_is_the_textbooks() -> None:
    values = np.array([1.0, 0.0, 4.0, 2.0, 0.0])
    sums = sums_per_unit(5, values.sum(), values @ values)
    assert isclose(sums.ratio, values.mean())
    assert isclose(sums.variance(), values.var(ddof=1) / 5)


def test_the_variance_of_a_ratio_is_what_many_repetitions_show() -> None:
    """Clicks per exposure of units that come often or seldom and differ in what they like."""
    rng, found, variances = np.random.default_rng(1), [], []
    for _ in range(600):
        exposures = 1 + rng.poisson(rng.gamma(1, 4, 300))
        clicks = rng.binomial(exposures, rng.beta(1, 4, 300))
        sums = sums_of(clicks, exposures)
        found.append(sums.ratio)
        variances.append(sums.variance())
    assert np.mean(variances) == pytest.approx(np.var(found), rel=0.15)


def test_a_plain_proportion_has_wilsons_interval() -> None:
    """10 of 100: .0552 to .1744, as the tables have it."""
    found = rate(Sums(100, 10, 100, 10, 10, 100))
    assert found.lo == pytest.approx(0.0552, abs=1e-3)
    assert found.hi == pytest.approx(0.1744, abs=1e-3)


@pytest.mark.parametrize("units", [0, 1, 2, 50])
def test_without_a_single_click_the_rate_is_zero_but_not_surely(units: int) -> None:
    found = rate(Sums(units, 0, units, 0, 0, units))
    assert (found.mean, found.lo) == (0.0, 0.0)
    assert 0.05 < found.hi <= 1.0


def test_revenue_is_never_below_zero() -> None:
    assert amount(sums_per_unit(2, 10.0, 100.0)).lo == 0.0
    assert amount(sums_per_unit(0, 0.0, 0.0)) == Interval(0.0, 0.0, 0.0)


def test_the_boundary_is_the_mixture_of_the_paper() -> None:
    """Theorem 2.2 of Waudby-Smith et al. with sigma 1 and t the information, where rho^2 is 1 / width."""
    t, width = 400.0, 250 / (-2 * log(ERROR) + log(1 - 2 * log(ERROR)))
    rho = sqrt(1 / width)
    paper = sqrt(2 * (t * rho**2 + 1) / (t**2 * rho**2) * log(sqrt(t * rho**2 + 1) / ERROR))
    assert boundary(t, ERROR) == pytest.approx(paper)


def test_the_lift_is_the_ratio_of_the_rates_and_its_interval_is_even_in_logarithms() -> None:
    control, arm = Sums(1000, 100, 1000, 100, 100, 1000), Sums(1000, 150, 1000, 150, 150, 1000)
    found = lift(control, arm, (100, 150), ERROR)
    assert found is not None
    assert found.mean == pytest.approx(0.5)
    assert log(1 + found.hi) - log(1.5) == pytest.approx(log(1.5) - log(1 + found.lo))
    assert found.lo < 0.5 < found.hi < exp(2)


def test_with_a_handful_of_clicks_there_is_no_answer() -> None:
    few, many = Sums(50, 9, 50, 9, 9, 50), Sums(50, 40, 50, 40, 40, 50)
    assert lift(few, many, (9, 40), ERROR) is None
    assert lift(Sums(0, 0, 0, 0, 0, 0), many, (0, 40), ERROR) is None


def everybody_clicked() -> Sums:
    return Sums(50, 50, 50, 50, 50, 50)


def test_where_nobody_differs_there_is_no_answer_either() -> None:
    """Without any spread the variance is not known, however sure it looks."""
    assert lift(everybody_clicked(), everybody_clicked(), (50, 50), ERROR) is None


def looks(rng: np.random.Generator, planted: float, new_units: int) -> Iterator[tuple[Sums, Sums]]:
    """Clicks and exposures of both arms at the end of every day: units arrive, come back, and differ in their taste."""
    units = new_units * DAYS
    arrived, in_arm = np.repeat(np.arange(DAYS), new_units), rng.random(units) < 0.5
    present = np.arange(DAYS) >= arrived[:, None]
    again = rng.poisson(np.where(present, rng.gamma(1, 0.15, units)[:, None], 0))
    exposures = again + (np.arange(DAYS) == arrived[:, None])
    taste = np.minimum(rng.beta(2, 8, units) * (1 + planted * in_arm), 1)
    clicks = rng.binomial(exposures, taste[:, None])
    exposures, clicks = exposures.cumsum(axis=1), clicks.cumsum(axis=1)
    for day in range(DAYS):
        control, arm = (arrived <= day) & ~in_arm, (arrived <= day) & in_arm
        yield sums_of(clicks[control, day], exposures[control, day]), sums_of(clicks[arm, day], exposures[arm, day])


def verdict(rng: np.random.Generator, planted: float, new_units: int) -> str:
    """What the first day says that says anything."""
    for control, arm in looks(rng, planted, new_units):
        found = lift(control, arm, (control.x, arm.x), ERROR)
        if found and not found.lo <= 0 <= found.hi:
            return "better" if found.lo > 0 else "worse"
    return "not yet"


def test_two_equal_arms_looked_at_daily_are_hardly_ever_told_apart() -> None:
    """At most 5 % of the tests, plus two standard errors of 400 of them."""
    rng = np.random.default_rng(5)
    wrong = sum(verdict(rng, 0.0, new_units=10) != "not yet" for _ in range(400))
    assert wrong <= 400 * (ERROR + 2 * sqrt(ERROR * (1 - ERROR) / 400))


def test_a_fixed_interval_looked_at_daily_would_be_wrong_far_more_often() -> None:
    """What the sequence is for: 1.96 standard errors at every look find a difference that is not there."""
    rng, wrong = np.random.default_rng(6), 0
    for _ in range(100):
        z = [
            abs(arm.ratio - control.ratio) / sqrt(arm.variance() + control.variance())
            for control, arm in looks(rng, 0.0, new_units=10)
            if min(arm.x, control.x) >= 10
        ]
        wrong += max(z) > 1.96
    assert wrong > 10


def test_a_planted_lift_of_20_percent_is_found() -> None:
    rng = np.random.default_rng(7)
    found = [verdict(rng, 0.2, new_units=150) for _ in range(10)]
    assert found.count("better") >= 9
    assert "worse" not in found
