"""Small plans and scores for the tests of whatever reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa

from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import UNITS, Plan, Status, Territory
from jiuzhou.kernel.scores import CUSTOMER_SCORES, Scores

_BARE = Plan(
    id=PlanId("plan-1"),
    parent=None,
    created_at=date(2026, 1, 1),
    seed=7,
    effort=1,
    repeatable=True,
    status=Status.FEASIBLE,
    objective=0.0,
    lower_bound=None,
    bound_message=say("kernel.no_day"),
    activities=(),
    territories=(),
    units=UNITS.empty_table(),
)


def territory(place: str, owner: str | None = None, **more: Any) -> Territory:
    """Return a territory in balance; ``more`` overrides any field."""
    bare = Territory(
        id=TerritoryId(place),
        name=place.title(),
        parent=None,
        level="territory",
        owner_id=OwnerId(owner) if owner else None,
        centre=(120.0, 30.0),
        values={},
        targets={},
        deviation={},
        in_band=True,
        contiguous=True,
    )
    return replace(bare, **more)


def plan_of(
    territories: Sequence[Territory],
    homes: Mapping[str, str],
    *,
    previous: Mapping[str, str] | None = None,
    **more: Any,
) -> Plan:
    """Return a plan of customers, by the territory each lies in and lay in before; ``more`` overrides any field."""
    owners = {item.id: item.owner_id for item in territories}
    rows = [
        {
            "unit_id": customer,
            "customer_id": customer,
            "level": "customer",
            "territory_id": home,
            "owner_id": owners[TerritoryId(home)],
            "previous_territory_id": (previous or {}).get(customer),
            "locked": False,
        }
        for customer, home in sorted(homes.items())
    ]
    units = pa.Table.from_pylist(rows, UNITS)
    return replace(_BARE, territories=tuple(territories), units=units, **more)


def scores_of(rows: Iterable[Mapping[str, Any]], *, as_of: date) -> Scores:
    """Return the scores of customers, null where a row states none; other keys of a row are left out."""
    known = [{name: row.get(name) for name in CUSTOMER_SCORES.names} for row in rows]
    nothing = pa.table({})
    return Scores(as_of, pa.Table.from_pylist(known, CUSTOMER_SCORES), nothing, nothing, nothing, versions={})
