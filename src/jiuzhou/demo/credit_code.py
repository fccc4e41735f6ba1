"""Credit codes for invented companies; the rule they obey stands in the kernel."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import Ints
from jiuzhou.kernel.credit_code import LETTERS, check_values, is_credit_code, organisation_checks

__all__ = ["credit_codes", "is_credit_code"]

_CODES = np.frombuffer(LETTERS.encode(), dtype=np.uint8)


def credit_codes(areas: Ints, numbers: Ints) -> pa.Array:
    """
    Return a valid code for each company: registered as a company (``91``) in its area.

    Parameters
    ----------
    areas
        Adcode of the place of registration, six digits, shape ``(n,)``.
    numbers
        A number for each company, below 10^8; it becomes the body of the organisation code.
    """
    values = np.empty((len(areas), 18), dtype=np.int64)
    values[:, 0], values[:, 1] = 9, 1
    values[:, 2:8] = _digits(areas, 6)
    values[:, 8:16] = _digits(numbers, 8)
    values[:, 16] = organisation_checks(values[:, 8:16])
    values[:, 17] = check_values(values[:, :17])
    texts = np.ascontiguousarray(_CODES[values])
    offsets = np.arange(len(areas) + 1, dtype=np.int32) * 18
    return pa.Array.from_buffers(pa.string(), len(areas), [None, pa.py_buffer(offsets), pa.py_buffer(texts)])


def _digits(numbers: Ints, width: int) -> Ints:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits: Ints = numbers[:, None] // powers % 10
    return digits
