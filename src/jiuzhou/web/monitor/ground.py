"""What every page of figures stands on: the tree, the readings and the customers' cells, narrowed to a scope."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.web.monitor import customers
from jiuzhou.web.monitor.customers import Cell
from jiuzhou.web.monitor.figures import METRICS, Readings, balance_of
from jiuzhou.web.monitor.shapes import Figure, Frame, Scope, TerritoryLine
from jiuzhou.web.monitor.tree import Tree
from jiuzhou.web.problems import NotFoundError

HEADLINES = ("sales", "attainment", "coverage", "retention")
FROM_CUSTOMERS = ("revenue", "customers", "penetration", "nps", "at_risk")
_BALANCE_COMES = 3


@dataclass(frozen=True, slots=True)
class Day:
    """The day of the data, the day on which they are read, and when customers were counted if that was before."""

    as_of: date | None
    today: date
    counted_at: datetime | None = None


class Ground:
    """
    The figures of one scope.

    Raises
    ------
    NotFoundError
        If the scope names a territory or a province that is not there for the actor whose rows these are.
    """

    def __init__(
        self,
        scope: Scope,
        tree: Tree,
        readings: Readings,
        cells: Collection[Cell],
        day: Day,
        *,
        tolerance: float,
    ) -> None:
        node = tree.find(scope.territory) if scope.territory else None
        province = not scope.region or any(one.code == scope.region for one in PROVINCES)
        if (scope.territory and node is None) or not province:
            raise NotFoundError
        self.tree, self.readings, self.day, self.tolerance = tree, readings, day, tolerance
        self.path = tree.path(node.id) if node else ()
        self.region = scope.region
        self.below = tree.below(node.id) if node else None
        self.leaves = [leaf.id for leaf in tree.leaves(node.id if node else None)]
        self.periods = readings.periods(*METRICS)
        self.period = scope.period if scope.period in self.periods else next(iter(self.periods), "")
        self.cells = cells

    @property
    def deviations(self) -> Mapping[int, float]:
        """Each territory's deviation: in the plan in force, else as it was watched."""
        planned = {place: node.deviation for place, node in self.tree.nodes.items() if node.deviation is not None}
        return planned or self.readings.deviations()

    @property
    def of_territory(self) -> list[Cell]:
        """The cells of the territory in scope, whatever their province."""
        return [cell for cell in self.cells if self.below is None or cell.territory_id in self.below]

    @property
    def of_scope(self) -> list[Cell]:
        """The cells of the scope."""
        return [cell for cell in self.of_territory if not self.region or cell.province == self.region[:2]]

    @property
    def places(self) -> list[int]:
        """The leaves of the scope: with a province, those that have customers there."""
        if not self.region:
            return self.leaves
        here = customers.by_territory(self.of_scope)
        return [place for place in self.leaves if here.get(place)]

    def frame(self) -> Frame:
        """Return what the page is about."""
        return Frame(
            tree=self.tree,
            path=self.path,
            region=self.region,
            period=self.period,
            periods=self.periods,
            running=self.readings.running(),
            as_of=self.day.as_of,
            today=self.day.today,
            tolerance=self.tolerance,
            customers=customers.total(self.of_scope).customers,
            counted_at=self.day.counted_at,
        )

    def lines(self, metric: str) -> list[TerritoryLine]:
        """Return each territory of the scope with its customers there and its own figure."""
        heads, off = customers.by_territory(self.of_scope), self.deviations
        return [self._line(place, metric, heads, off) for place in self.places]

    def headlines(self) -> tuple[Figure, ...]:
        """Return the five figures: of the territories' indicators, or of the customers where those do not apply."""
        if self.region or not self.readings.at("sales", self.period):
            return customers.figures(self.of_scope, FROM_CUSTOMERS)
        found = [self.figure(metric) for metric in HEADLINES]
        found.insert(_BALANCE_COMES, balance_of(self.deviations, self.leaves))
        return tuple(figure for figure in found if figure.value is not None)

    def figure(self, metric: str) -> Figure:
        """Return one figure of the scope in its period, or in the longest period of the same year that has it."""
        figure = self.readings.figure(metric, self.period, self.leaves)
        if figure.value is not None:
            return figure
        other = next((name for name in self.readings.periods(metric) if name[:4] == self.period[:4]), "")
        return self.readings.figure(metric, other, self.leaves) if other else figure

    def all_figures(self) -> tuple[Figure, ...]:
        """Return every figure of the scope that is known, and how evenly the work lies."""
        found = [self.readings.figure(metric, self.period, self.leaves) for metric in METRICS]
        return tuple(
            figure for figure in [*found, balance_of(self.deviations, self.leaves)] if figure.value is not None
        )

    def _line(
        self, place: int, metric: str, heads: Mapping[int | None, int], off: Mapping[int, float]
    ) -> TerritoryLine:
        figure = self.readings.figure(metric, self.period, [place])
        before = None if figure.before_period else figure.before
        node = self.tree.nodes[place]
        return TerritoryLine(node, heads.get(place, 0), figure.value, before, off.get(place), figure.series)
