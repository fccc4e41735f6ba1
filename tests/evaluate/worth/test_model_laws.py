"""Laws that every purchase model keeps, against independent integrals, sums and simulated stories."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import comb, gammaln, hyp2f1

from jiuzhou.evaluate.worth.bgbb import BgBb
from jiuzhou.evaluate.worth.bgnbd import BgNbd, MbgNbd
from jiuzhou.evaluate.worth.histories import Histories, distinct
from jiuzhou.evaluate.worth.nbd import Nbd
from jiuzhou.evaluate.worth.paretonbd import GgomNbd, ParetoNbd
from purchase_histories import histories_of

AT_ANY_TIME = [
    Nbd(0.7, 20.0),
    BgNbd(0.6, 15.0, 0.8, 2.4),
    MbgNbd(0.8, 12.0, 0.6, 2.0),
    ParetoNbd(0.6, 20.0, 0.7, 12.0),
    ParetoNbd(1.2, 8.0, 0.5, 30.0),
    GgomNbd(0.9, 15.0, 0.4, 25.0, 0.03),
]
ALL = [*AT_ANY_TIME, BgBb(1.2, 0.75, 0.66, 2.8)]
KINDS = [type(model) for model in AT_ANY_TIME if model is not AT_ANY_TIME[4]]

shape = st.floats(0.05, 30.0)
scale = st.floats(0.5, 1000.0)
small = st.floats(0.3, 3.0)


def name_of(model):
    return type(model).__name__


def params(kind, draw):
    """Parameters of a kind, shapes of any size and scales in days."""
    scales = {"alpha": scale, "beta": scale, "growth": st.floats(1e-8, 0.05)}
    return [draw(scales.get(name, shape)) for name in kind.names()]


@pytest.mark.parametrize("model", ALL, ids=name_of)
@pytest.mark.parametrize("t", [1.0, 40.0])
def test_the_probabilities_of_all_numbers_of_purchases_add_up_to_one_and_to_the_expectation(model, t):
    n = np.arange(t + 1) if isinstance(model, BgBb) else np.arange(1500.0)

    found = model.probability(n, t)

    assert found.min() >= 0
    assert found.sum() == pytest.approx(1.0, abs=1e-10)
    assert found @ n == pytest.approx(model.expected_of_newcomer(t), rel=1e-8)


@given(st.sampled_from(KINDS), st.data(), st.floats(0.1, 60.0))
def test_whatever_the_parameters_probabilities_add_up_to_one(kind, data, t):
    values = [data.draw(st.floats(5.0, 50.0) if name in ("alpha", "beta") else small) for name in kind.names()]
    model = kind(*values[:4], *(0.01 for _ in values[4:]))

    found = model.probability(np.arange(3000.0), t)

    assert found.min() >= 0
    assert found.sum() == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize("model", AT_ANY_TIME, ids=name_of)
@pytest.mark.parametrize("x", [0, 1, 2, 5])
def test_the_likelihood_over_all_histories_is_the_probability_of_their_number(model, x):
    T = 30.0

    def of_all_with_last_at(t_x):
        # The purchases before the last may lie anywhere: t_x^(x-1) / (x-1)! orders of them.
        return math.exp(model.log_likelihoods(histories_of((x, t_x, T)))[0] + (x - 1) * math.log(t_x) - gammaln(x))

    if x:
        found = quad(of_all_with_last_at, 0, T, epsrel=1e-10)[0]
    else:
        found = math.exp(model.log_likelihoods(histories_of((0, 0, T)))[0])

    assert found == pytest.approx(model.probability(np.array([float(x)]), T)[0], rel=1e-8)


def test_the_likelihoods_of_all_histories_at_opportunities_add_up_to_one():
    model, T = BgBb(1.3, 0.6, 0.9, 4.0), 9
    rows = [(x, t_x, T) for t_x in range(1, T + 1) for x in range(1, t_x + 1)]

    orders = np.array([comb(t_x - 1, x - 1) for x, t_x, _ in rows])
    total = orders @ np.exp(model.log_likelihoods(histories_of(*rows)))

    assert total + np.exp(model.log_likelihoods(histories_of((0, 0, T)))[0]) == pytest.approx(1.0, abs=1e-12)


@given(st.sampled_from(KINDS), st.data(), st.integers(0, 300), st.integers(0, 900), st.integers(0, 900))
def test_a_model_never_says_what_cannot_be(kind, data, x, t_x, rest):
    model = kind(*params(kind, data.draw))
    t_x = t_x if x else 0
    histories = histories_of((x, t_x, t_x + rest), (x, t_x, t_x + rest + 30))

    alive = model.p_alive(histories)
    expected = model.expected(histories, 90.0)

    assert ((alive >= 0) & (alive <= 1)).all()
    assert alive[1] <= alive[0] * (1 + 1e-9)
    assert np.isfinite(model.log_likelihoods(histories)).all()
    assert np.isfinite(expected).all()
    assert (expected >= -1e-9).all()


@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_what_is_expected_of_drawn_customers_is_what_a_newcomer_goes_on_to_buy(model):
    T, t = 24.0, 20.0
    drawn = model.draw(np.full(200_000, T), np.random.default_rng(5))
    histories = distinct(drawn.x, drawn.t_x, drawn.T)

    found = float(model.expected(histories, t) @ histories.n) / histories.customers

    to_come = model.expected_of_newcomer(T + t) - model.expected_of_newcomer(T)
    assert found == pytest.approx(to_come, rel=0.02)
    assert drawn.x.mean() == pytest.approx(model.expected_of_newcomer(T), rel=0.02)


@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_drawn_futures_have_the_expected_mean(model):
    histories = histories_of((0, 0, 30), (2, 20, 30), (9, 29, 30))
    theta = np.repeat(model.theta[:, None], 60_000, axis=1)

    ahead = model.draw_ahead(histories, 25.0, theta, np.random.default_rng(2))

    off = ahead.bought.mean(axis=0) - model.expected(histories, 25.0)
    assert (np.abs(off) < 4 * ahead.bought.std(axis=0) / np.sqrt(60_000)).all()
    assert ((ahead.share >= 0) & (ahead.share <= 1)).all()


@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_the_fit_finds_the_parameters_that_drew_the_customers(model):
    rng = np.random.default_rng(8)
    longest = 12 if isinstance(model, BgBb) else 120
    drawn = model.draw(rng.integers(longest // 3, longest, 12_000).astype(float), rng)

    found = type(model).fit(distinct(drawn.x, drawn.t_x, drawn.T))

    # A growth of the risk is told from its mean only by very many customers.
    clear = slice(0, 2) if isinstance(model, GgomNbd) else slice(None)
    if found.log_covariance is not None:
        off = np.abs(found.theta - model.theta) / np.sqrt(np.diag(found.log_covariance))
        assert off[clear].max() < 3.5
    else:
        assert isinstance(model, GgomNbd)
        assert np.abs(found.theta - model.theta)[clear].max() < 0.2
    assert found.log_likelihood >= model.log_likelihoods(drawn).sum() - 1e-6


@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_the_fit_is_where_the_likelihood_no_longer_rises(model):
    rng = np.random.default_rng(3)
    drawn = model.draw(np.full(3000, 24.0), rng)
    histories = distinct(drawn.x, drawn.t_x, drawn.T)

    found = type(model).fit(histories)

    def mean_at(theta):
        return float(found.moved(theta).log_likelihoods(histories) @ histories.n) / histories.customers

    steps = 1e-4 * np.eye(len(found.theta))
    slopes = [(mean_at(found.theta + step) - mean_at(found.theta - step)) / 2e-4 for step in steps]
    assert found.log_likelihood / histories.customers == pytest.approx(mean_at(found.theta), abs=1e-12)
    if found.log_covariance is not None:
        assert np.abs(slopes).max() < 1e-7


def log_likelihood_by_the_paper(model, x, t_x, T):
    """The Pareto/NBD's likelihood with Gaussian hypergeometric functions, as Fader and Hardie (2005) write it."""
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
    top, other = (alpha, s + 1) if alpha >= beta else (beta, r + x)

    def term(t):
        series = hyp2f1(r + s + x, other, r + s + x + 1, abs(alpha - beta) / (top + t))
        return series / (top + t) ** (r + s + x)

    alive = (alpha + T) ** -(r + x) * (beta + T) ** -s
    dead = s / (r + s + x) * (term(t_x) - term(T))
    return gammaln(r + x) - gammaln(r) + r * math.log(alpha) + s * math.log(beta) + math.log(alive + dead)


