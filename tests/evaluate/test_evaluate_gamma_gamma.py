"""Money per purchase: published figures, the formula written out, simulated truth."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.evaluate.gamma_gamma import GammaGamma, _objective, expected_value, fit_gamma_gamma

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="The real data do not lie beside the project.")


@pytest.mark.shared
@needs_data
def test_the_fit_on_cdnow_repeaters_is_the_published_one():
    with (DATA / "cdnow_customers_summary_with_transactions.csv").open(encoding="utf-8") as file:
        rows = np.array([(float(row["x"]), float(row["zbar"])) for row in csv.DictReader(file)])
    again = rows[rows[:, 0] > 0]

    model = fit_gamma_gamma(again[:, 0], again[:, 1])

    assert len(again) == 946
    assert model.p == pytest.approx(6.25, abs=0.005)
    assert model.q == pytest.approx(3.74, abs=0.01)
    assert model.v == pytest.approx(15.44, abs=0.02)
    assert model.log_likelihood == pytest.approx(-4055.92, abs=0.01)
    first_ten = expected_value(model, rows[:10, 0], rows[:10, 1])
    assert first_ten == pytest.approx([24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17], abs=0.1)


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
