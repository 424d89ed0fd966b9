"""The return on ad spend that a campaign will have, with its uncertainty: a hierarchical model of orders and values.

Orders of m clicks ~ Binomial(m, r), r ~ Beta(k q, k (1 - q)), logit q = x . b; the logarithm of a campaign's mean order
value ~ Normal(x . g, w^2), known from n orders up to s^2 / n. x is what is known before a campaign begins (what it
covers, its price, its discount), so that campaigns learn from those that are alike; k and w say how much of their own
results it takes to outweigh that. k, b, g, w and s are the most probable under weak priors (empirical Bayes, with
normal priors on b and g as in Gelman et al., Bayesian Data Analysis, chapter 5), b and g drawn from Laplace's
approximation, since with tens of campaigns they are uncertain themselves. A prediction is simulated: a rate, a value,
then the orders of the clicks to come, so that its interval holds for what will be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import betaln, expit

from ml_tools.promotions.campaigns.campaign import WHOLE_SHOP, Campaign

Floats = NDArray[np.float64]

DRAWS = 4000
LOW, HIGH = 0.1, 0.9
INPUTS = ("constant", "category", "whole_shop", "discount", "price")
BASE_CONVERSION = 0.03
PRIOR_DEVIATIONS = np.array([2.0, 1.0, 1.5, 0.5, 0.7])  # of b and g
CONCENTRATION = (3.0, 1.0)  # log k ~ Normal
SPREADS = (-1.0, 0.7)  # log w and log s ~ Normal
_LEAST_VALUE = 0.01


@dataclass(frozen=True)
class Inputs:
    """What x is made of: how campaigns' prices and discounts are standardised."""

    price_mean: float
    price_deviation: float
    discount_mean: float
    discount_deviation: float

    @classmethod
    def of(cls, campaigns: Sequence[Campaign]) -> "Inputs":
        prices = [np.log(c.promotion.price) for c in campaigns if c.promotion.price > 0]
        discounts = [c.promotion.discount for c in campaigns]
        return cls(*_scale(prices), *_scale(discounts))

    def row(self, campaign: Campaign) -> Floats:
        one = campaign.promotion
        price = (np.log(one.price) - self.price_mean) / self.price_deviation if one.price > 0 else 0.0
        discount = (one.discount - self.discount_mean) / self.discount_deviation
        return np.array([1.0, one.covered == 1, one.covered == WHOLE_SHOP, discount, price], dtype=np.float64)


def _scale(values: Sequence[float]) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    return float(np.mean(values)), float(np.std(values)) or 1.0


