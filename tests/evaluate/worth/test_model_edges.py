"""Data that tell a model little or nothing: a stated result, never NaN."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.evaluate.worth.bgbb import BgBb
from jiuzhou.evaluate.worth.bgnbd import BgNbd, MbgNbd
from jiuzhou.evaluate.worth.choose import accuracy_of, choose_by_holdout, choose_by_likelihood, fit_or_stay
from jiuzhou.evaluate.worth.histories import Histories, distinct
from jiuzhou.evaluate.worth.nbd import Nbd
from jiuzhou.evaluate.worth.paretonbd import GgomNbd, ParetoNbd
from purchase_histories import histories_of

KINDS = [Nbd, BgNbd, MbgNbd, ParetoNbd, GgomNbd]


def never_leaving(customers=400):
    drawn = Nbd(2.0, 10.0).draw(np.full(customers, 100.0), np.random.default_rng(0))
    return distinct(drawn.x, drawn.t_x, drawn.T)


ODD = {
    "one customer": histories_of((3, 20, 30)),
    "one purchase each": histories_of((0, 0, 10), (0, 0, 20), (0, 0, 90)),
    "all on one day": histories_of((0, 0, 0), (0, 0, 0)),
    "all alike": Histories(np.array([5.0]), np.array([80.0]), np.array([100.0]), np.array([400.0])),
    "all bought on the last day": histories_of((1, 30, 30), (4, 50, 50), (2, 9, 9)),
    "ten thousand purchases": histories_of((10_000, 3650, 3660), (0, 0, 100), (2, 30, 90), (1, 1, 3000)),
    "nobody leaves": never_leaving(),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ODD)
def test_odd_customers_get_finite_figures(kind, name):
    histories = ODD[name]

    model = kind.fit(histories)

    assert np.isfinite(model.theta).all()
    assert np.isfinite(model.log_likelihood)
    assert np.isfinite(model.expected(histories, 365.0)).all()
    alive = model.p_alive(histories)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert np.isfinite(model.expected_of_newcomer(365.0))


def test_where_nobody_leaves_everybody_is_alive_and_it_is_said():
    histories = never_leaving()

    model, told = fit_or_stay(histories)

    assert told is not None
    assert told.code == "evaluate.no_churn_seen"
    assert model.p_alive(histories).min() == 1.0
    assert model.expected(histories, 100.0) @ histories.n == pytest.approx(histories.x @ histories.n, rel=0.05)


def test_customers_who_are_all_alike_get_a_stated_reason():
    _, told = fit_or_stay(ODD["all alike"])

    assert told is not None
    assert told.code in ("evaluate.no_churn_seen", "evaluate.model_at_edge")


def test_customers_who_leave_get_the_model_with_leaving():
    drawn = BgNbd(0.8, 20.0, 0.7, 2.5).draw(np.full(3000, 200.0), np.random.default_rng(1))

    model, told = fit_or_stay(distinct(drawn.x, drawn.t_x, drawn.T))

    assert isinstance(model, BgNbd)
    assert told is None


def test_where_nobody_leaves_the_likelihood_takes_the_model_without_leaving():
    choice = choose_by_likelihood(never_leaving())

    assert choice.tried[0].name == "NBD"
    assert choice.reason.code == "evaluate.model_by_likelihood"
    assert [one.aic for one in choice.tried] == sorted(one.aic for one in choice.tried)


def test_a_holdout_in_which_nobody_bought_has_a_reason_of_its_own():
    past = histories_of((0, 0, 90), (1, 20, 90), (4, 60, 90), (2, 80, 90))

    choice = choose_by_holdout(past, np.zeros(4), 30.0)

    assert choice.reason.code == "evaluate.model_by_silent_holdout"


def test_accuracy_is_what_it_says_by_hand():
    found = accuracy_of(np.array([1.0, 2.0]), np.array([0.0, 4.0]), np.array([3.0, 1.0]))

    assert (found.predicted, found.actual) == (5.0, 4.0)
    assert found.bias == pytest.approx(0.25)
    assert found.mean_absolute_error == pytest.approx((3 * 1 + 1 * 2) / 4)
    assert found.root_mean_square == pytest.approx(np.sqrt((3 * 1 + 1 * 4) / 4))
    assert found.correlation == pytest.approx(1.0)


def test_donors_who_give_every_year_get_finite_figures():
    histories = histories_of((6, 6, 6), (6, 6, 6))

    model = BgBb.fit(histories)

    assert np.isfinite(model.theta).all()
    assert 0.9 < model.p_alive(histories)[0] <= 1


whole = st.integers(0, 40)


@settings(max_examples=100)
@given(st.lists(st.tuples(whole, whole, whole), max_size=40))
def test_packed_histories_are_those_counted_one_by_one(rows):
    rows = [(x, t_x if x else 0, t_x + rest) for x, t_x, rest in rows]
    columns = [np.array([row[at] for row in rows], dtype=np.int64) for at in range(3)]

    packed, plain = distinct(*columns), distinct(*(column + 0.0 for column in columns))

    expected = sorted(set(rows))
    for found in (packed, plain):
        assert list(zip(found.x, found.t_x, found.T, strict=True)) == expected
        assert found.n.tolist() == [rows.count(row) for row in expected]


def test_whole_numbers_too_large_to_pack_are_counted_all_the_same():
    found = distinct(np.array([1, 1, 0]), np.array([3_000_000] * 2 + [0]), np.array([5_000_000] * 3))

    assert found.x.tolist() == [0, 1]
    assert found.T.tolist() == [5e6, 5e6]
    assert found.n.tolist() == [1, 2]
