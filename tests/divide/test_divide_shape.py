"""Starts of the search: parts of equal work, and anchors that move to where their units are."""

import itertools
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divide.books import Case
from jiuzhou.divide import DividePolicy, solve, warm
from jiuzhou.divide.borders import spread
from jiuzhou.divide.shape import centres_of, chunks
from jiuzhou.divide.sphere import km_between, to_vectors
from jiuzhou.optimise.cholesky import solve_positive


@given(seed=st.integers(0, 100), count=st.integers(1, 9), turn=st.floats(0, 6))
@settings(deadline=None, max_examples=30)
def test_bisection_makes_as_many_parts_as_asked_of_about_equal_work(seed: int, count: int, turn: float) -> None:
    rng = np.random.default_rng(seed)
    vectors = to_vectors(np.column_stack([rng.uniform(110, 120, 200), rng.uniform(25, 35, 200)]))
    weight = rng.uniform(1, 2, 200)

    label = chunks(vectors, weight, count, turn=turn)

    work = np.bincount(label, weight, minlength=count)
    assert len(work) == count
    assert work.min() > 0
    assert work.max() / work.mean() < 1.25


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_as_many_parts_as_units_leave_none_empty(count: int) -> None:
    vectors = to_vectors(np.column_stack([np.arange(count) + 110.0, np.full(count, 30.0)]))

    assert sorted(chunks(vectors, np.ones(count), count, turn=0.3)) == list(range(count))


def test_an_empty_part_keeps_its_former_centre() -> None:
    vectors = to_vectors(np.array([[110.0, 30.0], [112.0, 30.0], [0.0, 0.0]]))

    found = centres_of(vectors[:2], np.ones(2), np.array([0, 0]), vectors[[0, 2]])

    assert km_between(found[:1], to_vectors(np.array([[111.0, 30.0]])))[0, 0] < 1
    assert found[1].tolist() == vectors[2].tolist()


def test_customers_in_one_building_are_spread_by_metres() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0], [0.0, 0.0]])

    moved = spread(points)

    assert len(np.unique(moved, axis=0)) == 4
    assert np.abs(moved - points).max() < 0.01


def test_our_solver_of_equations_agrees_with_lapack() -> None:
    rng = np.random.default_rng(3)
    half = rng.normal(size=(20, 20))
    matrix, right = half @ half.T + np.eye(20), rng.normal(size=20)

    assert np.allclose(solve_positive(matrix, right), np.linalg.solve(matrix, right))


def test_warming_up_twice_changes_nothing() -> None:
    assert warm() is None
    assert warm() is None


@given(seed=st.integers(0, 200))
@settings(deadline=None, max_examples=6)
def test_bound_best_possible_and_ours_come_in_this_order_on_a_tiny_book(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places, homes = rng.uniform((118, 31), (120, 33), (9, 2)), rng.uniform((118, 31), (120, 33), (2, 2))
    work = rng.uniform(1, 2, 9)
    customers = [
        {"customer_id": f"c{i}", "lon": lon, "lat": lat, "workload": work[i]}
        for i, (lon, lat) in enumerate(places.tolist())
    ]
    owners = [
        {"owner_id": f"r{k}", "kind": "rep", "lon": lon, "lat": lat} for k, (lon, lat) in enumerate(homes.tolist())
    ]
    made, policy = Case(customers, owners), DividePolicy(activities={"workload": 0.2}, contiguous=False)

    plan = solve(made.book, made.scores, policy=policy, seed=1, today=date(2026, 3, 31))

    cost = work[:, None] * km_between(to_vectors(places), to_vectors(homes))
    labels = np.array(list(itertools.product((0, 1), repeat=9)))
    share = (labels * work).sum(axis=1) / work.sum()
    inside = np.abs(2 * share - 1) <= 0.2 + 1e-9
    best = cost[np.arange(9), labels[inside]].sum(axis=1).min()
    assert plan.lower_bound is not None
    assert plan.lower_bound <= best + 1e-6
    assert best <= plan.objective + 1e-6
    assert plan.objective <= best * 1.1
