"""The tree of China's administrative divisions: province, prefecture, district."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.codes import current_code, prefecture_of, province_of
from jiuzhou.geo.maps import maps_available, read_map
from jiuzhou.geo.provinces import PROVINCES

Level = Literal["province", "prefecture", "district"]

__all__ = ["Division", "DivisionTree", "Level", "divisions", "maps_available", "prefecture_of", "province_of"]


@dataclass(frozen=True, slots=True)
class Division:
    """
    One administrative division.

    Attributes
    ----------
    code
        Adcode of six digits.
    name
        Full Chinese name, such as 苏州市.
    level
        ``"prefecture"`` also for the counties and cities that their province governs directly, such as 仙桃市;
        ``"district"`` also for counties, county-level cities and development zones.
    parent
        Adcode of the division above; None for a province. Districts of a municipality hang on the municipality.
    """

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class DivisionTree:
    """
    Divisions by code, and the divisions below each; made by ``tree_of``.

    Every method takes an older code as well and answers for the one in force.
    """

    by_code: Mapping[str, Division]
    below: Mapping[str, tuple[Division, ...]]

    def get(self, code: str) -> Division | None:
        """Return the division of ``code``, or None where the tree does not have it."""
        current = current_code(code)
        return None if current is None else self.by_code.get(current)

    def ancestors(self, code: str) -> tuple[Division, ...]:
        """Return the divisions above ``code``, the nearest first; empty for a province or an unknown code."""
        above: list[Division] = []
        at = self.get(code)
        while at is not None and at.parent is not None:
            at = self.by_code[at.parent]
            above.append(at)
        return tuple(above)

    def children(self, code: str) -> tuple[Division, ...]:
        """Return the divisions right below ``code``, in the order of their codes."""
        current = current_code(code)
        return () if current is None else self.below.get(current, ())

    def path(self, code: str) -> tuple[str, ...]:
        """Return the names from the province down to ``code``, such as 江苏省, 苏州市, 虎丘区."""
        at = self.get(code)
        return () if at is None else (*(above.name for above in reversed(self.ancestors(code))), at.name)

    def of_level(self, level: Level) -> tuple[Division, ...]:
        """Return every division of ``level``, in the order of the codes."""
        return tuple(division for division in self.by_code.values() if division.level == level)


@cache
def divisions() -> DivisionTree:
    """
    Return the tree down to the district, or, in an installation without map files, our provinces and large cities.

    ``maps_available`` says which of the two it is.
    """
    if maps_available():
        rows = read_map("divisions.json")
        return tree_of(Division(*row) for row in rows if current_code(row[0]) == row[0])
    provinces = [Division(province.code, province.full_name, "province", None) for province in PROVINCES]
    known = {province.code for province in provinces}
    cities = [
        Division(city.code, city.name, "prefecture", province_of(city.code))
        for city in CITIES
        if city.code not in known
    ]
    return tree_of([*provinces, *cities])


def tree_of(found: Iterable[Division]) -> DivisionTree:
    """Return the tree of ``found``, whatever order they come in; each parent must be among them."""
    by_code = {division.code: division for division in sorted(found, key=lambda division: division.code)}
    below: dict[str, list[Division]] = defaultdict(list)
    for division in by_code.values():
        if division.parent is not None:
            below[division.parent].append(division)
    return DivisionTree(by_code, {code: tuple(children) for code, children in below.items()})
