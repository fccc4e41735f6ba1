"""Columns of the Book's tables as values for the store's fields, and rows found again by customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models
from numpy.typing import NDArray


def values(table: pa.Table, name: str, otherwise: Any = None) -> list[Any]:
    """Return a column as Python values; ``otherwise`` stands for nulls and for a column that is not there."""
    if name not in table.column_names:
        return [otherwise] * table.num_rows
    found: list[Any] = table[name].to_pylist()
    return found if otherwise is None else [otherwise if value is None else value for value in found]


def lists(table: pa.Table, name: str) -> list[list[Any]]:
    """Return a column of lists; a null is an empty list."""
    return [value or [] for value in values(table, name)]


def text_columns(model: type[models.Model], table: pa.Table, names: Sequence[str]) -> dict[str, list[str]]:
    """Return columns of text cut to what their fields hold; a null is an empty text."""
    found = {}
    for name in names:
        longest = getattr(model._meta.get_field(name), "max_length", None)
        texts = values(table, name, "")
        found[name] = texts if longest is None else [text[:longest] for text in texts]
    return found


def extra_columns(table: pa.Table, known: Sequence[str]) -> list[dict[str, Any]]:
    """Return the company's own columns, those beyond ``known``, as one plain mapping for each row without its nulls."""
    names = [name for name in table.column_names if name not in known]
    columns = [values(table, name) for name in names]
    rows = zip(*columns, strict=True) if names else ((),) * table.num_rows
    return [{name: plain(value) for name, value in zip(names, row, strict=True) if value is not None} for row in rows]


def plain(value: Any) -> Any:
    """Return ``value`` as JSON keeps it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class ByCustomer:
    """
    A table's rows in the order of the customers.

    Attributes
    ----------
    place
        The customer of each row, as an index into the customers, ascending.
    """

    table: pa.Table
    place: NDArray[np.int64]

    @classmethod
    def of(cls, table: pa.Table, customers: pa.ChunkedArray) -> ByCustomer:
        """Return ``table`` by ``customers``, their ids; rows of others are left out, the order is otherwise kept."""
        found = pc.index_in(table["customer_id"], value_set=customers.combine_chunks())
        known = pc.is_valid(found)
        if not pc.all(known).as_py():
            table, found = table.filter(known), found.filter(known)
        place = np.asarray(found.to_numpy(), dtype=np.int64)
        if np.any(np.diff(place) < 0):
            order = np.argsort(place, kind="stable")
            table, place = table.take(order), place[order]
        return cls(table, place)

    def between(self, start: int, stop: int) -> tuple[list[int], pa.Table]:
        """Return the rows of the customers ``[start, stop)``: each one's customer, counted from ``start``, and it."""
        low, high = np.searchsorted(self.place, [start, stop])
        return (self.place[low:high] - start).tolist(), self.table.slice(low, high - low)

    def one_each(self, start: int, stop: int) -> list[dict[str, Any] | None]:
        """Return for each customer of ``[start, stop)`` its last row, or ``None``."""
        found: list[dict[str, Any] | None] = [None] * (stop - start)
        places, rows = self.between(start, stop)
        for place, row in zip(places, rows.to_pylist(), strict=True):
            found[place] = row
        return found
