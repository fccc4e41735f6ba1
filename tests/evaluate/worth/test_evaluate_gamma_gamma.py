"""Money per purchase: the formula written out, simulated truth."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.evaluate.worth.gamma_gamma import GammaGamma, _objective, expected_value, fit_gamma_gamma


def plain_density(p, q, v, x, mean):
    """Equation 1a of the note, as a logarithm."""
    log_b = math.lgamma(p * x) + math.lgamma(q) - math.lgamma(p * x + q)
    top = q * math.log(v) + (p * x - 1) * math.log(mean) + p * x * math.log(x)
    return top - (p * x + q) * math.log(x * mean + v) - log_b


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.floats(0.3, 8), st.floats(1.1, 8), st.floats(0.3, 60)),
    st.lists(st.tuples(st.integers(1, 30), st.floats(0.5, 500)), min_size=1, max_size=6),
)
def test_the_likelihood_is_the_one_written_out_in_the_note(values, rows):
    x, mean = (np.array(column, float) for column in zip(*rows, strict=True))

    found, _ = _objective(np.log(values), x, mean)

    assert found == pytest.approx(-sum(plain_density(*values, *row) for row in rows) / len(rows), rel=1e-9, abs=1e-9)


def test_the_gradient_is_that_of_the_likelihood():
    rng = np.random.default_rng(0)
    x, mean = rng.integers(1, 20, 100).astype(float), rng.gamma(2.0, 30.0, 100)
    theta = np.log([3.0, 2.5, 40.0])

    gradient = _objective(theta, x, mean)[1]

    def difference(step, axis):
        move = step * np.eye(3)[axis]
        return (_objective(theta + move, x, mean)[0] - _objective(theta - move, x, mean)[0]) / (2 * step)

    for axis in range(3):
        assert gradient[axis] == pytest.approx((4 * difference(5e-4, axis) - difference(1e-3, axis)) / 3, rel=1e-8)


def test_known_parameters_are_recovered_from_simulated_customers():
    rng = np.random.default_rng(3)
    truth = GammaGamma(4.0, 3.5, 1500.0)
    x = rng.integers(1, 15, 20_000).astype(float)
    rate = rng.gamma(truth.q, 1 / truth.v, 20_000)
    mean = rng.gamma(truth.p * x) / rate / x

    model = fit_gamma_gamma(x, mean)

    assert model.p == pytest.approx(truth.p, rel=0.05)
    assert model.q == pytest.approx(truth.q, rel=0.05)
    assert model.v == pytest.approx(truth.v, rel=0.05)


def test_the_currency_unit_changes_only_the_scale():
    rng = np.random.default_rng(5)
    x, mean = rng.integers(1, 10, 500).astype(float), rng.gamma(2.0, 30.0, 500)

    yuan, fen = fit_gamma_gamma(x, mean), fit_gamma_gamma(x, mean * 100)

    assert (fen.p, fen.q, fen.v / 100) == pytest.approx((yuan.p, yuan.q, yuan.v), rel=1e-6)
    assert expected_value(fen, x, mean * 100) == pytest.approx(expected_value(yuan, x, mean) * 100, rel=1e-6)
