"""统一社会信用代码, the 18 characters that name a Chinese organisation (GB 32100-2015 over GB 11714-1997)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import Ints

_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
_CODES = np.frombuffer(_LETTERS.encode(), dtype=np.uint8)
_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int64)
_BODY_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_X = _LETTERS.index("X")


def is_credit_code(text: str) -> bool:
    """Return whether ``text`` has 18 allowed characters of which the last checks the others."""
    if len(text) != 18 or any(letter not in _LETTERS for letter in text):
        return False
    values = np.array([[_LETTERS.index(letter) for letter in text]], dtype=np.int64)
    return bool(check_values(values[:, :17])[0] == values[0, 17])


def check_values(values: Ints) -> Ints:
    """
    Return the check value of each code, 0 to 30 (GB 32100-2015, annex A: 31 - Σ value · 3^place mod 31).

    Parameters
    ----------
    values
        The first 17 characters as their places among the 31 allowed ones, shape ``(n, 17)``.
    """
    checks: Ints = (31 - (values @ _WEIGHTS) % 31) % 31
    return checks


def credit_codes(areas: Ints, numbers: Ints) -> pa.Array:
    """
    Return a valid code for each company: registered as a company (``91``) in its area.

    Parameters
    ----------
    areas
        Adcode of the place of registration, six digits, shape ``(n,)``.
    numbers
        A number for each company, below 10^8; it becomes the body of the organisation code, whose own check
        character (GB 11714: 11 - Σ weight · digit mod 11, ten written X) follows it.
    """
    values = np.empty((len(areas), 18), dtype=np.int64)
    values[:, 0], values[:, 1] = 9, 1
    values[:, 2:8] = _digits(areas, 6)
    values[:, 8:16] = _digits(numbers, 8)
    organisation = (11 - (values[:, 8:16] @ _BODY_WEIGHTS) % 11) % 11
    values[:, 16] = np.where(organisation == 10, _X, organisation)
    values[:, 17] = check_values(values[:, :17])
    texts = np.ascontiguousarray(_CODES[values])
    offsets = np.arange(len(areas) + 1, dtype=np.int32) * 18
    return pa.Array.from_buffers(pa.string(), len(areas), [None, pa.py_buffer(offsets), pa.py_buffer(texts)])


def _digits(numbers: Ints, width: int) -> Ints:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits: Ints = numbers[:, None] // powers % 10
    return digits
