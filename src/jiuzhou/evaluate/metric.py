"""What a metric is: a named, versioned, defined expression over one row's facts, or over a group's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import ibis.expr.types as ir

from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.kernel.message import Message


class Subject(StrEnum):
    """What a metric describes; the name of the table of ``Scores`` it stands in."""

    CUSTOMERS = "customers"
    REGIONS = "regions"
    OWNERS = "owners"
    PRODUCTS = "products"


class Unit(StrEnum):
    """What a metric is counted in."""

    DAYS = "days"
    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    POINTS = "points"
    HOURS = "hours"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Metric:
    """
    One number or class, with its definition.

    Attributes
    ----------
    column
        The column it fills in the table of its subject.
    version
        Raised by one whenever the definition changes; stored with every result.
    definition
        The sentence that defines it.
    expression
        From a relation of facts and a policy to the column: over rows for customers, over a group for the others.
    """

    subject: Subject
    column: str
    version: int
    unit: Unit
    definition: Message
    expression: Callable[[ir.Table, EvaluatePolicy], ir.Value]

    @property
    def key(self) -> str:
        """The metric's name in ``METRICS``: ``tier`` for customers, ``regions.growth`` for the others."""
        return self.column if self.subject is Subject.CUSTOMERS else f"{self.subject}.{self.column}"


def columns_of(metrics: Iterable[Metric], relation: ir.Table, policy: EvaluatePolicy) -> dict[str, ir.Value]:
    """Return the expression of each metric over ``relation``, by its column, ready for ``mutate`` or ``aggregate``."""
    return {metric.column: metric.expression(relation, policy) for metric in metrics}
