"""Maps drawn as text: a letter is a unit of one square, equal letters are one territory, dots and blanks are holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent

import numpy as np
from numpy.typing import NDArray

HOLES = ". "


@dataclass(frozen=True, slots=True)
class Grid:
    """
    Units of a drawn map, numbered row by row from the top left.

    Attributes
    ----------
    names
        The letters of the territories in alphabetical order.
    labels
        Territory of each unit, shape ``(n,)``, an index into ``names``.
    points
        Column and row of each unit, shape ``(n, 2)``; rows count downwards from 0.
    pairs
        Units that share a side, shape ``(m, 2)``, ``i < j``, sorted.
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]
    points: NDArray[np.float64]
    pairs: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def draw(self, labels: Sequence[int] | NDArray[np.int64] | None = None) -> str:
        """Return the map as text, with ``labels`` in place of its own where given: the reverse of ``grid``."""
        chosen = self.labels if labels is None else labels
        letters = {
            (int(row), int(column)): self.names[label] for (column, row), label in zip(self.points, chosen, strict=True)
        }
        width, height = (int(last) + 1 for last in self.points.max(axis=0))
        return "\n".join(
            "".join(letters.get((row, column), HOLES[0]) for column in range(width)).rstrip(HOLES)
            for row in range(height)
        )


def grid(text: str) -> Grid:
    """
    Return the units, territories and shared sides of a map drawn as text.

    >>> grid('''
    ... AAB
    ... C.B
    ... ''').pairs.tolist()
    [[0, 1], [0, 3], [1, 2], [2, 4]]
    """
    rows = dedent(text).strip("\n").splitlines()
    cells = [
        (row, column, letter)
        for row, line in enumerate(rows)
        for column, letter in enumerate(line)
        if letter not in HOLES
    ]
    number = {(row, column): unit for unit, (row, column, _) in enumerate(cells)}
    names = tuple(sorted({letter for _, _, letter in cells}))
    pairs = sorted(
        (unit, number[beside])
        for (row, column), unit in number.items()
        for beside in ((row, column + 1), (row + 1, column))
        if beside in number
    )
    return Grid(
        names=names,
        labels=np.array([names.index(letter) for _, _, letter in cells], dtype=np.int64),
        points=np.array([(column, row) for row, column, _ in cells], dtype=np.float64).reshape(-1, 2),
        pairs=np.array(pairs, dtype=np.int64).reshape(-1, 2),
    )
