"""Value where the purchases tell little: a stated reason and no NaN, up to the columns that scores are made from."""

import numpy as np
import pyarrow as pa
import pytest

from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.value import fit_value
from jiuzhou.evaluate.worth.nbd import Nbd


def facts_of(x, t_x, T):
    spent = np.where(x > 0, x * (90.0 + 7.0 * (np.arange(len(x)) % 5)), 0.0)
    return pa.table({"x": x.astype(int), "t_x": t_x.astype(int), "T": T.astype(int), "repeat_net": spent})


def steady_buyers():
    """Everybody buys every tenth day or so and nobody stops; the day of the last purchase is a whole one."""
    drawn = Nbd(30.0, 300.0).draw(np.full(300, 400.0), np.random.default_rng(2))
    return facts_of(drawn.x, np.maximum(np.ceil(drawn.t_x), drawn.x), drawn.T)


def all_alike():
    return facts_of(*(np.full(300, value) for value in (5, 80, 100)))


@pytest.mark.parametrize("facts", [steady_buyers(), all_alike()], ids=["steady", "alike"])
def test_no_column_of_value_holds_a_nan(facts):
    fit = fit_value(facts, EvaluatePolicy())

    for name in ("alive", "expected_90d", "expected_horizon", "discounted"):
        assert np.isfinite(fit.by_history[name].to_numpy()).all(), name
    if fit.money is not None:
        assert np.isfinite(fit.by_history["unit_low"].to_numpy()).all()
        assert (fit.by_history["unit_low"].to_numpy() <= fit.by_history["unit_high"].to_numpy()).all()


@pytest.mark.parametrize("facts", [steady_buyers(), all_alike()], ids=["steady", "alike"])
def test_where_nobody_is_seen_to_leave_p_alive_is_one_and_it_is_said(facts):
    fit = fit_value(facts, EvaluatePolicy())

    assert "evaluate.no_churn_seen" in {note.code for note in fit.notes}
    assert set(fit.by_history["alive"].to_pylist()) == {1.0}


def test_a_steady_buyer_who_is_silent_for_five_of_its_intervals_is_alive_by_what_the_others_show():
    facts = steady_buyers()
    silent = pa.table({"x": [35], "t_x": [350], "T": [400], "repeat_net": [3000.0]})

    fit = fit_value(pa.concat_tables([facts, silent]), EvaluatePolicy())

    assert "evaluate.no_churn_seen" in {note.code for note in fit.notes}
    assert min(fit.by_history["alive"].to_pylist()) == 1.0
