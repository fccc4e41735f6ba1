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

Column: TypeAlias = "pa.Array | pa.ChunkedArray"

EPOCH = date(1970, 1, 1)
"""Day 0 of Arrow's ``date32``."""


def floats(column: Column, *, missing: float = float("nan")) -> Floats:
    """Return a numeric or decimal column as floats, shape ``(n,)``; ``missing`` where null."""
    plain = pc.fill_null(pc.cast(column, pa.float64(), safe=False), missing)
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.float64)


def integers(column: Column, *, missing: int) -> Ints:
    """Return a column of whole numbers, or of days after ``EPOCH``, shape ``(n,)``; ``missing`` where null."""
    narrow = pc.cast(column, pa.int32()) if pa.types.is_date32(column.type) else column
    plain = pc.fill_null(pc.cast(narrow, pa.int64()), missing)
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.int64)


def day_number(day: date) -> int:
    """Return the days from ``EPOCH`` to ``day``."""
    return (day - EPOCH).days


def ordinals(days: Column) -> Ints:
    """Return a column of days as ``date.toordinal`` counts them, shape ``(n,)``; 0, before all days, where null."""
    first = EPOCH.toordinal()
    return integers(days, missing=-first) + first


def indices(wanted: Column, keys: Column) -> Ints:
    """Return where each wanted value first stands among ``keys``, shape ``(n,)``; -1 where it does not, or is null."""
    return integers(pc.index_in(wanted, value_set=_in_one_piece(keys), skip_nulls=True), missing=-1)


def lookup(wanted: Column, keys: Column, values: Column) -> Column:
    """Return the value beside the first key that equals each wanted one; null where there is none."""
    return values.take(pc.index_in(wanted, value_set=_in_one_piece(keys)))


def _in_one_piece(column: Column) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
