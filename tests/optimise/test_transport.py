"""The dual bound against HiGHS, an independent solver, on small cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_matrix, csr_matrix, vstack

from jiuzhou.optimise.transport import Transport, dual_value, maximise


def random_transport(n: int, p: int, a: int, *, seed: int, tolerance: float = 0.1) -> Transport:
    rng = np.random.default_rng(seed)
    units, centres = rng.uniform(0, 100, (n, 2)), rng.uniform(0, 100, (p, 2))
    weight = rng.lognormal(0, 0.5, n)
    activity = np.column_stack([weight, *(weight * rng.lognormal(0, 0.4, n) for _ in range(a - 1))])
    activity *= weight.sum() / activity.sum(axis=0)
    target = np.tile(activity.sum(axis=0) / p, (p, 1))
    km = np.hypot(*(units[:, None] - centres[None]).transpose(2, 0, 1))
    return Transport(km, weight, activity, target * (1 - tolerance), target * (1 + tolerance))


def rows_of(transport: Transport) -> tuple[csr_matrix, csr_matrix]:
    n, p = transport.km.shape
    column = np.arange(n * p)
    served = coo_matrix((np.ones(n * p), (column // p, column)), shape=(n, n * p)).tocsr()
    loads = [
        coo_matrix((np.repeat(measure, p), (column % p, column)), shape=(p, n * p)) for measure in transport.activity.T
    ]
    return served, vstack(loads).tocsr()


def fractional_optimum(transport: Transport) -> float:
    served, loads = rows_of(transport)
    limits = np.concatenate([transport.high.T.ravel(), -transport.low.T.ravel()])
    cost = (transport.km * transport.weight[:, None]).ravel()
    ones = np.ones(len(transport.weight))
    return float(linprog(cost, A_ub=vstack([loads, -loads]), b_ub=limits, A_eq=served, b_eq=ones, method="highs").fun)


def whole_optimum(transport: Transport) -> float | None:
    served, loads = rows_of(transport)
    limits = LinearConstraint(loads, transport.low.T.ravel(), transport.high.T.ravel())
    cost = (transport.km * transport.weight[:, None]).ravel()
    found = milp(
        cost, constraints=[LinearConstraint(served, 1, 1), limits], integrality=np.ones(len(cost)), bounds=Bounds(0, 1)
    )
    return float(found.fun) if found.success else None


@pytest.mark.parametrize(("n", "p", "a"), [(40, 3, 1), (60, 4, 2), (120, 6, 2), (80, 5, 3)])
def test_the_bound_reaches_the_optimum_of_the_relaxed_problem_from_below(n: int, p: int, a: int) -> None:
    transport = random_transport(n, p, a, seed=n)

    bound, exact = maximise(transport).bound, fractional_optimum(transport)

    assert bound <= exact * (1 + 1e-9)
    assert bound >= exact * 0.999


def test_bound_relaxed_optimum_and_whole_optimum_come_in_this_order() -> None:
    transport = random_transport(30, 3, 1, seed=5, tolerance=0.15)

    bound, relaxed, whole = maximise(transport).bound, fractional_optimum(transport), whole_optimum(transport)

    assert whole is not None
    assert bound <= relaxed * (1 + 1e-9)
    assert relaxed <= whole * (1 + 1e-9)


@given(seed=st.integers(0, 10_000), size=st.floats(0, 200))
@settings(deadline=None, max_examples=30)
def test_any_prices_prove_a_bound(seed: int, size: float) -> None:
    transport = random_transport(25, 3, 2, seed=seed % 7)
    prices = np.random.default_rng(seed).uniform(-size, size, transport.low.shape)

    assert dual_value(transport, prices)[0] <= fractional_optimum(transport) + 1e-6


def test_without_binding_bands_everybody_goes_to_the_nearest_centre() -> None:
    loose = random_transport(50, 4, 1, seed=3)
    transport = Transport(loose.km, loose.weight, loose.activity, loose.low * 0, loose.high * 10)

    found = maximise(transport)

    nearest = transport.km.min(axis=1)
    assert found.labels.tolist() == transport.km.argmin(axis=1).tolist()
    assert found.bound == pytest.approx(float(transport.weight @ nearest), rel=1e-8)


def test_ten_times_the_weight_is_ten_times_the_bound() -> None:
    one = random_transport(60, 4, 2, seed=8)
    ten = Transport(one.km, one.weight * 10, one.activity * 10, one.low * 10, one.high * 10)

    assert maximise(ten).bound == pytest.approx(10 * maximise(one).bound, rel=1e-4)


def test_bands_of_the_wrong_shape_are_refused() -> None:
    good = random_transport(10, 2, 1, seed=1)

    with pytest.raises(ValueError, match="Bands"):
        Transport(good.km, good.weight, good.activity, good.high, good.low)
    with pytest.raises(ValueError, match="weights"):
        Transport(good.km, good.weight[:5], good.activity, good.low, good.high)
