"""The models on three real sets: finite everywhere, and as near to what came after as the best that is known."""

import numpy as np
import pytest

from jiuzhou.evaluate.worth.bgnbd import BgNbd, MbgNbd
from jiuzhou.evaluate.worth.choose import NAMES, accuracy_of, choose_by_holdout, choose_by_likelihood
from jiuzhou.evaluate.worth.paretonbd import GgomNbd, ParetoNbd
from purchase_histories import ABSENT, THERE, cdnow_days, complete_journey, counted, donations, online_retail

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not THERE, reason=ABSENT)]

SETS = {
    "cdnow": lambda: cdnow_days()[0],
    "online_retail": lambda: online_retail()[0],
    "complete_journey": lambda: complete_journey()[0],
    "donations": donations,
}


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd, ParetoNbd, GgomNbd], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", SETS)
def test_every_figure_of_every_set_is_finite(kind, name):
    histories = SETS[name]()

    model = kind.fit(histories if name == "donations" else counted(histories))

    alive, expected = model.p_alive(histories), model.expected(histories, 180.0)
    assert np.isfinite(model.theta).all()
    assert np.isfinite(model.log_likelihood)
    assert np.isfinite(model.log_likelihoods(histories)).all()
    assert ((alive >= 0) & (alive <= 1)).all()
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()


def test_the_sets_are_those_of_the_published_holdouts():
    past, later = cdnow_days()
    assert (len(past.x), later.sum()) == (2357, 1882)

    past, later = online_retail()
    assert (len(past.x), later.sum()) == (4968, 7826)


def test_on_cdnow_the_best_model_is_within_76_hundredths_of_a_purchase_of_each_customer():
    past, later = cdnow_days()

    choice = choose_by_holdout(past, later, 273.0)

    assert choice.tried[0].name == "Pareto/NBD"
    assert choice.tried[0].accuracy.mean_absolute_error <= 0.76
    assert choice.tried[0].accuracy.mean_absolute_error == pytest.approx(0.7545, abs=5e-4)
    assert choice.tried[0].accuracy.predicted == pytest.approx(1665.5, abs=0.5)
    assert {one.name for one in choice.tried} == set(NAMES.values())


def test_on_cdnow_the_likelihood_takes_the_mbg_and_the_holdout_the_pareto():
    past, _ = cdnow_days()

    by_likelihood = choose_by_likelihood(counted(past))

    assert [one.name for one in by_likelihood.tried] == ["MBG/NBD", "BG/NBD", "Pareto/NBD", "NBD"]
    assert by_likelihood.reason.params["ahead"] == pytest.approx(0.59, abs=0.01)


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd, ParetoNbd], ids=lambda kind: kind.__name__)
def test_the_total_of_half_a_year_of_online_retail_is_within_five_percent(kind):
    past, later = online_retail()

    found = accuracy_of(kind.fit(counted(past)).expected(past, 183.0), later, past.n)

    assert abs(found.bias) <= 0.05
    assert found.mean_absolute_error < 1.06
    assert found.correlation > 0.845


@pytest.mark.parametrize("of_set", [cdnow_days, online_retail, complete_journey])
def test_the_likelier_a_customer_is_alive_the_likelier_it_buys_again(of_set):
    past, later = of_set()

    alive = BgNbd.fit(counted(past)).p_alive(past)

    again = past.x > 0  # the model knows nothing of who bought once
    quarters = np.array_split(np.argsort(alive[again], kind="stable"), 4)
    bought = [float((later[again][rows] > 0).mean()) for rows in quarters]
    assert bought == sorted(bought)
    assert bought[3] > bought[0] + 0.1


def test_on_cdnow_a_growing_risk_of_leaving_explains_nothing_more():
    past = counted(cdnow_days()[0])

    pareto, ggom = ParetoNbd.fit(past), GgomNbd.fit(past)

    assert ggom.log_covariance is None  # its optimum is the edge at which growth vanishes
    assert ggom.growth * past.T.max() < 1e-4
    assert ggom.log_likelihood == pytest.approx(pareto.log_likelihood, abs=1e-4)
    grown = [GgomNbd(*np.exp(pareto.theta), growth).log_likelihoods(past) @ past.n for growth in (1e-5, 1e-4, 1e-3)]
    assert [pareto.log_likelihood, *grown] == sorted([pareto.log_likelihood, *grown], reverse=True)
