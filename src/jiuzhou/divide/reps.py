"""Who can lead a territory on a given day, from where, and with which share of the work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jiuzhou.divide.sphere import Floats, to_vectors
from jiuzhou.geo.coordinates import to_wgs84
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import say
from jiuzhou.kernel.violation import Violation


@dataclass(frozen=True, slots=True)
class Reps:
    """
    Active reps with a capacity, in an order that depends on homes and capacities before ids.

    Attributes
    ----------
    names
        The id where the Book gives no name.
    teams
        Empty where none.
    homes
        Unit vectors, shape ``(r, 3)``; NaN where unknown.
    capacity
        Hours × weight, shape ``(r,)``, above 0; the mean of the others where not given.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    teams: tuple[str, ...]
    homes: Floats
    capacity: Floats

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def housed(self) -> NDArray[np.bool_]:
        """Whether the home is known."""
        return np.isfinite(self.homes[:, 0])

    @property
    def shares(self) -> Floats:
        """Share of each in the capacity of all, shape ``(r,)``, summing to 1."""
        return np.asarray(self.capacity / self.capacity.sum())

    def only(self, rows: NDArray[np.int64]) -> Reps:
        """Return the reps of ``rows``, in that order."""
        return replace(
            self,
            ids=tuple(self.ids[row] for row in rows),
            names=tuple(self.names[row] for row in rows),
            teams=tuple(self.teams[row] for row in rows),
            homes=self.homes[rows],
            capacity=self.capacity[rows],
        )


def read_reps(book: Book, today: date) -> tuple[Reps, tuple[Violation, ...]]:
    """Return the reps active on ``today`` who have a capacity, and one violation for each active one who has none."""
    rows = [row for row in book.table("owners").to_pylist() if _leads(row, today)]
    given = [_capacity(row) for row in rows]
    known = [hours for hours in given if hours is not None and hours > 0]
    usual = float(np.mean(known)) if known else 1.0
    working = [(row, usual if hours is None else hours) for row, hours in zip(rows, given, strict=True)]
    idle = sorted(row["owner_id"] for row, hours in working if hours <= 0)
    homes = {row["owner_id"]: _home(row, book.settings.crs) for row in rows}
    kept = sorted(
        ((row, hours) for row, hours in working if hours > 0),
        key=lambda item: (np.nan_to_num(homes[item[0]["owner_id"]], nan=9).tolist(), item[1], item[0]["owner_id"]),
    )
    reps = Reps(
        ids=tuple(row["owner_id"] for row, _ in kept),
        names=tuple(row["name"] or row["owner_id"] for row, _ in kept),
        teams=tuple(row["team_id"] or "" for row, _ in kept),
        homes=np.array([homes[row["owner_id"]] for row, _ in kept], dtype=np.float64).reshape(-1, 3),
        capacity=np.array([hours for _, hours in kept], dtype=np.float64),
    )
    broken = tuple(
        Violation("no_capacity", owner, 0.0, say("divide.no_capacity", owner=owner, hours=0.0)) for owner in idle
    )
    return reps, broken


def _leads(row: dict[str, Any], today: date) -> bool:
    if row["kind"] not in (None, "rep"):
        return False
    started = row["active_from"] is None or row["active_from"] <= today
    return started and (row["active_to"] is None or row["active_to"] > today)


def _capacity(row: dict[str, Any]) -> float | None:
    hours, weight = row["capacity_hours"], row["weight"]
    if hours is None and weight is None:
        return None
    if hours is None:
        return None if weight > 0 else 0.0
    return float(hours) * (1.0 if weight is None else float(weight))


def _home(row: dict[str, Any], crs: str) -> Floats:
    if row["lon"] is None or row["lat"] is None:
        return np.full(3, np.nan)
    lon, lat = to_wgs84(np.array([row["lon"]]), np.array([row["lat"]]), row.get("crs") or crs)
    return np.asarray(to_vectors(np.column_stack([lon, lat]))[0])
