"""Customers as columns: what dividing reads of the Book and the scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jiuzhou.divide.policy import DividePolicy
from jiuzhou.divide.sphere import Floats
from jiuzhou.geo.coordinates import to_wgs84
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.scores import Scores

MEASURES = ("workload", "potential", "revenue", "customers")
_PRECISE = ("exact", "street")
_VAGUE = ("district", "city")


@dataclass(frozen=True, slots=True)
class Roster:
    """
    All customers by id, one array for each fact, shape ``(m,)`` unless stated.

    Attributes
    ----------
    lonlat
        Degrees, WGS-84, shape ``(m, 2)``; NaN where unknown.
    precise
        Whether the place is good enough to be a unit of its own.
    code
        Region code; empty where unknown.
    owner
        Present owner; empty where none.
    locked
        Whether the customer must stay with its owner.
    activity
        Shape ``(m, a)``, in the order of the policy, not negative.
    revenue
        Net sales of the last 12 months.
    """

    ids: tuple[str, ...]
    lonlat: Floats
    precise: NDArray[np.bool_]
    code: tuple[str, ...]
    owner: tuple[str, ...]
    locked: NDArray[np.bool_]
    key_account: NDArray[np.bool_]
    activity: Floats
    revenue: Floats

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Whether the customer has coordinates."""
        return np.isfinite(self.lonlat[:, 0])


def read_roster(book: Book, scores: Scores, policy: DividePolicy) -> Roster:
    """
    Return the customers of ``book`` with their activities from ``scores``, by id.

    Raises
    ------
    PolicyError
        If the policy balances a measure that is neither known nor a numeric extra column of the customers.
    """
    customers = book.table("customers").sort_by("customer_id")
    row_of = {customer: row for row, customer in enumerate(scores.customers["customer_id"].to_pylist())}
    ids = tuple(customers["customer_id"].to_pylist())
    rows = pa.array([row_of.get(customer) for customer in ids], pa.int64())
    scored = scores.customers.select(["workload", "potential", "revenue_12m"]).take(rows)
    lonlat = _lonlat(customers, book.settings.crs)
    code = _texts(customers, "region_code")
    return Roster(
        ids=ids,
        lonlat=lonlat,
        precise=_precise(customers["location_quality"].to_pylist(), lonlat, code),
        code=code,
        owner=_texts(customers, "owner_id"),
        locked=_flags(customers["locked"]),
        key_account=_flags(customers["key_account"]),
        activity=np.column_stack([_measure(key, customers, scored) for key in policy.activities]),
        revenue=_numbers(scored["revenue_12m"]),
    )


def _precise(quality: list[str | None], lonlat: Floats, code: tuple[str, ...]) -> NDArray[np.bool_]:
    placed = np.isfinite(lonlat[:, 0])
    # A vague place without a region has nothing better than its coordinates.
    vague = [
        word in _VAGUE or (word not in (*_PRECISE, None) and bool(region))
        for word, region in zip(quality, code, strict=True)
    ]
    alone = np.array([not region for region in code], dtype=bool)
    return np.asarray(placed & (~np.array(vague, dtype=bool) | alone))


def _lonlat(customers: pa.Table, crs: str) -> Floats:
    lon, lat = _numbers(customers["lon"], np.nan), _numbers(customers["lat"], np.nan)
    systems = [name or crs for name in customers["crs"].to_pylist()]
    lonlat = np.full((len(lon), 2), np.nan)
    known = np.isfinite(lon) & np.isfinite(lat)
    for system in sorted(set(systems)):
        rows = known & np.array([name == system for name in systems], dtype=bool)
        if rows.any():
            lonlat[rows, 0], lonlat[rows, 1] = to_wgs84(lon[rows], lat[rows], system)
    return lonlat


def _measure(key: str, customers: pa.Table, scored: pa.Table) -> Floats:
    if key == "customers":
        return np.ones(customers.num_rows)
    if key in ("workload", "potential"):
        return np.maximum(_numbers(scored[key]), 0)
    if key == "revenue":
        return np.maximum(_numbers(scored["revenue_12m"]), 0)
    if key in customers.column_names and _is_number(customers.schema.field(key).type):
        return np.maximum(_numbers(customers[key]), 0)
    raise PolicyError("divide.unknown_activity", activity=key, known=MEASURES)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _numbers(column: pa.ChunkedArray, missing: float = 0.0) -> Floats:
    values = pc.fill_null(pc.cast(column, pa.float64()), missing).to_numpy()
    return np.asarray(np.nan_to_num(values, nan=missing, posinf=missing, neginf=missing), dtype=np.float64)


def _texts(table: pa.Table, name: str) -> tuple[str, ...]:
    return tuple(value or "" for value in table[name].to_pylist())


def _flags(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.array([bool(value) for value in column.to_pylist()], dtype=bool)
