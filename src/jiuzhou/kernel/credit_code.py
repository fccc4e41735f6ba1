"""
The arithmetic of 统一社会信用代码, the 18 characters that name a Chinese organisation.

GB 32100-2015 for the whole code, GB 11714-1997 for the organisation code of nine characters that is part of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jiuzhou.kernel.arrays import Ints

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters a code is written in: no I, O, S, V, Z."""

Places = npt.NDArray[np.signedinteger]
"""Characters as their places in ``LETTERS``, in whole numbers of any width."""

LENGTH = 18
ORGANISATION = slice(8, 17)
"""Where the organisation code stands in a credit code."""

WEIGHTS = (*(pow(3, place, 31) for place in range(17)), 1)
"""What each place in ``LETTERS`` counts for: of a right code the sum is a multiple of 31."""

# As floats, whose products are exact at this size and a good deal faster than those of whole numbers.
_WEIGHTS = np.array(WEIGHTS[:17], dtype=np.float64)
_BODY_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.float64)
_X = LETTERS.index("X")


def is_credit_code(text: str) -> bool:
    """Return whether ``text`` has 18 allowed characters of which the last checks the others."""
    if len(text) != LENGTH or any(letter not in LETTERS for letter in text):
        return False
    values = np.array([[LETTERS.index(letter) for letter in text]], dtype=np.int64)
    return bool(check_values(values[:, :17])[0] == values[0, 17])


def check_values(values: Places) -> Ints:
    """
    Return the check value of each code, 0 to 30 (GB 32100-2015, annex A: 31 - Σ value · 3^place mod 31).

    Parameters
    ----------
    values
        The first 17 characters as their places in ``LETTERS``, shape ``(n, 17)``.
    """
    sums = (values.astype(np.float64) @ _WEIGHTS).astype(np.int64)
    checks: Ints = (31 - sums % 31) % 31
    return checks


def organisation_checks(values: Places) -> Ints:
    """
    Return the check of each organisation code as its place in ``LETTERS`` (11 - Σ weight · value mod 11; ten is X).

    Letters count as in base 36 here, A = 10 to Z = 35, while a credit code skips five of them.

    Parameters
    ----------
    values
        The eight characters of the body as their places in ``LETTERS``, shape ``(n, 8)``.
    """
    sums = (_IN_BASE_36[values] @ _BODY_WEIGHTS).astype(np.int64)
    check = (11 - sums % 11) % 11
    places: Ints = np.where(check == 10, _X, check)
    return places


_IN_BASE_36 = np.array([int(letter, 36) for letter in LETTERS], dtype=np.float64)
