"""The BG/NBD: direct formulas, simulated truth, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from jiuzhou.evaluate.worth.beta_geometric import Likelihood, expected_by_quantiles
from jiuzhou.evaluate.worth.bgnbd import BgNbd
from jiuzhou.evaluate.worth.histories import Histories
from purchase_histories import histories_of

CDNOW = BgNbd(0.243, 4.414, 0.793, 2.426)
parameters = st.tuples(*(st.floats(0.2, 4.0) for _ in range(4)))


def plain_log_likelihood(theta, x, t_x, T):
    """Equation 6 of the paper, written out with factorials in mind rather than speed."""
    r, alpha, a, b = (math.exp(value) for value in theta)
    lg = math.lgamma
    beta = lg(a + b) + lg(b + x) - lg(b) - lg(a + b + x)
    alive = lg(r + x) - lg(r) + r * math.log(alpha) - (r + x) * math.log(alpha + T)
    total = math.exp(beta + alive)
    if x > 0:
        left = lg(a + 1) + lg(b + x - 1) - lg(a + b + x) - (lg(a) + lg(b) - lg(a + b))
        dead = lg(r + x) - lg(r) + r * math.log(alpha) - (r + x) * math.log(alpha + t_x)
        total += math.exp(left + dead)
    return math.log(total)


@settings(deadline=None, max_examples=40)
@given(
    parameters,
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=6),
)
def test_the_likelihood_is_the_one_written_out_in_the_paper(values, rows):
    rows = [(x, t_x if x else 0, t_x + rest) for x, t_x, rest in rows]
    theta = np.log(values)

    found, _ = Likelihood(histories_of(*rows)).objective(theta)

    expected = -sum(plain_log_likelihood(theta, *row) for row in rows) / len(rows)
    assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("values", [(0.24, 4.4, 0.8, 2.4), (1.5, 60.0, 0.2, 3.0), (0.7, 0.5, 3.0, 0.6)])
def test_the_gradient_is_that_of_the_likelihood(values):
    rng = np.random.default_rng(1)
    x = rng.integers(0, 12, 200)
    t_x = np.where(x > 0, rng.integers(1, 60, 200), 0)
    likelihood = Likelihood(histories_of(*zip(x, t_x, t_x + rng.integers(0, 40, 200), strict=True)))
    theta = np.log(values)

    gradient = likelihood.objective(theta)[1]

    def difference(step, axis):
        move = step * np.eye(4)[axis]
        return (likelihood.objective(theta + move)[0] - likelihood.objective(theta - move)[0]) / (2 * step)

    for axis in range(4):
        without_square_error = (4 * difference(5e-4, axis) - difference(1e-3, axis)) / 3
        assert gradient[axis] == pytest.approx(without_square_error, rel=1e-8)


def simulated(model, *, customers, longest, seed=0):
    """Customers drawn straight from the model's story, one purchase at a time."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(model.r, 1 / model.alpha, customers)
    leave = rng.beta(model.a, model.b, customers)
    T = rng.integers(longest // 2, longest, customers).astype(float)
    x, t_x, now = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    staying = np.ones(customers, bool)
    while staying.any():
        now = now + rng.exponential(1 / rate)
        staying &= now <= T
        x, t_x = x + staying, np.where(staying, now, t_x)
        staying &= rng.random(customers) > leave
    return Histories(x, t_x, T, np.ones(customers))


def test_known_parameters_are_recovered_from_simulated_customers():
    truth = BgNbd(0.8, 20.0, 0.7, 2.5)

    model = BgNbd.fit(simulated(truth, customers=8000, longest=300))

    assert model.log_covariance is not None
    off = np.abs(model.theta - truth.theta) / np.sqrt(np.diag(model.log_covariance))
    assert off.max() < 3.0


def test_counted_histories_give_the_fit_of_the_customers_one_by_one():
    rows = [(0, 0, 50), (0, 0, 50), (3, 20, 50), (3, 20, 50), (1, 5, 60), (7, 55, 60), (2, 30, 33), (0, 0, 20)] * 10
    distinct = sorted(set(rows))
    x, t_x, T = (np.array(column, float) for column in zip(*distinct, strict=True))
    counted = Histories(x, t_x, T, np.array([rows.count(row) for row in distinct], float))

    together, apart = BgNbd.fit(counted), BgNbd.fit(histories_of(*rows))

    assert together.theta == pytest.approx(apart.theta, abs=1e-6)
    assert together.log_likelihood == pytest.approx(apart.log_likelihood, rel=1e-9)


def test_many_histories_are_fitted_alike_through_the_sample():
    truth = BgNbd(0.8, 20.0, 0.7, 2.5)
    histories = simulated(truth, customers=45_000, longest=300)

    model = BgNbd.fit(histories)

    assert np.abs(Likelihood(histories).objective(model.theta)[1]).max() < 1e-8


@settings(deadline=None, max_examples=50)
@given(parameters, st.integers(1, 40), st.integers(1, 100), st.integers(0, 100))
def test_silence_never_makes_a_customer_look_more_alive(values, x, t_x, rest):
    model = BgNbd(*values)

    now, later = model.p_alive(histories_of((x, t_x, t_x + rest), (x, t_x, t_x + rest + 10)))

    assert 0 <= later <= now <= 1


def test_a_frequent_customer_who_falls_silent_is_less_alive_than_a_rare_one():
    rare, frequent = CDNOW.p_alive(histories_of((1, 10, 40), (15, 10, 40)))

    assert frequent < rare


def expectation_by_integration(model, x, t_x, T, t):
    """E[purchases in t] of a living customer with its rate and chance of leaving integrated out by quadrature."""
    shape, scale = model.r + x, model.alpha + T
    top = 12 * math.sqrt(shape + 1) + shape

    def inner(leave, u):
        rate = u / scale
        gamma = math.exp((shape - 1) * math.log(u) - u - math.lgamma(shape))
        lb = math.lgamma(model.a + model.b + x) - math.lgamma(model.a) - math.lgamma(model.b + x)
        beta = math.exp(lb + (model.a - 1) * math.log(leave) + (model.b + x - 1) * math.log1p(-leave))
        return gamma * beta * -math.expm1(-rate * leave * t) / leave

    return dblquad(inner, 1e-9, top, 1e-9, 1 - 1e-9, epsabs=1e-9, epsrel=1e-7)[0]


@pytest.mark.parametrize(
    ("model", "x", "t_x", "T"),
    [(BgNbd(1.6, 30.0, 1.7, 2.4), 2, 40, 60), (BgNbd(2.2, 9.0, 1.4, 3.0), 6, 80, 90)],
)
def test_the_closed_form_expectation_is_the_integral_it_stands_for(model, x, t_x, T):
    histories = histories_of((x, t_x, T))

    found = model.expected(histories, 45.0)[0] / model.p_alive(histories)[0]

    assert found == pytest.approx(expectation_by_integration(model, x, t_x, T, 45.0), rel=1e-5)


def test_the_expectation_by_quantiles_stands_in_for_the_closed_form():
    histories = histories_of((0, 0, 30), (2, 20, 30), (40, 300, 310))

    closed = CDNOW.expected(histories, 60.0) / CDNOW.p_alive(histories)

    assert expected_by_quantiles(CDNOW.theta, histories, 60.0) == pytest.approx(closed, rel=3e-3)


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.floats(0.001, 4000), st.floats(0.05, 1e5), st.floats(0.02, 50), st.floats(0.001, 16_000)),
    st.integers(0, 500),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.sampled_from([1.0, 90.0, 1096.0]),
)
def test_the_expectation_is_finite_wherever_a_fit_may_end(values, x, t_x, rest, t):
    found = BgNbd(*values).expected(histories_of((x, t_x if x else 0, t_x + rest)), t)[0]

    assert np.isfinite(found)
    assert found >= -1e-6


def test_the_expectation_stays_finite_for_thousands_of_purchases():
    found = CDNOW.expected(histories_of((161, 99, 100), (254, 100, 100), (5000, 700, 700)), 90.0)

    assert np.isfinite(found).all()
    assert (found > 0).all()
    assert (found < np.array([161, 254, 5000]) * 1.01).all()


def test_the_expectation_passes_smoothly_over_a_equal_to_one():
    near = [BgNbd(0.5, 9, a, 2).expected(histories_of((3, 20, 30)), 30.0)[0] for a in (1 - 1e-4, 1, 1 + 1e-4)]

    assert near[0] == pytest.approx(near[1], rel=1e-3)
    assert near[1] == pytest.approx(near[2], rel=1e-3)


def test_customers_who_never_leave_run_to_an_edge_that_is_reported():
    rng = np.random.default_rng(0)
    x = rng.poisson(rng.gamma(2.0, 10.0, 400)).astype(float)
    histories = Histories(x, np.where(x > 0, 100.0, 0.0), np.full(400, 100.0), np.ones(400))

    model = BgNbd.fit(histories)

    assert model.log_covariance is None
    assert model.p_alive(histories).min() > 0.99
