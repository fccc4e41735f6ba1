"""From customers to basic units: what is moved between territories in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jiuzhou.divide.roster import Roster
from jiuzhou.divide.sphere import Floats, mean_place, to_lonlat, to_vectors
from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.codes import prefecture_of
from jiuzhou.geo.place import point_of, prefectures_at

_NOWHERE = -1
_LEAST_WEIGHT = 1e-3  # a customer without workload still belongs to somebody near


@dataclass(frozen=True, slots=True)
class Units:
    """
    Basic units, in an order that depends on places and values before ids, so that renaming changes no result.

    Attributes
    ----------
    ids
        ``customer_id`` of a unit that is one customer, else ``area:`` and its code.
    level
        ``customer``, or the kind of area.
    code
        Region code, empty where unknown.
    vectors
        Places as unit vectors, shape ``(n, 3)``.
    activity
        Shape ``(n, a)``.
    of_customer
        Unit of each customer of the roster, shape ``(m,)``; -1 where it has no place.
    locked_to
        Owner to whom the unit is locked, empty where free.
    """

    ids: tuple[str, ...]
    level: tuple[str, ...]
    code: tuple[str, ...]
    vectors: Floats
    activity: Floats
    of_customer: NDArray[np.int64]
    locked_to: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def weight(self) -> Floats:
        """The first activity, at least a thousandth of its mean, shape ``(n,)``."""
        first = self.activity[:, 0]
        return np.asarray(np.maximum(first, _LEAST_WEIGHT * first.mean()))

    @property
    def lonlat(self) -> Floats:
        """Places in degrees, shape ``(n, 2)``."""
        return to_lonlat(self.vectors)


def gather(roster: Roster, homes: Mapping[str, Floats], *, leading: Sequence[str], by_region: bool) -> Units:
    """
    Return the units of the customers.

    Parameters
    ----------
    homes
        Place of each owner, shape ``(3,)``: that of its locked customers whose own place is unknown.
    leading
        Owners who lead a territory. A customer locked to anybody else is in no unit.
    by_region
        Whether all free customers of one prefecture-level area form one unit; otherwise only those without a precise
        place do, by region code. A locked customer is always a unit of its own.
    """
    around = _areas_around(roster) if by_region else ()
    groups: dict[tuple[str, str], list[int]] = {}
    for row, owner in enumerate(roster.owner):
        if roster.locked[row] and owner and owner not in leading:
            continue
        groups.setdefault(_key(roster, row, around, by_region=by_region), []).append(row)
    places = _Places(roster)
    found = [(key, rows, places.of(key, rows)) for key, rows in groups.items() if key[0] != "nowhere"]
    found += [(("customer", roster.ids[row]), [row], home) for row, home in _homed(roster, found, homes)]
    units = [(key, rows, place) for key, rows, place in found if place is not None]
    sums = {key: roster.activity[rows].sum(axis=0) for key, rows, _ in units}
    units.sort(key=lambda item: (*np.round(item[2], 12).tolist(), *sums[item[0]].tolist(), item[0]))
    of_customer = np.full(len(roster.ids), _NOWHERE, dtype=np.int64)
    for number, (_, rows, _) in enumerate(units):
        of_customer[rows] = number
    alone = [key[0] == "customer" for key, _, _ in units]
    return Units(
        ids=tuple(key[1] if one else f"area:{key[1]}" for (key, _, _), one in zip(units, alone, strict=True)),
        level=tuple(key[0] for key, _, _ in units),
        code=tuple(roster.code[rows[0]] if one else key[1] for (key, rows, _), one in zip(units, alone, strict=True)),
        vectors=np.array([place for _, _, place in units]).reshape(-1, 3),
        activity=np.array([sums[key] for key, _, _ in units]).reshape(-1, roster.activity.shape[1]),
        of_customer=of_customer,
        locked_to=tuple(
            roster.owner[rows[0]] if roster.locked[rows[0]] and one else ""
            for (_, rows, _), one in zip(units, alone, strict=True)
        ),
    )


def _homed(
    roster: Roster, found: Sequence[tuple[tuple[str, str], list[int], Floats | None]], homes: Mapping[str, Floats]
) -> list[tuple[int, Floats]]:
    lost = [rows[0] for key, rows, place in found if place is None and key[0] == "customer"]
    return [(row, homes[roster.owner[row]]) for row in lost if roster.owner[row] in homes]


def _key(roster: Roster, row: int, around: Sequence[str], *, by_region: bool) -> tuple[str, str]:
    code = roster.code[row]
    locked = bool(roster.locked[row]) and bool(roster.owner[row])
    if locked or (roster.precise[row] and not by_region):
        return "customer", roster.ids[row]
    if by_region:
        code = prefecture(code) or around[row]
    if code:
        return area_level(code), code
    return "customer" if roster.placed[row] else "nowhere", roster.ids[row]


def _areas_around(roster: Roster) -> list[str]:
    return [code or "" for code in prefectures_at(roster.lonlat[:, 0], roster.lonlat[:, 1])]


def prefecture(code: str) -> str:
    """Return the code of the prefecture-level area of ``code``; ``code`` itself where it has none."""
    return prefecture_of(code) or code


def area_level(code: str) -> str:
    """Return ``province``, ``city`` or ``district`` of an adcode, ``region`` of any other code."""
    if not (code.isdigit() and len(code) == 6):
        return "region"
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "district"


class _Places:
    """Where a unit lies: its own place, the mean of the known places of its area, or its city."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.vectors = to_vectors(np.nan_to_num(roster.lonlat))
        self.sums: dict[str, Floats] = {}
        for row in np.flatnonzero(roster.precise):
            code = roster.code[int(row)]
            for length in range(1, len(code) + 1):
                self.sums[code[:length]] = self.sums.get(code[:length], np.zeros(3)) + self.vectors[row]

    def of(self, key: tuple[str, str], rows: Sequence[int]) -> Floats | None:
        roster = self.roster
        placed = [row for row in rows if roster.placed[row]]
        if key[0] == "customer":
            row = rows[0]
            if roster.placed[row] and (roster.precise[row] or not roster.code[row]):
                return np.asarray(self.vectors[row])
        code = roster.code[rows[0]] if key[0] == "customer" else key[1]
        whole = self.sums.get(_prefix(code)) if code else None
        if whole is not None and np.linalg.norm(whole) > 1e-9:
            return np.asarray(whole / np.linalg.norm(whole))
        if placed:
            return mean_place(self.vectors[placed])
        return _city_place(code)


def _prefix(code: str) -> str:
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") and len(code) == 6 else code


def _city_place(code: str) -> Floats | None:
    spot = point_of(code)
    if spot is not None:
        return np.asarray(to_vectors(np.array([spot], dtype=np.float64))[0])
    cities = [city for city in CITIES if len(code) == 6 and city.code.startswith(code[:2])]
    if not cities:
        return None
    places = to_vectors(np.array([(city.lon, city.lat) for city in cities], dtype=np.float64))
    return mean_place(places, np.array([float(city.population) for city in cities]))
