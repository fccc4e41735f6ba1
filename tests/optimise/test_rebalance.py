"""Moves that bring a drawn map into its bands without cutting a territory in two."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.optimise.boundary import breach
from jiuzhou.optimise.chain import relieve
from jiuzhou.optimise.compiled import Floats, Ints
from jiuzhou.optimise.connect import Board, cut_off, lay_out
from jiuzhou.optimise.graph import Graph
from jiuzhou.optimise.rebalance import rebalance, restore, standing
from maps import grid


def strip(text: str) -> tuple[Ints, Graph, Floats]:
    drawn = grid(text)
    return drawn.labels, Graph.from_edges(drawn.pairs, len(drawn)), drawn.points


def board_for(
    label: Ints, graph: Graph, points: Floats, *, p: int, weight: Floats | None = None, tolerance: float = 0.1
) -> Board:
    n = len(label)
    weight = np.ones(n) if weight is None else weight
    centres = np.array([points[label == k].mean(axis=0) for k in range(p)])
    cost = np.hypot(*(points[:, None] - centres[None]).transpose(2, 0, 1)) * weight[:, None]
    target = np.full((p, 1), weight.sum() / p)
    bands = np.stack([target * (1 - tolerance), target * (1 + tolerance), target])
    return lay_out((cost, weight), weight[:, None].copy(), bands, graph, label)


def in_one_piece(board: Board) -> bool:
    return not cut_off(board.label, board.weight, board.start, board.neighbours).any()


def test_a_map_cut_unevenly_ends_in_its_bands_and_in_one_piece() -> None:
    label, graph, points = strip(
        """
        AAAAAAAB
        AAAAAAAB
        AAAAAACC
        AAAAAACC
        """
    )
    board = board_for(label, graph, points, p=3)

    found = rebalance(board, rounds=10, polish=2, seed=1)

    assert found.broken == 0
    assert in_one_piece(board)
    assert np.bincount(board.label).tolist() == board.load[:, 0].astype(int).tolist()


def test_a_chain_passes_units_through_a_full_territory() -> None:
    label, graph, points = strip("AAAAABBBCCD")
    label = np.where(label == 3, 2, label)
    board = board_for(label, graph, points, p=3)

    # A has 5, B has 3, C has 3; the target is 3.67: only a chain moves one from A to C through B.
    low, high = 3.0, 4.0
    board.bands[0], board.bands[1] = low, high
    assert breach(board, 0, -1, -1)[0] > 0

    assert relieve(board, 0, True)
    assert np.bincount(board.label).tolist() in ([4, 4, 3], [4, 3, 4])
    assert in_one_piece(board)


def test_a_chain_through_a_full_territory_reaches_the_one_with_room() -> None:
    label, graph, points = strip("AAAAABBBBCCC")
    board = board_for(label, graph, points, p=3)
    board.bands[0], board.bands[1] = 4.0, 4.0

    assert relieve(board, 0, True)
    assert np.bincount(board.label).tolist() == [4, 4, 4]
    assert in_one_piece(board)


def test_a_short_territory_is_filled_through_a_full_one() -> None:
    label, graph, points = strip("AAABBBBCCCCC")
    board = board_for(label, graph, points, p=3)
    board.bands[0], board.bands[1] = 4.0, 4.0

    assert relieve(board, 0, False)
    assert np.bincount(board.label).tolist() == [4, 4, 4]


def test_a_chain_that_cannot_be_made_changes_nothing() -> None:
    label, graph, points = strip("AAABBB")
    board = board_for(label, graph, points, p=2)
    board.bands[1] = 2.0
    before, load = board.label.copy(), board.load.copy()

    assert not relieve(board, 0, True)
    assert board.label.tolist() == before.tolist()
    assert board.load.tolist() == load.tolist()


@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=15)
def test_one_piece_stays_one_piece_and_no_unit_is_lost(seed: int) -> None:
    rng = np.random.default_rng(seed)
    label, graph, points = strip("\n".join(["AAAABBBBCCCC"] * 6))
    weight = rng.lognormal(0, 0.6, len(label))
    board = board_for(label, graph, points, p=3, weight=weight, tolerance=0.05)
    before = standing(board)

    after = rebalance(board, rounds=8, polish=2, seed=seed)

    assert after.key <= before.key
    assert after == standing(board)
    assert in_one_piece(board)
    assert np.allclose(board.load[:, 0], np.bincount(board.label, weight, minlength=3))
    assert sorted(np.unique(board.label)) == [0, 1, 2]


def test_the_same_seed_gives_the_same_division() -> None:
    label, graph, points = strip("\n".join(["AAAAAABBBCCC"] * 5))
    found = []
    for _ in range(2):
        board = board_for(label, graph, points, p=3)
        rebalance(board, rounds=8, polish=2, seed=4)
        found.append(board.label.tolist())

    assert found[0] == found[1]


def test_on_a_tiny_map_no_division_in_band_is_shorter_than_brute_force_and_ours_is_as_short() -> None:
    label, graph, points = strip("AAAB\nAABB\nAABB")
    board = board_for(label, graph, points, p=2, tolerance=0.01)

    found = rebalance(board, rounds=10, polish=3, seed=2)

    best = np.inf
    n = len(label)
    for chosen in itertools.combinations(range(n), n // 2):
        other = np.ones(n, dtype=np.int64)
        other[list(chosen)] = 0
        if not cut_off(other, np.ones(n), graph.start, graph.neighbours).any():
            best = min(best, float(board.cost[np.arange(n), other].sum()))
    assert found.broken == 0
    assert abs(found.cost - best) < 1e-9


def test_restoring_a_division_restores_its_loads() -> None:
    label, graph, points = strip("AAABBB")
    board = board_for(label, graph, points, p=2)
    rebalance(board, rounds=3, polish=1, seed=0)

    restore(board, np.array([0, 1, 1, 1, 1, 1]))

    assert board.load[:, 0].tolist() == [1.0, 5.0]
    assert board.size.tolist() == [1, 5]
