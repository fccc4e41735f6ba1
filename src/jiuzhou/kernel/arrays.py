"""Columns of a table as NumPy arrays, and values found by id."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

ArrowColumn: TypeAlias = "pa.Array | pa.ChunkedArray"

EPOCH = date(1970, 1, 1)
"""Day 0 of Arrow's ``date32``."""

_DIGITS_OF_A_WORD = 18


def floats(column: ArrowColumn, *, missing: float = float("nan")) -> Floats:
    """
    Return a numeric or decimal column as floats, shape ``(n,)``; ``missing`` where null.

    An amount below 9 × 10^11 becomes the float nearest to it, as ``float(Decimal)`` does.
    """
    if pa.types.is_decimal128(column.type) and column.type.precision <= _DIGITS_OF_A_WORD:
        known = np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), dtype=bool)
        return np.where(known, _quotients(in_one_piece(column)), missing)
    plain = pc.fill_null(pc.cast(column, pa.float64(), safe=False), missing)
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.float64)


def integers(column: ArrowColumn, *, missing: int) -> Ints:
    """Return a column of whole numbers, or of days after ``EPOCH``, shape ``(n,)``; ``missing`` where null."""
    narrow = pc.cast(column, pa.int32()) if pa.types.is_date32(column.type) else column
    plain = pc.fill_null(pc.cast(narrow, pa.int64()), missing)
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.int64)


def day_number(day: date) -> int:
    """Return the days from ``EPOCH`` to ``day``."""
    return (day - EPOCH).days


def ordinals(days: ArrowColumn) -> Ints:
    """Return a column of days as ``date.toordinal`` counts them, shape ``(n,)``; 0, before all days, where null."""
    first = EPOCH.toordinal()
    return integers(days, missing=-first) + first


def indices(wanted: ArrowColumn, keys: ArrowColumn) -> Ints:
    """Return where each wanted value first stands among ``keys``, shape ``(n,)``; -1 where it does not, or is null."""
    return integers(pc.index_in(wanted, value_set=in_one_piece(keys), skip_nulls=True), missing=-1)


def lookup(wanted: ArrowColumn, keys: ArrowColumn, values: ArrowColumn) -> ArrowColumn:
    """Return the value beside the first key that equals each wanted one; null where there is none."""
    return values.take(pc.index_in(wanted, value_set=in_one_piece(keys)))


def _quotients(column: pa.Array) -> Floats:
    # Arrow's own cast multiplies by a power of ten and is off in the last bit for a third of all cents; a quotient of
    # two whole numbers is rounded once. A decimal is two words, the lower first; 18 digits fit the lower one.
    if not len(column):
        return np.zeros(0)
    words = np.frombuffer(column.buffers()[1], dtype="<i8")[2 * column.offset :: 2][: len(column)]
    return np.asarray(words / 10.0**column.type.scale, dtype=np.float64)


def mask_of(column: ArrowColumn) -> Mask:
    """Return a column of yes and no as a mask, shape ``(n,)``; null is no."""
    return np.array(in_one_piece(column).to_numpy(zero_copy_only=False), dtype=bool)


def in_one_piece(column: ArrowColumn) -> pa.Array:
    """Return a column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
