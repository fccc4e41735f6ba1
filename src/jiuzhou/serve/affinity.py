"""How strongly one purchase speaks for another product: two item-to-item models with one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import lapack

from jiuzhou.kernel.arrays import Floats, Ints

_NEIGHBOURS = 100
_BLOCK = 512


class Affinity(Protocol):
    """Weights from a product bought to a product to offer."""

    def scores(self, bought: sparse.csr_matrix) -> Floats:
        """Return the score of every product for each row of ``bought``, shape ``(rows, products)``."""
        ...

    def weights(self, earlier: Ints, later: Ints) -> Floats:
        """Return the weight from each product of ``earlier`` to the one beside it in ``later``."""
        ...


@dataclass(frozen=True, slots=True)
class Ease:
    """
    EASE: one ridge regression of every product on all others in closed form (Steck 2019).

    With P = (XᵀX + λI)⁻¹ the weights are B = −P / diag(P) by column and 0 on the diagonal, so P alone is kept.

    Attributes
    ----------
    inverse
        P, shape ``(products, products)``, symmetric, in single precision: half the memory and time of scoring.
    diagonal
        diag(P), shape ``(products,)``.
    """

    inverse: npt.NDArray[np.float32]
    diagonal: Floats

    @classmethod
    def fit(cls, pairs: Floats, ridge: float) -> Ease:
        """Return the model of the co-purchase counts ``pairs`` = XᵀX with penalty ``ridge`` = λ, above 0."""
        gram = pairs.copy().T  # symmetric, so this is the column-major matrix LAPACK works on in place
        gram[np.diag_indices_from(gram)] += ridge
        factor, _ = lapack.dpotrf(gram, lower=1, overwrite_a=1)
        inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
        size = len(inverse)
        for start in range(0, size, _BLOCK):  # LAPACK fills the lower triangle only
            stop = min(start + _BLOCK, size)
            corner = np.tril(inverse[start:stop, start:stop])
            inverse[start:stop, start:stop] = corner + np.tril(corner, -1).T
            inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        return cls(inverse.T.astype(np.float32), np.diag(inverse).copy())

    def scores(self, bought: sparse.csr_matrix) -> Floats:
        """Return X·B; the diagonal of P is taken off again where the product itself was bought."""
        score = (bought.astype(np.float32) @ self.inverse).astype(np.float64) / -self.diagonal
        owned = bought.tocoo()
        score[owned.row, owned.col] += 1.0
        return np.asarray(score, dtype=np.float64)

    def weights(self, earlier: Ints, later: Ints) -> Floats:
        """Return B at the places asked for."""
        weight = -self.inverse[earlier, later] / self.diagonal[later]
        return np.where(earlier == later, 0.0, weight)


@dataclass(frozen=True, slots=True)
class Lift:
    """
    Co-purchase cosine shrunk towards 0 (Sarwar et al. 2001), between products bought together more than by chance.

    w(i, j) = n_ij / (√(n_i·n_j) + k) where n_ij > n_i·n_j / n, else 0; of each i the 100 largest. k shrinks the word
    of products with few buyers.

    Attributes
    ----------
    table
        w, shape ``(products, products)``, sparse.
    """

    table: sparse.csr_matrix

    @classmethod
    def fit(cls, pairs: sparse.csr_matrix, customers: int, shrink: float) -> Lift:
        """Return the model of the co-purchase counts ``pairs`` of so many ``customers``, with k = ``shrink``."""
        buyers = pairs.diagonal()
        counts = pairs.tocoo()
        chance = buyers[counts.row] * buyers[counts.col]
        weight = counts.data / (np.sqrt(chance) + shrink)
        use = (counts.data * customers > chance) & (counts.row != counts.col)
        row, column, weight = counts.row[use], counts.col[use], weight[use]
        order = np.lexsort((column, -weight, row))
        row, column, weight = row[order], column[order], weight[order]
        start = np.searchsorted(row, row, side="left")
        near = np.arange(len(row)) - start < _NEIGHBOURS
        return cls(sparse.csr_matrix((weight[near], (row[near], column[near])), shape=pairs.shape))

    def scores(self, bought: sparse.csr_matrix) -> Floats:
        """Return X·w."""
        return np.asarray((bought @ self.table).toarray(), dtype=np.float64)

    def weights(self, earlier: Ints, later: Ints) -> Floats:
        """Return w at the places asked for; 0 where it was not kept."""
        if len(earlier) == 0:
            return np.zeros(0)
        return np.asarray(self.table[earlier, later], dtype=np.float64).ravel()
