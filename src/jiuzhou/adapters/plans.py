"""A plan on disk: ``plan.json`` says what it is, ``units.parquet`` who is in it, ``territories.geojson`` where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from jiuzhou.adapters.json_files import FORMATS, read_json, write_json
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId, UnitId
from jiuzhou.kernel.message import Json, message_of
from jiuzhou.kernel.plan import UNITS, Activity, Metric, Move, Plan, Status, Territory
from jiuzhou.kernel.violation import Violation


def write_plan(plan: Plan, book: Book, folder: Path) -> None:
    """Write ``plan.json``, ``units.parquet`` and ``territories.geojson`` of ``plan`` into ``folder``."""
    write_json(folder / "plan.json", "plan", plan_json(plan))
    pq.write_table(plan.units, folder / "units.parquet")
    (folder / "territories.geojson").write_text(json.dumps(_geojson(plan, book), ensure_ascii=False), "utf-8")


def read_plan(path: Path | str) -> Plan:
    """
    Return the plan that ``write_plan`` wrote.

    Parameters
    ----------
    path
        Its folder, or the ``plan.json`` in it.

    Raises
    ------
    InputError
        If either file is missing, is none of ours, or was made by a newer version.
    """
    path = Path(path)
    file = path / "plan.json" if path.is_dir() else path
    given = read_json(file, "plan")
    units = file.with_name("units.parquet")
    if not units.exists():
        raise InputError("adapters.missing_file", file=units.name, folder=str(units.parent))
    return plan_of(given, pq.read_table(units).cast(UNITS))


def plan_json(plan: Plan) -> dict[str, Json]:
    """Return ``plan`` without its units as the JSON values of ``plan.json``."""
    return {
        "id": plan.id,
        "parent": plan.parent,
        "created_at": plan.created_at.isoformat(),
        "seed": plan.seed,
        "effort": plan.effort,
        "repeatable": plan.repeatable,
        "status": plan.status.value,
        "objective": plan.objective,
        "lower_bound": plan.lower_bound,
        "bound_message": plan.bound_message.to_json(),
        "gap": plan.gap,
        "activities": [
            {"key": one.key, "unit": one.unit, "tolerance": one.tolerance, "total": one.total}
            for one in plan.activities
        ],
        "territories": [_territory_json(territory) for territory in plan.territories],
        "violations": [violation.to_json() for violation in plan.violations],
        "metrics": {key: {"value": one.value, "version": one.version} for key, one in sorted(plan.metrics.items())},
        "moves": [
            {"unit_id": move.unit_id, "from": move.from_territory, "to": move.to_territory} for move in plan.moves
        ],
    }


def plan_of(given: Mapping[str, Any], units: Any) -> Plan:
    """Return the plan that ``plan_json`` and its units describe."""
    return Plan(
        id=PlanId(given["id"]),
        parent=given["parent"] and PlanId(given["parent"]),
        created_at=date.fromisoformat(given["created_at"]),
        seed=given["seed"],
        effort=given["effort"],
        repeatable=given["repeatable"],
        status=Status(given["status"]),
        objective=given["objective"],
        lower_bound=given["lower_bound"],
        bound_message=message_of(given["bound_message"]),
        activities=tuple(Activity(**one) for one in given["activities"]),
        territories=tuple(_territory_of(one) for one in given["territories"]),
        units=units,
        violations=tuple(
            Violation(one["code"], one["where"], one["amount"], message_of(one["message"]))
            for one in given["violations"]
        ),
        metrics={key: Metric(one["value"], one["version"]) for key, one in given["metrics"].items()},
        moves=tuple(Move(UnitId(one["unit_id"]), one["from"], one["to"]) for one in given["moves"]),
    )


def _territory_json(territory: Territory) -> dict[str, Json]:
    return {
        "id": territory.id,
        "name": territory.name,
        "parent": territory.parent,
        "level": territory.level,
        "owner_id": territory.owner_id,
        "centre": list(territory.centre),
        "values": dict(territory.values),
        "targets": dict(territory.targets),
        "deviation": dict(territory.deviation),
        "in_band": territory.in_band,
        "contiguous": territory.contiguous,
    }


def _territory_of(given: Mapping[str, Any]) -> Territory:
    lon, lat = given["centre"]
    owner, parent = given["owner_id"], given["parent"]
    return Territory(
        id=TerritoryId(given["id"]),
        name=given["name"],
        parent=parent and TerritoryId(parent),
        level=given["level"],
        owner_id=owner and OwnerId(owner),
        centre=(lon, lat),
        values=given["values"],
        targets=given["targets"],
        deviation=given["deviation"],
        in_band=given["in_band"],
        contiguous=given["contiguous"],
    )


def _geojson(plan: Plan, book: Book) -> dict[str, Json]:
    from jiuzhou.geo.coordinates import to_wgs84

    customers = book.table("customers").select(["customer_id", "lon", "lat", "crs"]).to_pylist()
    places: dict[str, tuple[float, float]] = {}
    for row in customers:
        if row["lon"] is not None and row["lat"] is not None:
            lon, lat = to_wgs84(row["lon"], row["lat"], row["crs"] or book.settings.crs)
            places[row["customer_id"]] = (round(float(lon), 6), round(float(lat), 6))
    members: dict[str, list[list[float]]] = {territory.id: [] for territory in plan.territories}
    for customer, territory in zip(
        plan.units["customer_id"].to_pylist(), plan.units["territory_id"].to_pylist(), strict=True
    ):
        if territory is not None and customer in places:
            members[territory].append(list(places[customer]))
    features = [
        {
            "type": "Feature",
            "id": territory.id,
            "properties": {key: value for key, value in _territory_json(territory).items() if key != "id"},
            "geometry": {"type": "MultiPoint", "coordinates": members[territory.id]},
        }
        for territory in plan.territories
    ]
    return {"type": "FeatureCollection", "format": FORMATS["plan"], "features": features}  # type: ignore[dict-item]
