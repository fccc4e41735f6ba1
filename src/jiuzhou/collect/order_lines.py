"""What only the lines of an order together show: their numbers, and that they have one customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import Ints, Mask
from jiuzhou.kernel.hashing import Hashes, hashes_of


@dataclass(frozen=True, slots=True)
class Lines:
    """
    The lines of one block, rejected ones too, by row.

    Attributes
    ----------
    orders
        Hash of the order's id, shape ``(n,)``.
    numbers
        The number given, 0 where none, shape ``(n,)``.
    missing
        Where no number was given.
    """

    orders: Hashes
    numbers: Ints
    missing: Mask


def numbered(blocks: Sequence[Lines]) -> list[Ints]:
    """
    Return the number of every line, by block: those given, the others by position within their order, after them.

    Rejected lines count too, so that a line has the same number after its neighbour was corrected.
    """
    orders = np.concatenate([block.orders for block in blocks])
    numbers = np.concatenate([block.numbers for block in blocks])
    missing = np.concatenate([block.missing for block in blocks])
    if not len(orders):
        return [numbers for _ in blocks]
    order = np.argsort(orders, kind="stable")
    begins = np.flatnonzero(np.diff(orders[order], prepend=~orders[order[:1]]))
    group = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(order))))
    last = np.maximum.reduceat(np.where(missing, 0, numbers)[order], begins)
    so_far = np.cumsum(missing[order])
    before = so_far[begins] - missing[order][begins]
    numbers[order] = np.where(missing[order], last[group] + so_far - before[group], numbers[order])
    return np.split(numbers, np.cumsum([len(block.orders) for block in blocks])[:-1])


def shared_orders(pairs: Callable[[], Iterable[Hashes]], rounds: int = 1) -> Hashes:
    """
    Return the hashes of the orders whose lines have more than one customer, ascending.

    Parameters
    ----------
    pairs
        Returns hashes of order and customer by block, shape ``(n, 2)``; called once for each round.
    rounds
        Into how many shares the orders are divided; memory is needed for one share at a time.
    """
    found = [_shared(pairs(), rounds, number) for number in range(rounds)]
    return np.unique(np.concatenate(found))


def _shared(blocks: Iterable[Hashes], rounds: int, number: int) -> Hashes:
    share = [_without_repeats(pairs[pairs[:, 0] % np.uint64(rounds) == number]) for pairs in blocks]
    together = np.concatenate(share)
    orders = np.sort(together[:, 0])
    again = orders[1:][orders[1:] == orders[:-1]]
    if not len(again):
        return np.asarray(again)
    together = together[np.isin(together[:, 0], again)]
    together = _without_repeats(together[np.lexsort((together[:, 1], together[:, 0]))])
    same = together[1:, 0] == together[:-1, 0]
    return np.asarray(together[1:, 0][same])


def pair_hashes(orders: pa.Array, customers: pa.Array) -> Hashes:
    """Return the hashes of order and customer of each line, shape ``(n, 2)``."""
    return np.stack([hashes_of([orders]), hashes_of([customers])], axis=1)


def _without_repeats(pairs: Hashes) -> Hashes:
    new = np.ones(len(pairs), dtype=bool)
    new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    return pairs[new]