@given(small, st.floats(2, 60), small, st.floats(2, 60), st.integers(0, 12), st.integers(0, 80), st.integers(1, 60))
def test_the_integral_is_the_hypergeometric_form_of_the_paper(r, alpha, s, beta, x, t_x, rest):
    model, t_x = ParetoNbd(r, alpha, s, beta), t_x if x else 0

    found = model.log_likelihoods(histories_of((x, t_x, t_x + rest)))[0]

    assert found == pytest.approx(log_likelihood_by_the_paper(model, x, t_x, t_x + rest), abs=1e-8)


@pytest.mark.parametrize(
    ("values", "row", "log_likelihood", "p_alive"),
    [
        ((0.55, 10.56, 0.61, 11.64), (161, 99, 100), -102.45438753253431, 0.9876241957641968),
        ((0.55, 10.56, 0.61, 11.64), (254, 100, 100), -44.68407861482903, 1.0),
        ((0.55, 10.56, 0.61, 11.64), (254, 60, 100), 63.85236971153296, 7.298261268244951e-48),
        ((0.74, 74.01, 369.0, 980013.0), (171, 550, 555), -393.5745474494966, 0.9959821893864108),
        ((1.4, 26.0, 99.0, 624278.0), (104, 200, 270), -190.53371886121212, 1.2843692874843135e-09),
        ((0.05, 0.5, 0.2, 2000.0), (300, 10, 900), 688.3879129361645, 0.0),
        ((30.0, 900.0, 0.05, 0.5), (3, 10, 900), -13.570561906874373, 2.5571724006664012e-09),
        ((0.6, 1000.0, 0.3, 0.5), (0, 0, 900), -0.05424911457553852, 0.07579731412409335),
        ((20.0, 0.5, 20.0, 1000.0), (0, 0, 1500), -7.550192291292965, 5.955068582633338e-75),
        ((0.6, 0.5, 30.0, 0.5), (800, 1800, 1800.5), -1698.5809313789916, 0.990718249729905),
        ((0.5, 5.0, 0.5, 5.0), (5000, 700, 1400), 4781.164208034434, 0.0),
    ],
)
def test_the_likelihood_is_that_of_the_hypergeometric_form_in_forty_digits(values, row, log_likelihood, p_alive):
    model, histories = ParetoNbd(*values), histories_of(row)

    assert model.log_likelihoods(histories)[0] == pytest.approx(log_likelihood, rel=1e-12)
    assert model.p_alive(histories)[0] == pytest.approx(p_alive, rel=1e-9, abs=1e-300)


