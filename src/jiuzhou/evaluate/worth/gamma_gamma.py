"""
The Gamma-Gamma model of money per purchase (Fader and Hardie 2013, note 025).

A purchase is worth a gamma distributed amount of shape ``p`` around the customer's own mean; that mean varies over
customers so that its rate is gamma distributed with shape ``q`` and rate ``v``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from jiuzhou.evaluate.worth.fit import minimise
from jiuzhou.kernel.arrays import Floats


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The three parameters, positive; ``v`` is in money. The mean over customers exists where ``q`` is above 1."""

    p: float
    q: float
    v: float
    log_likelihood: float = float("nan")


def fit_gamma_gamma(x: Floats, mean: Floats) -> GammaGamma:
    """
    Return the maximum likelihood fit.

    Parameters
    ----------
    x
        Repeat purchases of each customer, shape ``(n,)``, at least 1.
    mean
        Their mean value, shape ``(n,)``, above 0.
    """
    scale = float(mean.sum()) / len(mean)
    value = mean / scale
    optimum = minimise(lambda theta: _objective(theta, x, value), np.log([2.0, 3.0, 1.0]), reach=np.full(3, 9.0))
    p, q, v = np.exp(optimum.theta).tolist()
    shift = len(x) * float(np.log(scale))  # the density is per unit of money, so its scale counts
    return GammaGamma(p, q, v * scale, -optimum.value * len(x) - shift)


def expected_value(model: GammaGamma, x: Floats, mean: Floats) -> Floats:
    """Return the expected value of a customer's next purchases, given ``x`` of them worth ``mean`` (eq. 5)."""
    return (model.p * (model.v + x * mean)) / (model.p * x + model.q - 1)


def _objective(theta: Floats, x: Floats, mean: Floats) -> tuple[float, Floats]:
    p, q, v = np.exp(theta)
    n, px, spent = len(x), p * x, x * mean
    log_sum, log_mean = np.log(v + spent), np.log(mean)
    likelihood = (
        np.sum(gammaln(px + q) - gammaln(px))
        + n * (q * np.log(v) - gammaln(q))
        + np.sum((px - 1) * log_mean + px * np.log(x))
        - np.sum((px + q) * log_sum)
    )
    by_parameter = np.array(
        [
            np.sum(x * (psi(px + q) - psi(px) + log_mean + np.log(x) - log_sum)),
            np.sum(psi(px + q) - log_sum) + n * (np.log(v) - psi(q)),
            n * q / v - np.sum((px + q) / (v + spent)),
        ]
    )
    return -float(likelihood) / n, -by_parameter * np.exp(theta) / n
