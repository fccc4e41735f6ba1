"""What each territory holds, and who comes and goes: the columns of the table of territories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.book import Book
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores

Floats = npt.NDArray[np.float64]

OUTSIDE = ""
"""Key of the customers without a territory; those who left it had an owner without one."""


@dataclass(frozen=True, slots=True)
class Holding:
    """
    What a territory holds.

    Attributes
    ----------
    revenue, potential
        Net sales of the last 12 months, and money a year.
    before
        Deviation of the first activity under the present owners; ``None`` where that is not known.
    gained, lost
        Customers that come from another owner, and that go to another one.
    """

    customers: int
    revenue: float
    potential: float
    before: float | None
    gained: int
    lost: int


def holdings(book: Book, plan: Plan, scores: Scores) -> Mapping[str, Holding]:
    """Return the holding of each territory by id, and that of the customers ``OUTSIDE`` of all."""
    units = plan.units.filter(pc.is_valid(plan.units["customer_id"]))
    ids = [OUTSIDE, *sorted(territory.id for territory in plan.territories)]
    now, former = (_places(units[name], ids) for name in ("territory_id", "previous_territory_id"))
    at = pc.index_in(units["customer_id"], value_set=scores.customers["customer_id"].combine_chunks())
    people = book.table("customers")
    owner = people["owner_id"].take(pc.index_in(units["customer_id"], value_set=people["customer_id"].combine_chunks()))
    moved = np.asarray(
        pc.and_(pc.is_valid(owner), pc.not_equal(pc.fill_null(owner, ""), pc.fill_null(units["owner_id"], "")))
    )

    def sums(place: npt.NDArray[np.int64], values: Floats | npt.NDArray[np.bool_] | None = None) -> list[float]:
        found: list[float] = np.bincount(place, values, minlength=len(ids)).tolist()
        return found

    counts, gained, lost = sums(now), sums(now, moved), sums(former, moved)
    revenue, potential = (sums(now, _numbers(scores.customers[one].take(at))) for one in ("revenue_12m", "potential"))
    before = _before(plan, scores, ids, (former, at))
    return {
        one: Holding(int(counts[k]), revenue[k], potential[k], before.get(one), int(gained[k]), int(lost[k]))
        for k, one in enumerate(ids)
    }


def _before(
    plan: Plan, scores: Scores, ids: list[str], found: tuple[npt.NDArray[np.int64], pa.Array]
) -> dict[str, float]:
    former, at = found
    key = plan.activities[0].key if plan.activities else ""
    column = "revenue_12m" if key == "revenue" else key
    if (key != "customers" and column not in scores.customers.column_names) or not former.any():
        return {}
    each = np.ones(len(former)) if key == "customers" else _numbers(scores.customers[column].take(at))
    values = np.bincount(former, each, minlength=len(ids))[1:]
    aim: dict[str, float] = {territory.id: territory.targets.get(key, 0.0) for territory in plan.territories}
    targets = np.array([aim[one] for one in ids[1:]])
    if not targets.all():
        return {}
    # The present owners' whole, by the same shares: some customers have no owner yet.
    deviation = values / (targets * values.sum() / targets.sum()) - 1
    return dict(zip(ids[1:], deviation.tolist(), strict=True))


def _places(column: pa.ChunkedArray, ids: list[str]) -> npt.NDArray[np.int64]:
    return np.asarray(pc.fill_null(pc.index_in(column, value_set=pa.array(ids)), 0), dtype=np.int64)


def _numbers(column: pa.ChunkedArray) -> Floats:
    return np.asarray(pc.fill_null(column.cast(pa.float64()), 0.0))