SOME = histories_of((0, 0, 40), (1, 33, 40), (4, 38, 40), (12, 80, 90))


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        (BgNbd(0.7, 20.0, 1e-9, 3.0), Nbd(0.7, 20.0)),
        (MbgNbd(0.7, 20.0, 1e-9, 3.0), Nbd(0.7, 20.0)),
        (ParetoNbd(0.7, 20.0, 1e-9, 30.0), Nbd(0.7, 20.0)),
        (GgomNbd(0.7, 20.0, 0.6, 30.0, 1e-10), ParetoNbd(0.7, 20.0, 0.6, 30.0)),
    ],
    ids=["BG/NBD", "MBG/NBD", "Pareto/NBD", "GGom/NBD"],
)
def test_at_its_limit_a_model_is_the_simpler_one(model, limit):
    n = np.arange(30.0)

    assert model.log_likelihoods(SOME) == pytest.approx(limit.log_likelihoods(SOME), abs=1e-6)
    assert model.p_alive(SOME) == pytest.approx(limit.p_alive(SOME), abs=1e-6)
    assert model.probability(n, 50.0) == pytest.approx(limit.probability(n, 50.0), abs=1e-7)
    assert model.expected_of_newcomer(50.0) == pytest.approx(limit.expected_of_newcomer(50.0), rel=1e-6)


def test_in_the_mbg_who_bought_once_may_have_left_and_in_the_bg_not():
    once = histories_of((0, 0, 100))

    assert BgNbd(0.6, 15.0, 0.8, 2.4).p_alive(once)[0] == 1
    assert MbgNbd(0.6, 15.0, 0.8, 2.4).p_alive(once)[0] < 0.5


@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_counted_histories_are_fitted_as_the_customers_one_by_one(model):
    drawn = model.draw(np.full(400, 24.0), np.random.default_rng(4))
    t_x = np.where(drawn.x > 0, np.maximum(np.ceil(drawn.t_x), 1), 0)
    each = Histories(np.minimum(drawn.x, t_x), t_x, drawn.T, drawn.n)

    together, apart = (type(model).fit(rows) for rows in (distinct(each.x, each.t_x, each.T), each))

    assert together.log_likelihood == pytest.approx(apart.log_likelihood, rel=1e-9)
    if together.log_covariance is not None:
        assert together.theta == pytest.approx(apart.theta, abs=1e-5)


def test_standard_errors_are_the_spread_of_fits_to_drawn_customers():
    truth, rng = BgNbd(0.8, 20.0, 0.7, 2.5), np.random.default_rng(6)

    fits = []
    for _ in range(60):
        drawn = truth.draw(np.full(3000, 200.0), rng)
        fits.append(BgNbd.fit(distinct(drawn.x, drawn.t_x, drawn.T)))

    spread = np.std([[fit.r, fit.alpha, fit.a, fit.b] for fit in fits], axis=0)
    told = np.median([fit.standard_errors for fit in fits], axis=0)
    assert told == pytest.approx(spread, rel=0.35)
