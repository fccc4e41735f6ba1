"""Neighbours from points alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jiuzhou.geo.adjacency import adjacency, bridges, components, delaunay_pairs, sorted_pairs
from maps import grid

coordinates = st.integers(-6, 6).map(float)
clouds = st.integers(0, 25).flatmap(lambda n: arrays.arrays(np.float64, (n, 2), elements=coordinates))
"""Small whole numbers: many equal points, many on one line, many on one circle."""


@given(points=clouds)
@settings(deadline=None, max_examples=80)
def test_any_cloud_of_points_becomes_one_sorted_connected_graph(points: np.ndarray) -> None:
    found = adjacency(points)

    pairs = found.all_pairs()
    assert (components(len(points), pairs) == 0).all()
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert [tuple(pair) for pair in pairs.tolist()] == sorted({tuple(pair) for pair in pairs.tolist()})
    assert len(found.bridges) == 0


@given(points=clouds, longest=st.sampled_from([1.0, 1.5, 3.0]))
@settings(deadline=None, max_examples=60)
def test_what_the_rim_loses_bridges_give_back(points: np.ndarray, longest: float) -> None:
    whole, cut = adjacency(points), adjacency(points, longest=longest)

    kept, lost = {tuple(pair) for pair in cut.pairs.tolist()}, {tuple(pair) for pair in whole.pairs.tolist()}
    assert kept <= lost
    assert not kept & {tuple(pair) for pair in cut.bridges.tolist()}
    assert (components(len(points), cut.all_pairs()) == 0).all()
    assert len(cut.bridges) == max(0, components(len(points), cut.pairs).max(initial=0))


@given(points=clouds)
@settings(deadline=None, max_examples=40)
def test_a_points_nearest_other_place_is_its_neighbour(points: np.ndarray) -> None:
    places = np.unique(points, axis=0)
    neighbours = {tuple(pair) for pair in delaunay_pairs(places).tolist()}

    for place in range(len(places)):
        distance = np.hypot(*(places - places[place]).T)
        distance[place] = np.inf
        nearest = np.flatnonzero(distance == distance.min()) if len(places) > 1 else []
        assert len(places) == 1 or any((min(place, near), max(place, near)) in neighbours for near in nearest)


def test_points_at_one_place_hang_on_the_first_of_them() -> None:
    points = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 0.0], [0.0, 5.0], [0.0, 0.0]])

    assert delaunay_pairs(points).tolist() == [[0, 1], [0, 2], [0, 3], [0, 4], [1, 3]]


def test_points_on_a_line_follow_one_another() -> None:
    points = np.array([[3.0, 3.0], [1.0, 1.0], [2.0, 2.0], [0.0, 0.0]])

    assert delaunay_pairs(points).tolist() == [[0, 2], [1, 2], [1, 3]]


@pytest.mark.parametrize(("n_points", "expected"), [(0, []), (1, []), (2, [[0, 1]])])
def test_fewer_than_three_points_have_the_neighbours_they_can_have(n_points: int, expected: list[list[int]]) -> None:
    assert delaunay_pairs(np.arange(2.0 * n_points).reshape(-1, 2)).tolist() == expected


def test_a_bay_is_not_crossed_when_the_rim_may_not_be_long() -> None:
    shore = grid("""
        AAAAAAAA
        A......A
        A......A
        A......A
        A......A
    """)
    mouth = [index for index, (_, row) in enumerate(shore.points) if row == 4]

    def crossing(longest: float | None) -> bool:
        return mouth in delaunay_pairs(shore.points, longest=longest).tolist()

    assert crossing(None)
    assert not crossing(3.0)


def test_islands_are_bridged_by_their_nearest_pairs_in_a_tree() -> None:
    sea = grid("""
        AA..BB
        AA..B.
        ......
        ......
        CC....
    """)

    found = bridges(sea.points, sea.pairs)

    column_row = [tuple(map(tuple, sea.points[pair].astype(int).tolist())) for pair in found]
    assert column_row == [((1, 0), (4, 0)), ((0, 1), (0, 4))]


def test_bridges_are_as_short_as_a_spanning_tree_allows() -> None:
    points = np.random.default_rng(7).uniform(0, 100, (40, 2))
    nothing = np.empty((0, 2), dtype=np.int64)

    found = bridges(points, nothing)

    distance = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    reached, total = {0}, 0.0
    while len(reached) < len(points):  # Prim's algorithm over the whole matrix
        outside = [unit for unit in range(len(points)) if unit not in reached]
        step = distance[np.ix_(sorted(reached), outside)]
        reached.add(outside[int(step.min(axis=0).argmin())])
        total += float(step.min())
    assert distance[found[:, 0], found[:, 1]].sum() == pytest.approx(total)


def test_parts_are_numbered_by_their_first_unit() -> None:
    sea = grid("""
        A.BB
        A..C
        .D..
    """)

    assert components(len(sea), sea.pairs).tolist() == [0, 1, 1, 0, 1, 2]
    assert components(0, np.empty((0, 2), dtype=np.int64)).tolist() == []


def test_pairs_are_sorted_once_each_and_never_with_oneself() -> None:
    assert sorted_pairs(np.array([[3, 1], [1, 3], [2, 2], [0, 1]])).tolist() == [[0, 1], [1, 3]]


def test_the_same_points_in_another_order_have_the_same_neighbours() -> None:
    points = np.random.default_rng(3).normal(size=(60, 2))
    order = np.random.default_rng(4).permutation(60)

    shuffled = sorted_pairs(order[delaunay_pairs(points[order])])

    assert shuffled.tolist() == delaunay_pairs(points).tolist()