@dataclass(frozen=True)
class Returns:
    """The fitted model; `rate` and `value` are b and g with their covariances."""

    inputs: Inputs
    rate: Floats
    rate_covariance: Floats
    concentration: float
    value: Floats
    value_covariance: Floats
    between: float  # w
    within: float  # s
    campaigns: int

    def as_json(self) -> dict[str, Any]:
        return {
            "inputs": vars(self.inputs), "rate": self.rate.tolist(), "rate_covariance": self.rate_covariance.tolist(),
            "concentration": self.concentration, "value": self.value.tolist(), "between": self.between,
            "value_covariance": self.value_covariance.tolist(), "within": self.within, "campaigns": self.campaigns,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Returns":
        return cls(
            Inputs(**kept["inputs"]), np.array(kept["rate"]), np.array(kept["rate_covariance"]),
            float(kept["concentration"]), np.array(kept["value"]), np.array(kept["value_covariance"]),
            float(kept["between"]), float(kept["within"]), int(kept["campaigns"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Prediction:
    """Return on ad spend of clicks to come; `low` to `high` with 80 %."""

    mean: float
    median: float
    low: float
    high: float


def fit_returns(campaigns: Sequence[Campaign]) -> Returns:
    """From campaigns of any number; from none, what is believed before."""
    inputs = Inputs.of(campaigns)
    x = np.array([inputs.row(one) for one in campaigns]).reshape(len(campaigns), len(INPUTS))
    clicks = np.array([one.clicks for one in campaigns], dtype=np.float64)
    orders = np.array([min(one.conversions, one.clicks) for one in campaigns], dtype=np.float64)
    rate, rate_covariance, concentration = _fit_rate(x, clicks, orders)
    sold = [at for at, one in enumerate(campaigns) if one.conversions and one.revenue > 0]
    values = np.log([max(campaigns[at].revenue / campaigns[at].conversions, _LEAST_VALUE) for at in sold])
    counts = np.array([campaigns[at].conversions for at in sold], dtype=np.float64)
    value, value_covariance, between, within = _fit_value(x[sold], values, counts)
    return Returns(
        inputs, rate, rate_covariance, concentration, value, value_covariance, between, within, len(campaigns)
    )


def _fit_rate(x: Floats, clicks: Floats, orders: Floats) -> tuple[Floats, Floats, float]:
    """Beta-binomial regression by maximum a posteriori; the covariance of b with k as it is."""
    centre = np.array([np.log(BASE_CONVERSION / (1 - BASE_CONVERSION)), 0, 0, 0, 0])

    def loss(parameters: Floats) -> float:
        b, log_k = parameters[:-1], parameters[-1]
        k, q = np.exp(np.clip(log_k, -3, 8)), np.clip(expit(x @ b), 1e-6, 1 - 1e-6)
        alpha, beta = k * q, k * (1 - q)
        likelihood = (betaln(alpha + orders, beta + clicks - orders) - betaln(alpha, beta)).sum()
        prior = (((b - centre) / PRIOR_DEVIATIONS) ** 2).sum() + ((log_k - CONCENTRATION[0]) / CONCENTRATION[1]) ** 2
        return float(0.5 * prior - likelihood)

    found = optimize.minimize(loss, np.append(centre, CONCENTRATION[0]), method="BFGS")
    at = found.x
    covariance = _covariance(lambda b: loss(np.append(b, at[-1])), at[:-1])
    return at[:-1], covariance, float(np.exp(np.clip(at[-1], -3, 8)))


def _fit_value(x: Floats, values: Floats, counts: Floats) -> tuple[Floats, Floats, float, float]:
    """Mixed linear model of log mean order values: w and s by maximum a posteriori, g in closed form given them."""
    centre = np.zeros(len(INPUTS))
    centre[0] = float(np.median(values)) if len(values) else np.log(50.0)
    precision = np.diag(PRIOR_DEVIATIONS**-2.0)

    def solved(spreads: Floats) -> tuple[Floats, Floats, float]:
        variances = np.exp(2 * spreads[0]) + np.exp(2 * spreads[1]) / counts
        weighted = x.T / variances
        covariance = np.linalg.inv(precision + weighted @ x)
        g = covariance @ (precision @ centre + weighted @ values)
        off = values - x @ g
        score = 0.5 * (np.log(variances).sum() + (off**2 / variances).sum() + (g - centre) @ precision @ (g - centre))
        return g, covariance, float(score - 0.5 * np.linalg.slogdet(covariance)[1])

    def loss(spreads: Floats) -> float:
        prior = (((spreads - SPREADS[0]) / SPREADS[1]) ** 2).sum()
        return solved(spreads)[2] + 0.5 * float(prior)

    found = optimize.minimize(loss, np.array([SPREADS[0], SPREADS[0]]), method="L-BFGS-B", bounds=[(-4, 2)] * 2)
    g, covariance, _ = solved(found.x)
    return g, covariance, float(np.exp(found.x[0])), float(np.exp(found.x[1]))


def _covariance(loss: Any, at: Floats, step: float = 1e-3) -> Floats:
    """The inverse of the Hessian by central differences, made positive."""
    size = len(at)
    hessian = np.zeros((size, size))
    steps = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            corners = (
                loss(at + steps[i] + steps[j]) - loss(at + steps[i] - steps[j])
                - loss(at - steps[i] + steps[j]) + loss(at - steps[i] - steps[j])
            )  # fmt: skip
            hessian[i, j] = hessian[j, i] = corners / (4 * step**2)
    values, vectors = np.linalg.eigh(hessian)
    return np.asarray((vectors / np.maximum(values, PRIOR_DEVIATIONS.max() ** -2.0)) @ vectors.T)


def predicted(model: Returns, campaign: Campaign, clicks: int, *, draws: int = DRAWS, seed: int = 0) -> Prediction:
    """Of `clicks` to come, given the campaign's own results so far; ValueError where a click costs nothing."""
    cost = campaign.cost_of_click
    if cost <= 0:
        raise ValueError("A campaign whose clicks cost nothing has no return on ad spend.")
    rng = np.random.default_rng((seed, campaign.promotion.promotion_id))
    x = model.inputs.row(campaign)
    orders = rng.binomial(clicks, _rates(rng, model, campaign, x, draws))
    mean = _log_values(rng, model, campaign, x, draws)
    noise = np.where(orders > 0, model.within / np.sqrt(np.maximum(orders, 1)), 0.0)
    revenue = orders * np.exp(mean + noise * rng.standard_normal(draws))
    returns = revenue / (clicks * cost)
    return Prediction(float(returns.mean()), *(float(np.quantile(returns, q)) for q in (0.5, LOW, HIGH)))


def _rates(rng: np.random.Generator, model: Returns, campaign: Campaign, x: Floats, draws: int) -> Floats:
    deviation = float(np.sqrt(x @ model.rate_covariance @ x))
    q = np.clip(expit(x @ model.rate + deviation * rng.standard_normal(draws)), 1e-6, 1 - 1e-6)
    if campaign.clicks:  # draws of b that explain the campaign's own orders badly weigh less
        q = _weighed(rng, q, model.concentration, campaign)
    had = min(campaign.conversions, campaign.clicks)
    k = model.concentration
    return np.asarray(rng.beta(k * q + had, k * (1 - q) + campaign.clicks - had))


def _weighed(rng: np.random.Generator, q: Floats, k: float, campaign: Campaign) -> Floats:
    had = min(campaign.conversions, campaign.clicks)
    alpha, beta = k * q, k * (1 - q)
    fit = betaln(alpha + had, beta + campaign.clicks - had) - betaln(alpha, beta)
    weights = np.exp(fit - fit.max())
    return np.asarray(rng.choice(q, len(q), p=weights / weights.sum()))


def _log_values(rng: np.random.Generator, model: Returns, campaign: Campaign, x: Floats, draws: int) -> Floats:
    """Draws of the logarithm of the campaign's own mean order value."""
    prior, variance = float(x @ model.value), float(x @ model.value_covariance @ x + model.between**2)
    if campaign.conversions and campaign.revenue > 0:
        noise = model.within**2 / campaign.conversions
        seen = np.log(max(campaign.revenue / campaign.conversions, _LEAST_VALUE))
        prior, variance = (prior * noise + seen * variance) / (noise + variance), noise * variance / (noise + variance)
    return np.asarray(prior + np.sqrt(variance) * rng.standard_normal(draws))
