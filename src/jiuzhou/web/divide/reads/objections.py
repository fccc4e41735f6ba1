"""What an objection costs: a customer kept with its present owner, against the plan as it stands."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Any

from jiuzhou.geo.coordinates import to_wgs84
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.divide.figures import Activity, activities_of, deviation_of, in_band, moved
from jiuzhou.web.divide.reads import measures
from jiuzhou.web.store.models import Customer, PlanTerritory, PlanUnit

_EARTH_KM = 6371.0088


def cost_of_keeping(unit: PlanUnit) -> dict[str, Any]:
    """
    Return what keeping the unit's customer with its present owner changes, as JSON values.

    ``from`` and ``to`` are the territories that lose and keep the customer, each with ``deviation`` before and after
    in the plan's first measure and whether they are in band; ``objective`` is the change of the plan's objective, with
    its share of the whole where both places are known; ``saved`` the handover that does not happen.

    Raises
    ------
    RefusedError
        If the plan leaves the customer with its owner, or that owner has no territory in it.
    """
    if unit.previous_owner_id is None or unit.owner_id == unit.previous_owner_id:
        raise RefusedError("plan.stays_anyway")
    territories = list(unit.plan.territories.all())
    keeping = next((one for one in territories if one.owner_id == unit.previous_owner_id and one.customers), None)
    keeping = keeping or next((one for one in territories if one.owner_id == unit.previous_owner_id), None)
    if keeping is None:
        raise RefusedError("plan.owner_without_territory")
    giving = next((one for one in territories if one.pk == unit.territory_id), None)
    activities = activities_of(unit.plan.activities, [one.measures for one in territories])
    weight = _weight(unit, [one.key for one in activities])
    main = activities[0]
    cost: dict[str, Any] = {
        "measure": main.key,
        "weight": weight[main.key],
        "to": keeping.code,
        "sides": [_side(keeping, weight, 1, activities)],
        "saved": _saved(unit),
    }
    if giving is not None:
        cost |= {"from": giving.code, "sides": [_side(giving, weight, -1, activities), *cost["sides"]]}
        cost["objective"] = _objective(unit, giving, keeping, weight[main.key])
    return cost


def _weight(unit: PlanUnit, keys: list[str]) -> dict[str, float]:
    rows = unit.plan.units.filter(pk=unit.pk)
    return measures.read_sums(rows.values("plan").annotate(**measures.sums(keys))[0], keys)


def _side(
    territory: PlanTerritory, weight: dict[str, float], sign: int, activities: tuple[Activity, ...]
) -> dict[str, Any]:
    main = activities[0].key
    after = deviation_of(moved(territory.measures, weight, sign), territory.targets)
    return {
        "territory": territory.name,
        "before": deviation_of(territory.measures, territory.targets).get(main, 0.0),
        "after": after.get(main, 0.0),
        "in_band_before": territory.in_band,
        "in_band_after": in_band(after, activities),
    }


def _saved(unit: PlanUnit) -> dict[str, float]:
    row = unit.plan.units.filter(pk=unit.pk).aggregate(revenue=measures.revenue(), key_accounts=measures.key_accounts())
    return {
        "customers": 1,
        "revenue": round(float(row["revenue"]), 2),
        "key_accounts": int(row["key_accounts"]),
    }


def _objective(unit: PlanUnit, giving: PlanTerritory, keeping: PlanTerritory, weight: float) -> dict[str, float] | None:
    here = _place(unit.customer)
    sides = [(one.lon, one.lat) for one in (giving, keeping)]
    if here is None or any(value is None for side in sides for value in side):
        return None
    (now, kept) = (_km(here, (float(lon or 0), float(lat or 0))) for lon, lat in sides)
    change = weight * (kept - now)
    whole = unit.plan.objective
    return {"change": round(change, 3), "share": change / whole if whole else 0.0, "km": round(kept - now, 1)}


def _place(customer: Customer) -> tuple[float, float] | None:
    if customer.lon is None or customer.lat is None:
        return None
    lon, lat = to_wgs84(customer.lon, customer.lat, customer.crs or "wgs84")
    return float(lon), float(lat)


def _km(one: tuple[float, float], two: tuple[float, float]) -> float:
    lon, lat = radians(two[0] - one[0]), radians(two[1] - one[1])
    half = sin(lat / 2) ** 2 + cos(radians(one[1])) * cos(radians(two[1])) * sin(lon / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
