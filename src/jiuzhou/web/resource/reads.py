"""People and partners whom an actor may see: capacity, skills, absences, results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr
from django.utils import timezone

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.declassified import team_totals
from jiuzhou.web.accounts.tallies import tallied
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.resource.shapes import (
    Away,
    Conflict,
    Load,
    PartnerLine,
    Partners,
    People,
    PersonLine,
    PersonPage,
    Results,
    Totals,
)
from jiuzhou.web.resource.substitutes import substitutes
from jiuzhou.web.store.models import Absence, Customer, Indicator, Owner, Registration, Territory
from jiuzhou.web.store.present import with_present_owner
from jiuzhou.web.store.today import working_day

CERTIFICATE = "certificate:"
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class _Held:
    customers: int = 0
    workload: float = 0.0


def read_people(actor: Actor, *, team: str = "") -> People:
    """Return the reps whom the actor may see, with the totals of their team where those say nothing of one person."""
    owners = _owners(actor)
    now = timezone.now()
    reps = [owner for owner in owners if owner.kind == "rep"]
    as_of = owners[0].organisation.as_of if owners else None
    today = working_day(as_of, now=now, zone=actor.zone)
    (held, counted_at), away = _held(actor), _absences(actor, _start(today, actor.zone))
    lines = [_line(owner, held, away, today) for owner in reps if not _gone(owner, held, today)]
    teams = {owner.team.code: owner.team.name for owner in reps if owner.team}
    seen = [line for line in lines if not team or line.team == teams.get(team)]
    alone = len(seen) <= 1
    return People(
        lines=tuple(seen),
        totals=_declassified(actor) if alone else _totals(seen),
        declassified=alone,
        teams=tuple(sorted(teams.items())) if len(teams) > 1 else (),
        as_of=as_of,
        today=today,
        partners=sum(owner.kind == "partner" for owner in owners),
        counted_at=counted_at,
    )


def read_person(actor: Actor, code: str) -> PersonPage:
    """
    Return one rep or partner.

    Raises
    ------
    NotFoundError
        If there is none whose customers the actor may see.
    """
    owners = _owners(actor)
    owner = next((one for one in owners if one.code == code and one.kind != "team"), None)
    if owner is None:
        raise NotFoundError
    now = timezone.now()
    as_of = owner.organisation.as_of
    today = working_day(as_of, now=now, zone=actor.zone)
    (held, _), away = _held(actor), _absences(actor, _start(today, actor.zone))
    line = _line(owner, held, away, today)
    others = [_line(one, held, away, today) for one in owners if one.kind == owner.kind]
    months, sales, before = _sales(actor, owner)
    territories = visible_to(actor, Territory).filter(owner=owner.pk, valid_to__isnull=True).order_by("name", "code")
    first = line.absences[0] if line.absences else None
    return PersonPage(
        line=line,
        kind=owner.kind,
        partner_type=owner.partner_type,
        results=_results(owner),
        months=months,
        sales=sales,
        before=before,
        territories=tuple(territories.values_list("code", "name")),
        candidates=substitutes(line, others, starts_at=first.starts_at, ends_at=first.ends_at) if first else (),
        as_of=as_of,
        today=today,
    )


def read_partners(actor: Actor) -> Partners:
    """Return the partners whom the actor may see, and the areas they share with reps whom the actor may see too."""
    owners = _owners(actor)
    as_of = owners[0].organisation.as_of if owners else None
    kinds = {owner.pk: owner.kind for owner in owners}
    where: dict[int, dict[str, int]] = defaultdict(dict)
    rows = _present(actor).annotate(area=Substr("region_code", 1, 4)).values("who", "area").order_by()
    for row in rows.annotate(number=Count("pk")):
        if row["who"] in kinds and row["area"]:
            where[row["who"]][row["area"]] = row["number"]
    own: dict[str, int] = defaultdict(int)
    for owner_id, areas in where.items():
        if kinds[owner_id] == "rep":
            for area, number in areas.items():
                own[area] += number
    partners = [owner for owner in owners if owner.kind == "partner"]
    registered = _registered(actor)
    conflicts = [
        Conflict(area, owner.code, owner.name, number, own[area])
        for owner in partners
        for area, number in sorted(where[owner.pk].items())
        if own.get(area)
    ]
    return Partners(
        lines=tuple(_partner(owner, where[owner.pk], conflicts, registered.get(owner.pk)) for owner in partners),
        conflicts=tuple(sorted(conflicts, key=lambda one: (-one.partner_customers, one.partner_code, one.area))),
        as_of=as_of,
        today=working_day(as_of, now=timezone.now(), zone=actor.zone),
    )


def _owners(actor: Actor) -> list[Owner]:
    rows = visible_to(actor, Owner).select_related("team", "scores", "organisation")
    if not actor.everywhere:
        rows = rows.filter(pk__in=actor.owner_ids)
    return list(rows.order_by("sort_key", "name", "code"))


def _gone(owner: Owner, held: Mapping[int, _Held], today: date) -> bool:
    return owner.active_to is not None and owner.active_to < today and not held.get(owner.pk, _Held()).customers


def _present(actor: Actor) -> QuerySet[Any]:
    seen = with_present_owner(visible_to(actor, Customer), settling=actor.settling)
    return seen.annotate(who=F("owner_now"))


def count_held(actor: Actor) -> tuple[int, list[Any]]:
    """Return how many customers the actor sees, and for each owner how many and how many hours they take."""
    rows = _present(actor).values("who").order_by()
    found = rows.annotate(number=Count("pk"), hours=Sum("scores__workload"))
    held = [[row["who"], row["number"], float(row["hours"] or 0)] for row in found]
    return sum(number for _, number, _ in held), held


def _held(actor: Actor) -> tuple[Mapping[int, _Held], datetime | None]:
    counted = tallied(actor, "held", partial(count_held, actor))
    return {who: _Held(number, hours) for who, number, hours in counted.rows if who}, counted.at


def _start(today: date, zone: str) -> datetime:
    return datetime.combine(today, time(), ZoneInfo(zone))


def _absences(actor: Actor, moment: datetime) -> Mapping[int, list[Away]]:
    found: dict[int, list[Away]] = defaultdict(list)
    rows = visible_to(actor, Absence).filter(ends_at__gt=moment).order_by("starts_at", "id")
    for row in rows:
        found[row.owner_id].append(Away(row.pk, row.starts_at, row.ends_at, row.reason))
    return found


def _line(owner: Owner, held: Mapping[int, _Held], away: Mapping[int, list[Away]], today: date) -> PersonLine:
    scores = getattr(owner, "scores", None)
    has, absences = held.get(owner.pk, _Held()), tuple(away.get(owner.pk, ()))
    return PersonLine(
        code=owner.code,
        name=owner.name,
        team=owner.team.name if owner.team else "",
        level=owner.level,
        skills=tuple(owner.skills),
        load=Load(owner.capacity_hours, has.workload),
        customers=has.customers,
        attainment=scores.attainment if scores else None,
        coverage=scores.coverage if scores else None,
        csat=scores.csat if scores else None,
        absences=absences,
        away=any(one.starts_at.date() <= today < one.ends_at.date() for one in absences),
        active_to=owner.active_to,
    )


def _totals(lines: Iterable[PersonLine]) -> Totals:
    found = list(lines)
    capacity = sum(line.load.capacity or 0.0 for line in found)
    workload = sum(line.load.workload for line in found)
    return Totals(len(found), Load(capacity, workload), sum(line.customers for line in found))


def _declassified(actor: Actor) -> Totals | None:
    sums = team_totals(actor)
    return Totals(sums.people, Load(sums.capacity_hours, sums.workload), sums.customers) if sums else None


def _results(owner: Owner) -> Results:
    scores = getattr(owner, "scores", None)
    if scores is None:
        return Results()
    return Results(
        revenue=scores.revenue,
        attainment=scores.attainment,
        coverage=scores.coverage,
        csat=scores.csat,
        nps=scores.nps,
        complaints=scores.complaints,
        overdue=scores.overdue,
    )


def _sales(actor: Actor, owner: Owner) -> tuple[tuple[str, ...], tuple[float | None, ...], tuple[float | None, ...]]:
    rows = visible_to(actor, Indicator).filter(owner=owner.pk, metric="sales", period__regex=r"^\d{4}-\d{2}$")
    sums = rows.values("period").order_by("period").annotate(value=Sum("value"), base=Sum("baseline"))
    found = [(row["period"], row["value"], row["base"]) for row in sums][-_MONTHS:]
    return (
        tuple(period for period, _, _ in found),
        tuple(value for _, value, _ in found),
        tuple(base for _, _, base in found),
    )


def _registered(actor: Actor) -> dict[int, tuple[int, int]]:
    today = timezone.now().astimezone(ZoneInfo(actor.zone)).date()
    rows = visible_to(actor, Registration).values("owner").order_by()
    granted, waiting = Q(state="granted", protected_until__gte=today), Q(state="waiting")
    counted = rows.annotate(registered=Count("pk", filter=granted), disputed=Count("pk", filter=waiting))
    return {row["owner"]: (row["registered"], row["disputed"]) for row in counted}


def _partner(
    owner: Owner, areas: Mapping[str, int], conflicts: Iterable[Conflict], registered: tuple[int, int] | None
) -> PartnerLine:
    results = _results(owner)
    largest = sorted(areas, key=lambda area: (-areas[area], area))
    provinces = tuple(dict.fromkeys(area[:2] for area in largest))
    return PartnerLine(
        code=owner.code,
        name=owner.name,
        partner_type=owner.partner_type,
        areas=provinces,
        customers=sum(areas.values()),
        revenue=results.revenue,
        attainment=results.attainment,
        coverage=results.coverage,
        csat=results.csat,
        overdue=results.overdue,
        certificates=tuple(skill.removeprefix(CERTIFICATE) for skill in owner.skills if skill.startswith(CERTIFICATE)),
        active_to=owner.active_to,
        conflicts=sum(one.partner_code == owner.code for one in conflicts),
        registered=registered[0] if registered else 0,
        disputed=registered[1] if registered else 0,
    )
