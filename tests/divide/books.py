"""Small Books for dividing, written down in a few words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.scores import CUSTOMER_SCORES, Scores

TODAY = date(2026, 3, 31)
Row = Mapping[str, Any]


@dataclass
class Case:
    """Customers and owners as rows; a customer may also carry its scores (workload, potential, revenue_12m)."""

    customers: Sequence[Row]
    owners: Sequence[Row]
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    @property
    def book(self) -> Book:
        plain = [{k: v for k, v in row.items() if k not in ("revenue_12m",)} for row in self.customers]
        tables = {"customers": rows_table(plain), **self.tables}
        tables |= {"owners": rows_table(self.owners)} if self.owners else {}
        return Book.of(BookSettings(as_of=TODAY), tables)

    @property
    def scores(self) -> Scores:
        rows = sorted(self.customers, key=lambda row: row["customer_id"])
        columns = {"customer_id": pa.array([row["customer_id"] for row in rows], pa.string())}
        columns["workload"] = pa.array([float(row.get("workload", 1.0)) for row in rows])
        for name in ("potential", "revenue_12m"):
            values = [Decimal(str(row.get(name, 100))) for row in rows]
            columns[name] = pa.array(values, pa.decimal128(18, 4))
        table = pa.table(
            {
                one.name: columns[one.name].cast(one.type) if one.name in columns else pa.nulls(len(rows), one.type)
                for one in CUSTOMER_SCORES
            }
        )
        empty = table.slice(0, 0)
        return Scores(TODAY, table, empty, empty, empty, {})


def rows_table(rows: Sequence[Row]) -> pa.Table:
    names = sorted({name for row in rows for name in row})
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def scattered(
    n: int, p: int, *, seed: int = 1, owned: float = 0.8, locked: float = 0.0, towns: int | None = None
) -> Case:
    """Customers around Jiangsu, reps at customers' places or, with ``towns``, all in so many towns."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(117, 121, n), rng.uniform(31, 34, n)
    spots = rng.choice(n, p, replace=False)
    if towns:
        spots = np.repeat(spots[:towns], -(-p // towns))[:p]
    homes = np.column_stack([lon[spots], lat[spots]]) + rng.normal(0, 0.01, (p, 2))
    near = np.hypot(lon[:, None] - homes[:, 0], lat[:, None] - homes[:, 1])
    mine = (near + rng.normal(0, 0.2, near.shape)).argmin(axis=1)
    has_owner, is_locked = rng.random(n) < owned, rng.random(n) < locked
    workload = np.round(10 * rng.lognormal(0, 0.7, n), 1)
    customers = [
        {
            "customer_id": f"C{i:04d}",
            "lon": float(lon[i]),
            "lat": float(lat[i]),
            "owner_id": f"R{mine[i]:02d}" if has_owner[i] else None,
            "locked": bool(is_locked[i] and has_owner[i]),
            "workload": float(workload[i]),
            "potential": float(np.round(workload[i] * rng.lognormal(0, 0.4), 2)),
        }
        for i in range(n)
    ]
    owners = [
        {
            "owner_id": f"R{k:02d}",
            "kind": "rep",
            "name": f"周{k}",
            "lon": float(homes[k, 0]),
            "lat": float(homes[k, 1]),
            "capacity_hours": 1200.0 if k % 3 else 1500.0,
            "team_id": "East" if k % 2 else None,
        }
        for k in range(p)
    ]
    return Case(customers, owners)
