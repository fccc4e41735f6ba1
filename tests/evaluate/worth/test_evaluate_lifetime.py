"""Lifetime value: discounting, and a range that holds what it promises on simulated futures."""

import numpy as np
import pytest

from jiuzhou.evaluate.worth.bgnbd import BgNbd
from jiuzhou.evaluate.worth.gamma_gamma import GammaGamma, expected_value
from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.evaluate.worth.lifetime import DAYS_A_YEAR, Outlook, discounted_purchases, spend_range
from purchase_histories import histories_of

TRUTH = BgNbd(0.9, 40.0, 0.6, 3.0)
MONEY = GammaGamma(4.0, 3.5, 1500.0)
OUTLOOK = Outlook(years=2.0, discount_rate=0.1, interval=0.8, draws=400)


SOME = histories_of((0, 0, 300), (1, 100, 300), (5, 290, 300), (12, 100, 400), (30, 398, 400))


def test_without_discount_the_purchases_are_those_expected_in_all():
    free = Outlook(years=2.0, discount_rate=0.0, interval=0.8, draws=100)

    found = discounted_purchases(TRUTH, SOME, free)

    assert found == pytest.approx(TRUTH.expected(SOME, 2 * DAYS_A_YEAR), rel=1e-12)


def test_a_discount_takes_at_most_the_last_day_s_worth_off():
    whole = TRUTH.expected(SOME, 2 * DAYS_A_YEAR)

    found = discounted_purchases(TRUTH, SOME, OUTLOOK)

    assert (found < whole).all()
    assert (found > whole / 1.1**2).all()


def simulated_past_and_future(*, customers, seed):
    """Customers of the model's story, with what they spend (discounted) in the years after the observation."""
    rng = np.random.default_rng(seed)
    T, end = 360.0, 360.0 + OUTLOOK.years * DAYS_A_YEAR
    rate = rng.gamma(TRUTH.r, 1 / TRUTH.alpha, customers)
    leave = rng.beta(TRUTH.a, TRUTH.b, customers)
    worth = rng.gamma(MONEY.q, 1 / MONEY.v, customers)
    x, t_x, spent, future, now = (np.zeros(customers) for _ in range(5))
    staying = np.ones(customers, bool)
    while staying.any():
        now = now + rng.exponential(1 / rate)
        staying &= now <= end
        amount = rng.gamma(MONEY.p, 1 / worth)
        past = staying & (now <= T)
        x, t_x, spent = x + past, np.where(past, now, t_x), spent + past * amount
        future = future + (staying & (now > T)) * amount * 1.1 ** (-(now - T) / DAYS_A_YEAR)
        staying &= rng.random(customers) > leave
    return Histories(x, t_x, np.full(customers, T), np.ones(customers)), spent, future


def test_the_promised_share_of_simulated_customers_ends_within_the_range():
    histories, spent, future = simulated_past_and_future(customers=6000, seed=2)

    low, high = spend_range(TRUTH, MONEY, histories, OUTLOOK)
    base = MONEY.v + spent
    inside = (future >= low * base) & (future <= high * base)

    assert (low <= high).all()
    # Customers who will surely buy show the promised share; for those who may well have left, all of the lower half
    # can be exactly 0, and then more of them lie within.
    buyers = low > 0
    assert inside[buyers].mean() == pytest.approx(0.8, abs=0.04)
    assert inside.mean() >= 0.79


def test_lifetime_value_is_the_mean_of_simulated_futures():
    histories, spent, future = simulated_past_and_future(customers=20_000, seed=4)

    mean = np.divide(spent, histories.x, out=np.zeros_like(spent), where=histories.x > 0)
    clv = discounted_purchases(TRUTH, histories, OUTLOOK) * expected_value(MONEY, histories.x, mean)

    assert clv.sum() == pytest.approx(future.sum(), rel=0.03)


def test_the_range_is_the_same_on_every_run():
    first, second = spend_range(TRUTH, MONEY, SOME, OUTLOOK), spend_range(TRUTH, MONEY, SOME, OUTLOOK)

    assert np.array_equal(first, second)


@pytest.mark.parametrize("spread", [10.0, 1000.0])
def test_parameters_the_data_leave_wide_open_give_a_range_all_the_same(spread: float):
    vague = BgNbd(40.0, 13_500.0, 0.3, 7.5, log_covariance=np.eye(4) * spread**2)
    histories = histories_of((0, 0, 0), (0, 0, 300), (1, 0, 0), (1, 100, 100), (2, 290, 300))

    low, high = spend_range(vague, MONEY, histories, OUTLOOK)

    assert np.isfinite(low).all()
    assert np.isfinite(high).all()
    assert (low <= high).all()
