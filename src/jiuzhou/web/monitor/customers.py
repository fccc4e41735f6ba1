"""Figures of customers themselves, cell by cell: a cell is where one province and one territory meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jiuzhou.web.monitor.shapes import Figure, Gaps, Good, ProvinceLine

YEAR_DAYS = 365
AT_RISK = 0.6


@dataclass(frozen=True, slots=True)
class Cell:
    """The customers of one province and one territory, added up."""

    province: str
    territory_id: int | None
    customers: int
    revenue: float = 0.0
    potential: float = 0.0
    buyers: int = 0
    promoters: int = 0
    detractors: int = 0
    answered: int = 0
    at_risk: float = 0.0
    unplaced: int = 0
    unowned: int = 0

    def __add__(self, other: Cell) -> Cell:
        """Return both cells as one."""
        return Cell(
            self.province,
            self.territory_id,
            self.customers + other.customers,
            self.revenue + other.revenue,
            self.potential + other.potential,
            self.buyers + other.buyers,
            self.promoters + other.promoters,
            self.detractors + other.detractors,
            self.answered + other.answered,
            self.at_risk + other.at_risk,
            self.unplaced + other.unplaced,
            self.unowned + other.unowned,
        )


NOTHING = Cell("", None, 0)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a cell: how it is found, written, and which way is good."""

    of: Callable[[Cell], float | None]
    kind: str
    good: Good = ""


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


MEASURES: Mapping[str, Measure] = {
    "revenue": Measure(lambda cell: cell.revenue, "money", "up"),
    "potential": Measure(lambda cell: cell.potential, "money", "up"),
    "customers": Measure(lambda cell: float(cell.customers), "count", "up"),
    "penetration": Measure(lambda cell: _share(cell.buyers, cell.customers), "percent", "up"),
    "nps": Measure(lambda cell: _nps(cell), "number", "up"),
    "at_risk": Measure(lambda cell: _share(cell.at_risk, cell.revenue), "percent", "down"),
}
"""Figures that a cell has whatever its territory, in the order of the map's control."""


def _nps(cell: Cell) -> float | None:
    share = _share(cell.promoters - cell.detractors, cell.answered)
    return None if share is None else 100 * share


def total(cells: Iterable[Cell]) -> Cell:
    """Return all cells as one."""
    return sum(cells, NOTHING)


def by_province(cells: Iterable[Cell], measure: str) -> tuple[ProvinceLine, ...]:
    """Return each province of ``cells`` with one figure, by code; customers without a province are left out."""
    found: dict[str, Cell] = defaultdict(lambda: NOTHING)
    for cell in cells:
        if cell.province:
            found[cell.province] += cell
    of = MEASURES[measure].of
    return tuple(ProvinceLine(f"{province}0000", cell.customers, of(cell)) for province, cell in sorted(found.items()))


def by_territory(cells: Iterable[Cell]) -> Mapping[int | None, int]:
    """Return how many customers lie in each territory."""
    found: dict[int | None, int] = defaultdict(int)
    for cell in cells:
        found[cell.territory_id] += cell.customers
    return found


def figures(cells: Iterable[Cell], measures: Iterable[str]) -> tuple[Figure, ...]:
    """Return ``measures`` of all cells together, of the last twelve months."""
    whole = total(cells)
    return tuple(Figure(name, MEASURES[name].of(whole), "", known=1, of=1) for name in measures)


def gaps(cells: Iterable[Cell]) -> Gaps:
    """Return what the data of the customers lack."""
    whole = total(cells)
    return Gaps(whole.unplaced, whole.unowned)
