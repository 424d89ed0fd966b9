"""Intervals hold what they promise, checked by simulation; verdicts stay few where nothing differs."""

import numpy as np
import pytest

from ml_tools.promotions.campaigns.intervals import discoveries, lift, p_value, wilson


@pytest.mark.parametrize(("rate", "shown"), [(0.02, 60), (0.05, 200), (0.1, 40), (0.5, 10)])
def test_wilsons_interval_holds_the_rate_about_95_times_in_100(rate: float, shown: int) -> None:
    clicks = np.random.default_rng(1).binomial(shown, rate, 2000)
    known = {count: wilson(int(count), shown) for count in np.unique(clicks)}
    inside = np.mean([known[count].low <= rate <= known[count].high for count in clicks])  # type: ignore[operator]
    assert 0.91 <= inside <= 0.995


def test_wilsons_interval_at_the_edges() -> None:
    assert wilson(0, 0).value is None
    none, all_of_them = wilson(0, 10), wilson(10, 10)
    assert (none.low, all_of_them.high) == (0.0, 1.0)
    assert none.high == pytest.approx(0.2775, abs=1e-4)  # z^2 / (n + z^2)
    assert all_of_them.low == pytest.approx(1 - 0.2775, abs=1e-4)
    for wrong in ((-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="is no share"):
            wilson(*wrong)


@pytest.mark.parametrize(("expected", "true"), [(3.0, 1.0), (20.0, 1.5), (200.0, 0.8)])
def test_the_range_of_clicks_per_expected_click_holds_the_true_one(expected: float, true: float) -> None:
    """Also where the expectation itself is off by its deviation."""
    rng, deviation = np.random.default_rng(2), 0.1
    clicks = rng.poisson(expected * true * np.exp(deviation * rng.standard_normal(800)))
    found = {count: lift(int(count), expected, deviation=deviation) for count in np.unique(clicks)}
    assert 0.92 <= np.mean([found[count].low <= true <= found[count].high for count in clicks]) <= 0.995


def test_p_values_are_uniform_where_nothing_differs_and_small_where_much_does() -> None:
    clicks = np.random.default_rng(3).poisson(30, 2000)
    known = {count: p_value(int(count), 30.0, deviation=0.0) for count in np.unique(clicks)}
    values = np.array([known[count] for count in clicks])
    assert 0.03 <= (values < 0.05).mean() <= 0.07
    assert p_value(60, 30.0, deviation=0.0) < 1e-4
    assert p_value(60, 30.0, deviation=0.5) > 0.05, "an expectation that is hardly known surprises nobody"
    assert p_value(45, 30.0, deviation=0.0, dispersion=4.0) > p_value(45, 30.0, deviation=0.0)
    assert lift(5, 0.0, deviation=0.1).p_value == 1.0


def test_of_many_promotions_that_do_not_differ_hardly_any_is_called_different() -> None:
    rng = np.random.default_rng(4)
    simulated = [discoveries(rng.uniform(size=50)).any() for _ in range(400)]
    assert np.mean(simulated) <= 0.09, "each alone at 5 % would be 92 % of the time"


def test_benjamini_and_hochbergs_own_example() -> None:
    """Table 1 of their paper: four of fifteen at a rate of 5 %."""
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
              0.759, 1.0]  # fmt: skip
    assert discoveries(values).tolist() == [True] * 4 + [False] * 11
    assert discoveries(values[::-1]).tolist() == [False] * 11 + [True] * 4
    assert discoveries([]).tolist() == []
