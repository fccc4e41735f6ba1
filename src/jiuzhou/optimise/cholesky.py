"""A linear solver of our own: a library's answer may change in its last digits with its number of threads."""

from __future__ import annotations

import numpy as np

from jiuzhou.optimise.compiled import Floats, compiled


@compiled
def solve_positive(matrix: Floats, right: Floats) -> Floats:
    """
    Return ``x`` with ``matrix @ x = right`` by Cholesky's decomposition (Benoit 1924).

    Parameters
    ----------
    matrix
        Symmetric and positive definite, shape ``(m, m)``; only its lower triangle is read.
    right
        Shape ``(m,)``.

    Returns
    -------
    Floats
        Shape ``(m,)``; a pivot that rounding makes too small is taken as a tiny part of its diagonal.
    """
    m = len(right)
    lower = np.zeros((m, m))
    x = right.copy()
    for i in range(m):
        for j in range(i):
            total = matrix[i, j]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            lower[i, j] = total / lower[j, j]
        pivot = matrix[i, i]
        for k in range(i):
            pivot -= lower[i, k] * lower[i, k]
        lower[i, i] = np.sqrt(max(pivot, 1e-12 * matrix[i, i], 1e-300))
        for k in range(i):
            x[i] -= lower[i, k] * x[k]
        x[i] /= lower[i, i]
    for i in range(m - 1, -1, -1):
        x[i] /= lower[i, i]
        for k in range(i):
            x[k] -= lower[i, k] * x[i]
    return x
