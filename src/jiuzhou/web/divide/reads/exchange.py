"""A plan as files that another installation, or the command line, reads: ``plan.json`` and its units as CSV."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from jiuzhou.adapters.json_files import FORMATS, VERSION
from jiuzhou.adapters.plans import plan_json
from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId, UnitId
from jiuzhou.kernel.message import message_of, say
from jiuzhou.kernel.plan import UNITS, Activity, Metric, Move, Status, Territory
from jiuzhou.kernel.plan import Plan as Division
from jiuzhou.kernel.violation import Violation
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.figures import activities_of
from jiuzhou.web.divide.reads.plans import find_plan
from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.store.models import Plan, PlanTerritory, PlanUnit

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class PlanTexts:
    """The two files of a plan: ``plan.json`` and ``units.csv``."""

    plan: str
    units: str


def plan_texts(actor: Actor, code: str) -> PlanTexts:
    """Return the files of the plan ``code``, as far as ``actor`` may see it."""
    division = division_of(actor, code)
    content = {"format": FORMATS["plan"], "version": VERSION, **plan_json(division)}
    return PlanTexts(json.dumps(content, ensure_ascii=False, indent=1) + "\n", units_csv(division))


def plan_archive(actor: Actor, code: str) -> bytes:
    """Return a ZIP archive with the files of the plan, as far as ``actor`` may see it."""
    texts = plan_texts(actor, code)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plan.json", texts.plan)
        archive.writestr("units.csv", "\ufeff" + texts.units)
    return packed.getvalue()


def division_of(actor: Actor, code: str) -> Division:
    """Return the plan ``code`` as the value that the stages know."""
    plan = find_plan(actor, code)
    rows = visible_to(actor, PlanTerritory).filter(plan=plan).select_related("owner").order_by("code")
    territories = leaves(list(rows))
    units = _units(actor, plan)
    former = units["previous_territory_id"].to_pylist(), units["territory_id"].to_pylist()
    moves = zip(units["unit_id"].to_pylist(), *former, strict=True)
    return Division(
        id=PlanId(plan.code),
        parent=PlanId(plan.base.code) if plan.base else None,
        created_at=plan.created_at.date(),
        seed=plan.seed,
        effort=plan.effort,
        repeatable=bool(plan.solver_status) and not plan.changes.exists(),
        status=Status(plan.solver_status or "feasible"),
        objective=plan.objective or 0.0,
        lower_bound=plan.lower_bound,
        bound_message=message_of(plan.bound_message) if plan.bound_message else say("plan.gap_after_edit"),
        activities=tuple(
            Activity(one.key, one.unit, one.tolerance, one.total)
            for one in activities_of(plan.activities, [row.measures for row in territories])
        ),
        territories=tuple(_territory(row) for row in territories),
        units=units,
        violations=tuple(
            Violation(one["code"], one["where"], one["amount"], message_of(one["message"])) for one in plan.violations
        ),
        metrics={key: Metric(one["value"], one["version"]) for key, one in plan.metrics.items()},
        moves=tuple(Move(UnitId(unit), before, after) for unit, before, after in moves if before and before != after),
    )


def units_csv(division: Division) -> str:
    """Return the units as CSV; a value that a spreadsheet would take for a formula gets an apostrophe before it."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(UNITS.names)
    for row in division.units.to_pylist():
        writer.writerow([_cell(row[name]) for name in UNITS.names])
    return sheet.getvalue()


def _units(actor: Actor, plan: Plan) -> pa.Table:
    rows = visible_to(actor, PlanUnit).filter(plan=plan).order_by("customer__code")
    names = ("customer__code", "territory__code", "owner__code", "previous_territory", "locked")
    found = [
        {
            "unit_id": customer,
            "customer_id": customer,
            "level": "customer",
            "territory_id": territory,
            "owner_id": owner,
            "previous_territory_id": previous or None,
            "locked": locked,
        }
        for customer, territory, owner, previous, locked in rows.values_list(*names).iterator(5000)
    ]
    return pa.Table.from_pylist(found, schema=UNITS)


def _territory(row: PlanTerritory) -> Territory:
    return Territory(
        id=TerritoryId(row.code),
        name=row.name,
        parent=TerritoryId(row.parent_code) if row.parent_code else None,
        level=row.level,
        owner_id=OwnerId(row.owner.code) if row.owner else None,
        centre=(row.lon or 0.0, row.lat or 0.0),
        values=row.measures,
        targets=row.targets,
        deviation=row.deviation,
        in_band=row.in_band,
        contiguous=row.contiguous,
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def unescaped(values: Sequence[str]) -> list[str]:
    """Return the values of a line as they were before ``units_csv`` guarded them."""
    return [text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text for text in values]
