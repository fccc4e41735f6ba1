"""Pieces of territories on drawn maps."""

import numpy as np
import pytest

from jiuzhou.optimise.connect import Board, cut_off, lay_out, may_leave, reattach, seed_empty, touches
from jiuzhou.optimise.graph import Graph
from maps import Grid, grid


def board_of(drawn: Grid, *, whole: bool = True, territories: int | None = None) -> Board:
    n, p = len(drawn), territories or len(drawn.names)
    target = np.full((p, 1), n / p)
    # Every territory's centre lies at the mean of its units, or at the origin if it has none.
    rows = [drawn.labels == k for k in range(p)]
    centres = np.array([drawn.points[row].mean(axis=0) if row.any() else (0.0, 0.0) for row in rows])
    cost = np.hypot(*(drawn.points[:, None] - centres[None]).transpose(2, 0, 1))
    bands = np.stack([target * 0.9, target * 1.1, target])
    graph = Graph.from_edges(drawn.pairs, n)
    return lay_out((cost, np.ones(n)), np.ones((n, 1)), bands, graph, drawn.labels, whole=whole)


def loose(drawn: Grid) -> list[int]:
    graph = Graph.from_edges(drawn.pairs, len(drawn))
    return np.flatnonzero(cut_off(drawn.labels, np.ones(len(drawn)), graph.start, graph.neighbours)).tolist()


def test_units_outside_the_heaviest_piece_are_cut_off() -> None:
    drawn = grid(
        """
        AAB
        ABB
        BBA
        """
    )

    assert loose(drawn) == [8]


def test_a_territory_in_one_piece_has_nothing_cut_off() -> None:
    assert (
        loose(
            grid(
                """
                AAB
                ACB
                ACB
                """
            )
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("AAAB", 1, False),
        ("AAAB", 0, True),
        ("AB", 0, False),
        ("AA\nAA\nBB", 0, True),
        ("AAA\nABA\nAAA", 0, True),
        ("AAA\nABA\nBAA", 2, False),
    ],
)
def test_a_unit_may_leave_only_if_the_rest_stays_one_piece(text: str, unit: int, expected: bool) -> None:
    assert may_leave(board_of(grid(text)), unit) is expected


def test_without_contiguity_a_unit_may_leave_unless_it_is_the_last() -> None:
    board = board_of(grid("AAAB"), whole=False)

    assert may_leave(board, 1)
    assert not may_leave(board, 3)


def test_a_unit_touches_the_territory_beside_it_and_no_other() -> None:
    board = board_of(grid("ABC"))

    assert touches(board, 0, 1)
    assert not touches(board, 0, 2)


def test_reattaching_leaves_nothing_cut_off_and_loads_right() -> None:
    drawn = grid(
        """
        AAAAB
        AAABB
        BAABA
        CCBBC
        CCCBB
        """
    )
    board = board_of(drawn)

    moved = reattach(board)

    assert moved > 0
    assert not cut_off(board.label, board.weight, board.start, board.neighbours).any()
    assert board.load[:, 0].tolist() == np.bincount(board.label, minlength=3).tolist()
    assert board.size.tolist() == np.bincount(board.label, minlength=3).tolist()


def test_a_territory_without_units_gets_one_that_can_be_spared() -> None:
    drawn = grid("AAB\nAAB")
    board = board_of(drawn, territories=3)

    given = seed_empty(board)

    assert given == 1
    assert board.size.tolist() == np.bincount(board.label, minlength=3).tolist()
    assert board.size.min() == 1


def test_a_graph_drops_loops_and_repeats() -> None:
    graph = Graph.from_edges(np.array([[0, 1], [1, 0], [2, 2], [1, 2]]), 3)

    assert graph.size == 3
    assert graph.start.tolist() == [0, 1, 3, 4]
    assert graph.neighbours.tolist() == [1, 0, 2, 1]
