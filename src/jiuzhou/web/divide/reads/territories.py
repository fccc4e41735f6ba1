"""The territories of a plan: the table beside its map, and which rules it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, hypot, radians
from typing import Any

from jiuzhou.kernel.message import Message, message_of, say
from jiuzhou.web.divide.colours import beside_each_other, dealt
from jiuzhou.web.divide.figures import Activity, to_band
from jiuzhou.web.divide.shapes import UNASSIGNED, Check, TerritoryRow
from jiuzhou.web.store.models import PlanTerritory

_NEAR = 2


def leaves(territories: Sequence[PlanTerritory]) -> list[PlanTerritory]:
    """
    Return the territories that hold customers.

    Those are nobody's parent; a parent that has customers of its own has no target, since its children's are its.
    """
    parents = {one.parent_code for one in territories}
    return [one for one in territories if one.code not in parents or (one.customers and not one.targets)]


def rows_of(territories: Sequence[PlanTerritory], measure: Activity) -> tuple[TerritoryRow, ...]:
    """Return the table's rows, the furthest from its target first."""
    colours = colours_of(territories)
    rows = [_row(one, territories, measure, colours[one.code]) for one in territories]
    return tuple(sorted(rows, key=lambda row: (-abs(row.deviation or 0.0), row.code)))


def colours_of(territories: Sequence[PlanTerritory]) -> dict[str, int]:
    """Return each territory's colour; where none was ever dealt, one that its neighbours do not have."""
    found = {one.code: one.colour for one in territories}
    if len(found) < 2 or len(set(found.values())) > 1:
        return found
    return dealt(beside_each_other({one.code: (one.lon or 0.0, one.lat or 0.0) for one in territories}))


def checks_of(
    rows: Sequence[TerritoryRow], violations: Sequence[Mapping[str, Any]], unassigned: int
) -> tuple[Check, ...]:
    """Return which rules the plan keeps and breaks: its own, and those of which the solver said so."""
    outside = [row for row in rows if not row.in_band]
    loose = [row for row in rows if not row.contiguous]
    empty = [row for row in rows if row.customers == 0]
    found = [
        _check("band", outside, say("plan.check_band", n=len(outside), names=_names(outside), of=len(rows))),
        _check("pieces", loose, say("plan.check_pieces", n=len(loose), names=_names(loose))),
        _check("empty", empty, say("plan.check_empty", n=len(empty), names=_names(empty))),
        _left_out(unassigned),
    ]
    told = {"out_of_band", "detached", "not_contiguous", "no_place"}
    found += [
        Check(str(one["code"]), message_of(one["message"]), broken=True, territory=str(one["where"]))
        for one in violations
        if one["code"] not in told
    ]
    return tuple(found)


def _left_out(unassigned: int) -> Check:
    if not unassigned:
        return Check("unassigned", say("plan.check_unassigned_kept"), broken=False)
    return Check("unassigned", say("plan.check_unassigned", n=unassigned), broken=True, territory=UNASSIGNED)


def _check(kind: str, rows: Sequence[TerritoryRow], message: Message) -> Check:
    if not rows:
        return Check(kind, say(f"plan.check_{kind}_kept"), broken=False)
    return Check(kind, message, broken=True, territory=rows[0].code)


def _names(rows: Sequence[TerritoryRow]) -> tuple[str, ...]:
    return tuple(row.name for row in rows[:5])


def _row(territory: PlanTerritory, others: Sequence[PlanTerritory], measure: Activity, colour: int) -> TerritoryRow:
    key = measure.key
    deviation = territory.deviation.get(key)
    return TerritoryRow(
        code=territory.code,
        name=territory.name,
        parent=territory.parent_code,
        owner=territory.owner.name if territory.owner else "",
        owner_code=territory.owner.code if territory.owner else "",
        colour=colour,
        locked=territory.locked,
        contiguous=territory.contiguous,
        customers=territory.customers,
        value=float(territory.measures.get(key, 0.0)),
        target=float(territory.targets.get(key, 0.0)),
        deviation=None if deviation is None else float(deviation),
        band=measure.tolerance,
        in_band=territory.in_band,
        tip=_tip(territory, others, measure),
        lon=territory.lon,
        lat=territory.lat,
    )


def _tip(territory: PlanTerritory, others: Sequence[PlanTerritory], measure: Activity) -> Message:
    value = float(territory.measures.get(measure.key, 0.0))
    need = to_band(value, float(territory.targets.get(measure.key, 0.0)), measure.tolerance)
    if need is None:
        return say("plan.tip_in_band")
    customers = sum(one.customers for one in others)
    whole = sum(float(one.measures.get(measure.key, 0.0)) for one in others)
    each = whole / customers if customers and whole > 0 else 0.0
    if each <= 0:
        return say("plan.tip_out_of_band")
    comes = need[1] > 0
    least, most = sorted(abs(amount) / each for amount in need)
    near = _nearest(territory, others, measure.key, comes=comes)
    code = ("plan.tip_add" if comes else "plan.tip_remove") + ("_near" if near else "")
    return say(code, least=max(1, round(least)), most=max(1, round(most)), near=near)


def _nearest(territory: PlanTerritory, others: Sequence[PlanTerritory], key: str, *, comes: bool) -> tuple[str, ...]:
    """Return the nearest territories that lie on the other side of their target; giving to them mends both."""
    if territory.lon is None or territory.lat is None:
        return ()
    sign = 1 if comes else -1
    fitting = [
        one
        for one in others
        if one.pk != territory.pk
        and one.lon is not None
        and one.lat is not None
        and sign * float(one.deviation.get(key, 0.0)) > 0
    ]
    return tuple(one.name for one in sorted(fitting, key=lambda one: (_far(territory, one), one.code))[:_NEAR])


def _far(one: PlanTerritory, two: PlanTerritory) -> float:
    lon1, lat1, lon2, lat2 = (float(value or 0.0) for value in (one.lon, one.lat, two.lon, two.lat))
    return hypot((lon1 - lon2) * cos(radians((lat1 + lat2) / 2)), lat1 - lat2)
