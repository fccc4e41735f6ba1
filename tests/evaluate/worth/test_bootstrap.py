"""Intervals by drawing customers anew hold the truth as often as they promise."""

import numpy as np
import pytest

from jiuzhou.evaluate.worth.bgnbd import BgNbd
from jiuzhou.evaluate.worth.bootstrap import bootstrap
from jiuzhou.evaluate.worth.histories import distinct
from jiuzhou.evaluate.worth.paretonbd import ParetoNbd
from purchase_histories import histories_of

TRUTH = BgNbd(0.8, 20.0, 0.7, 2.5)
ASKED = histories_of((0, 0, 200), (3, 60, 200), (9, 190, 200))


def drawn_from(model, customers, seed):
    drawn = model.draw(np.full(customers, 200.0), np.random.default_rng(seed))
    return distinct(drawn.x, drawn.t_x, drawn.T)


def test_intervals_hold_the_truth_about_as_often_as_they_promise():
    held = []
    for seed in range(20):
        histories = drawn_from(TRUTH, 1500, seed)
        sure = bootstrap(BgNbd.fit(histories), histories, draws=30)
        low, high = sure.interval(lambda model: model.expected(ASKED, 90.0), level=0.8)
        truth = TRUTH.expected(ASKED, 90.0)
        held.append((low <= truth) & (truth <= high))

    assert 0.65 < np.mean(held) < 0.93


def test_the_spread_of_refits_is_that_of_the_curvature():
    histories = drawn_from(TRUTH, 6000, 1)
    model = BgNbd.fit(histories)

    refits = np.array([again.theta for again in bootstrap(model, histories, draws=60).models])

    assert refits.std(axis=0) == pytest.approx(np.sqrt(np.diag(model.log_covariance)), rel=0.35)


def test_of_very_many_customers_some_are_drawn_and_the_spread_is_that_of_all():
    histories = drawn_from(TRUTH, 200_000, 2)
    model = BgNbd.fit(histories)

    refits = np.array([again.theta for again in bootstrap(model, histories, draws=30).models])

    assert refits.std(axis=0) == pytest.approx(np.sqrt(np.diag(model.log_covariance)), rel=0.5)


def test_an_interval_is_the_same_on_every_run_and_wider_the_surer_it_has_to_be():
    truth = ParetoNbd(0.8, 30.0, 0.7, 60.0)
    histories = drawn_from(truth, 600, 3)
    model = ParetoNbd.fit(histories)

    first, second = (bootstrap(model, histories, draws=12) for _ in range(2))
    narrow = first.interval(lambda one: one.p_alive(ASKED), level=0.5)
    wide = second.interval(lambda one: one.p_alive(ASKED), level=0.9)

    assert np.array_equal([one.theta for one in first.models], [one.theta for one in second.models])
    assert (wide[0] <= narrow[0]).all()
    assert (narrow[0] <= narrow[1]).all()
    assert (narrow[1] <= wide[1]).all()
    assert ((wide[0] >= 0) & (wide[1] <= 1)).all()
