"""From any division in one piece to one within its bands: shifts, exchanges and chains under a rising penalty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jiuzhou.optimise.boundary import breach, exchange, shift
from jiuzhou.optimise.chain import relieve
from jiuzhou.optimise.compiled import Floats, Ints, compiled
from jiuzhou.optimise.connect import Board, hand_over

_SWEEPS = 4
_CHAINS = 12
_RISE = 1.7
_FIRST = 0.3  # first price of a breach of one target, in the mean cost of a territory
_ROUNDING = 1e-9  # breaches, in targets, that are none
_FIRM = 1e4  # the price at which nothing in band is traded for distance


@dataclass(frozen=True, slots=True)
class Standing:
    """How good a division is: breaches first, cost second."""

    broken: int
    breach: float
    cost: float

    @property
    def key(self) -> tuple[float, float]:
        """Order of preference: fewer breaches, then less cost."""
        return (self.breach if self.broken else 0.0), self.cost


def standing(board: Board) -> Standing:
    """Return how many territories are out of their bands, by how many targets in all, and the total cost."""
    amounts = _breaches(board)
    cost = float(board.cost[np.arange(len(board.label)), board.label].sum())
    return Standing(int((amounts > _ROUNDING).sum()), float(amounts.sum()), cost)


def rebalance(board: Board, *, rounds: int, polish: int, seed: int, keen: float = 1.0) -> Standing:
    """
    Bring the board's territories into their bands and then shorten distances, keeping every territory in one piece.

    Parameters
    ----------
    rounds
        Most rounds under rising penalty; they end early when nothing is out of band.
    polish
        Rounds at a price that lets nothing out of band for the sake of distance.
    seed
        Of the order in which units are tried.
    keen
        Factor, above 0, on the price of breaches: another one leads to another division.

    Returns
    -------
    Standing
        Of the best division met, which the board then holds.
    """
    order = np.random.default_rng(seed).permutation(len(board.label)).astype(np.int64)
    mean_cost = standing(board).cost / board.cost.shape[1]
    size = board.bands[2].mean(axis=1)
    yardstick = np.maximum(mean_cost, 1e-12) * size / max(float(size.mean()), 1e-12)
    best, kept = standing(board), board.label.copy()
    for turn in range(rounds + polish):
        price = keen * _FIRST * _RISE**turn if turn < rounds else _FIRM
        if turn and turn < rounds and standing(board).broken == 0:
            continue
        _round(board, yardstick * price, order, firm=turn >= rounds, chains=turn >= 2)
        found = standing(board)
        if found.key < best.key:
            best, kept = found, board.label.copy()
        elif turn > rounds:
            break
    restore(board, kept)
    return best


def restore(board: Board, label: Ints) -> None:
    """Put the division ``label`` back on the board, loads and all."""
    for i in np.flatnonzero(board.label != label):
        hand_over(board, int(i), int(label[i]))


def _round(board: Board, rent: Floats, order: Ints, *, firm: bool, chains: bool) -> None:
    for _ in range(_SWEEPS):
        if shift(board, rent, order) == 0:
            break
    exchange(board, rent, order, only_broken=not firm)
    if chains:
        for k in np.flatnonzero(_breaches(board) > _ROUNDING):
            for _ in range(_CHAINS):
                if not _relieved(board, int(k)):
                    break


def _relieved(board: Board, k: int) -> bool:
    if breach(board, k, -1, -1)[0] <= _ROUNDING:
        return False
    over = bool((board.load[k] > board.bands[1, k]).any())
    return relieve(board, k, over) or relieve(board, k, not over)


@compiled
def _breaches(board: Board) -> Floats:
    p = board.cost.shape[1]
    amounts = np.empty(p)
    for k in range(p):
        amounts[k] = breach(board, k, -1, -1)[0]
    return amounts
