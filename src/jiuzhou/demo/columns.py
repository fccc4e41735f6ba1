"""Arrays of numbers into the columns of a Book, whole columns at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Floats, Ints, Mask
from jiuzhou.kernel.column import ARROW, Kind
from jiuzhou.kernel.tables import TABLES

Words: TypeAlias = Sequence[str]

_SECONDS = 1_000_000
_CHINA_OFFSET = 8 * 3600  # the whole country, without clock changes since 1991


def table_of(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """
    Return table ``name`` of a Book with ``columns``, in the order and the types that the kernel gives them.

    Parameters
    ----------
    columns
        Arrays or lists of equal length by column name; a name that the kernel does not know stands at the end.
    """
    spec = TABLES[name]
    known = [column for column in spec.columns if column.name in columns]
    arrays = {column.name: _cast(columns[column.name], column.arrow) for column in known}
    return pa.table(arrays | {extra: columns[extra] for extra in columns if extra not in arrays})


def pick(words: Words, index: Ints) -> pa.Array:
    """Return the word at each position of ``index``, shape ``(n,)``; null where the position is negative."""
    where = pa.array(np.maximum(index, 0), mask=index < 0)
    return pa.array(list(words), pa.string()).take(where)


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Return ids such as ``C0000012``: the prefix, then each number with leading zeros to ``width`` digits."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def joined(*parts: Any) -> pa.Array:
    """Return the parts (arrays or plain texts) written one after the other; null where one of them is null."""
    return pc.binary_join_element_wise(*parts, "")


def money(amounts: Floats, *, known: Mask | None = None) -> pa.Array:
    """
    Return ``amounts`` rounded to a hundredth as ``decimal(18,4)``, exactly.

    Parameters
    ----------
    amounts
        Shape ``(n,)``, below 10^13 in size.
    known
        Where false, the value is null.
    """
    # A decimal is stored as 128 bits, low half first; the high half repeats the sign.
    halves = np.empty((len(amounts), 2), dtype="<i8")
    halves[:, 0] = np.rint(amounts * 100).astype(np.int64) * 100
    halves[:, 1] = halves[:, 0] >> 63
    decimals = pa.Array.from_buffers(ARROW[Kind.MONEY], len(amounts), [None, pa.py_buffer(halves.tobytes())])
    return decimals if known is None else blanked(decimals, ~known)


def moments(days: Ints, seconds: Ints, *, known: Mask | None = None) -> pa.Array:
    """
    Return the UTC moments of China's wall clock.

    Parameters
    ----------
    days
        Days after 1970-01-01 in China, shape ``(n,)``.
    seconds
        Seconds after midnight.
    """
    micros = (days * 86_400 + seconds - _CHINA_OFFSET) * _SECONDS
    return pa.array(micros, mask=None if known is None else ~known).cast(ARROW[Kind.MOMENT])


def dates(days: Ints, *, known: Mask | None = None) -> pa.Array:
    """Return days after 1970-01-01 as dates."""
    return pa.array(days.astype(np.int32), mask=None if known is None else ~known).cast(pa.date32())


def lists(words: Words, chosen: Mask) -> pa.Array:
    """
    Return a list of words for each row; null where it would be empty.

    Parameters
    ----------
    chosen
        Whether the row has the word, shape ``(n_rows, n_words)``.
    """
    counts = chosen.sum(axis=1)
    offsets = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(counts, out=offsets[1:])
    values = pick(words, np.nonzero(chosen)[1].astype(np.int64))
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(counts == 0))


def blanked(array: pa.Array, unknown: Mask) -> pa.Array:
    """Return ``array`` with nulls where ``unknown``."""
    return pc.if_else(pa.array(unknown), pa.scalar(None, array.type), array)


def concat(parts: Sequence[pa.Table]) -> pa.Table:
    """Return the tables one below the other, each column in one piece."""
    return pa.concat_tables(parts).combine_chunks()


def _cast(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values if values.type == kind else values.cast(kind)
    return pa.array(values, kind, from_pandas=False)
