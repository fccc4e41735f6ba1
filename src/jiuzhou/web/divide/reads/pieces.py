"""Whether the customers of a territory hang together, area by area."""

from __future__ import annotations

from typing import Any

from jiuzhou.geo.prefectures import prefectures


def in_one_piece(units: Any) -> bool:
    """
    Return whether the prefectures in which the units' customers lie border on each other; sea links count.

    Without map files, or where no customer names an area, nothing can be said against it.

    Parameters
    ----------
    units
        Query of the units of one territory.
    """
    areas = prefectures()
    if areas is None:
        return True
    codes = units.exclude(customer__region_code="").values_list("customer__region_code", flat=True).distinct()
    rows = {row for code in codes if (row := areas.find(code)) is not None}
    if len(rows) < 2:
        return True
    beside: dict[int, set[int]] = {row: set() for row in rows}
    for one, two in areas.pairs.tolist():
        if one in rows and two in rows:
            beside[one].add(two)
            beside[two].add(one)
    reached, waiting = set(), [min(rows)]
    while waiting:
        row = waiting.pop()
        if row not in reached:
            reached.add(row)
            waiting += beside[row]
    return reached == rows
