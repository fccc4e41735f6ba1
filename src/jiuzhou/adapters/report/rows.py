"""Out of Arrow tables into the few rows a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.texts import catalogue
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, Param, say


def names(book: Book, table: str, ids: Iterable[str | None]) -> Mapping[str, str]:
    """Return the name of each of ``ids`` in the Book's ``table``; the id where it has none."""
    wanted = sorted({one for one in ids if one})
    key = {"customers": "customer_id", "owners": "owner_id", "products": "product_id"}[table]
    known = book.table(table).select([key, "name"])
    known = known.filter(pc.is_in(known[key], value_set=pa.array(wanted, pa.string())))
    found = dict(zip(known[key].to_pylist(), known["name"].to_pylist(), strict=True))
    return {one: found.get(one) or one for one in wanted}


def records(table: pa.Table, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``columns`` as tuples."""
    return zip(*(table[name].to_pylist() for name in columns), strict=True)


def spoken(book: Book, told: Message) -> Message:
    """Return a stage's sentence with customers' names in place of their ids."""
    wanted = {part for value in told.params.values() for part in _parts(value)}
    called = names(book, "customers", wanted)
    known = {one: name for one, name in called.items() if one != name}

    def named(value: Param) -> Param:
        parts = _parts(value)
        return tuple(known.get(part, part) for part in parts) if known.keys() & set(parts) else value

    return Message(told.code, {key: named(value) for key, value in told.params.items()}) if known else told


def _parts(value: Param) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split(", "))
    return tuple(part for part in value if isinstance(part, str)) if isinstance(value, tuple) else ()


def label(kind: str, value: str | None) -> Message | str | None:
    """Return the name of a stage's own term, such as an action; the term itself where it has none yet."""
    code = f"report.{kind}_{value}"
    return say(code) if code in catalogue("zh") else value


def total(column: pa.ChunkedArray) -> float:
    """Return the sum of a column; 0 without values."""
    return float(pc.sum(column).as_py() or 0)


def share(part: float, whole: float) -> float | None:
    """Return ``part / whole``; nothing where there is no whole."""
    return part / whole if whole else None


def largest(table: pa.Table, order: Sequence[tuple[str, str]], count: int) -> pa.Table:
    """Return the first ``count`` rows of ``table`` in ``order``."""
    return table.sort_by(list(order)).slice(0, count)
