"""People, one person, partners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.paging import leaf_of
from jiuzhou.web.places.monitor.wording import address, customers_url, month_name
from jiuzhou.web.places.shapes import Badge, Column, Fact, Kind, Link, Text
from jiuzhou.web.places.shell import address_of, language_of
from jiuzhou.web.places.team.bars import LoadBar, bar_of
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.resource.reads import read_partners, read_people, read_person
from jiuzhou.web.resource.shapes import Away, Conflict, PartnerLine, PersonLine, Results
from jiuzhou.web.resource.writes import add_absence, remove_absence

_CHIPS = 4
_SORTS: dict[str, Callable[[PersonLine], float]] = {
    "load": lambda line: -(line.load.share if line.load.share is not None else (9 if line.load.workload else -1)),
    "name": lambda line: 0.0,
    "customers": lambda line: -float(line.customers),
    "attainment": lambda line: -(line.attainment if line.attainment is not None else -1),
}
_SHOWN = frozenset({"industry", "product", "language"})


@dataclass(frozen=True, slots=True)
class Spell:
    """An absence in days, the last one included."""

    id: int
    first: date
    last: date
    reason: str
    now: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A rep of the table."""

    key: str
    url: str
    name: str
    note: Text
    level: Badge | None
    bar: LoadBar
    skills: tuple[Text, ...]
    more: tuple[Text, ...]
    customers: int
    customers_url: str
    hours_each: float | None
    attainment: float | None
    coverage: float | None
    csat: float | None
    spell: Spell | None


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner of the table."""

    key: str
    url: str
    name: str
    type: Text
    areas: str
    customers: int
    customers_url: str
    revenue: float | None
    attainment: float | None
    coverage: float | None
    csat: float | None
    certificates: str
    until: date | None
    conflicts: int
    registered: int
    disputed: int
    registered_url: str
    disputed_url: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """An area with customers of a partner and of own reps."""

    name: str
    partner: str
    partner_customers: int
    own_customers: int
    url: str


@door("team.open")
def index(request: Asked) -> HttpResponse:
    """Show people with their capacity, skills and results; a rep sees its own line and the team's totals."""
    page = read_people(request.actor, team=request.GET.get("team", "")[:64])
    sort = request.GET.get("sort", "")
    sort = sort if sort in _SORTS else "load"
    lines = sorted(page.lines, key=lambda line: (_SORTS[sort](line), line.name, line.code))
    leaf = leaf_of(lines, request.GET.get("start", ""))
    absent = [_row(request, line, page.today) for line in lines if line.absences]
    away = [(row, row.spell) for row in absent if row.spell]
    return render(
        request,
        "team/index.html",
        {
            "page": page,
            "leaf": leaf,
            "rows": [_row(request, line, page.today) for line in leaf.rows],
            "columns": _columns(),
            "away": sorted(away, key=lambda pair: (pair[1].first, pair[0].name)),
            "totals": page.totals,
            "total_bar": bar_of(page.totals.load) if page.totals else None,
            "over": sum(line.load.over > 0 for line in page.lines),
            "tabs": _tabs(request, "people"),
            "teams": _teams(request, page.teams),
            "sorts": [
                Link(f"team.sort_{name}", address(request, sort=name, start=None), name == sort) for name in _SORTS
            ],
            "primary": _primary(request, lines),
        },
    )


@door("team.read", noun="owner")
def person(request: Asked, owner: str) -> HttpResponse:
    """Show one person or partner: load, results, sales over time, territories, absences and who could stand in."""
    page = read_person(request.actor, owner)
    line, here = page.line, customers_url(owner=page.line.code)
    territory = "monitor:territory" if request.actor.may("monitor.read") else ""
    return render(
        request,
        "team/person.html",
        {
            "page": page,
            "line": line,
            "bar": bar_of(line.load),
            "row": _row(request, line, page.today),
            "spells": [_spell(one, page.today, request.actor.zone) for one in line.absences],
            "skills": _by_kind(line.skills),
            "facts": [
                Fact("team.level", say(f"team.level_{line.level}") if line.level else None),
                Fact("team.team", line.team or None),
                Fact("team.customers", line.customers, "count", here),
                Fact("team.hours_each", line.hours_each, "hours"),
                Fact("team.complaints", page.results.complaints, "count"),
                Fact("team.overdue", page.results.overdue, "money"),
                Fact("team.until", line.active_to, "day"),
            ],
            "results": _results(page.results),
            "territories": [
                Link(name, reverse(territory, args=[code]) if territory else customers_url(territory=code))
                for code, name in page.territories
            ],
            "months": [month_name(month) for month in page.months],
            "drawn": sum(value is not None for value in page.sales) > 1,
            "may_write": request.actor.may("substitution.write"),
            "substitute_url": address_of("settings:standins"),
            "primary": Link("team.see_customers", here or address_of("team:index")),
            "parent": Link("team.partners", address_of("team:partners"))
            if page.kind == "partner"
            else Link("team.title", address_of("team:index")),
        },
    )


@door("substitution.write", "POST", noun="owner", fields=("do", "absence", "starts_on", "ends_on", "reason"))
def absences(request: Asked, owner: str) -> HttpResponse:
    """Enter an absence, or take one back."""
    if request.POST.get("do") == "remove":
        remove_absence(request.actor, owner=owner, absence_id=_whole(request, "absence"))
        did = "team.absence_removed"
    else:
        starts_on, ends_on = _day(request, "starts_on"), _day(request, "ends_on")
        reason = request.POST.get("reason", "")
        add_absence(request.actor, owner=owner, starts_on=starts_on, ends_on=ends_on, reason=reason)
        did = "team.absence_added"
    messages.success(request, told(say(did), language_of(request)))
    return HttpResponseRedirect(reverse("team:person", args=[owner]))


@door("team.read")
def partners(request: Asked) -> HttpResponse:
    """Show partners, and the areas they share with own reps."""
    page = read_partners(request.actor)
    leaf = leaf_of(page.lines, request.GET.get("start", ""))
    rows = [_partner(request, line) for line in leaf.rows]
    return render(
        request,
        "team/partners.html",
        {
            "page": page,
            "leaf": leaf,
            "rows": rows,
            "columns": _partner_columns(request.actor.currency),
            "conflicts": [_conflict(request, one) for one in page.conflicts],
            "conflict_columns": [
                Column("name", "team.area"),
                Column("partner", "team.partner"),
                Column("partner_customers", "team.partner_customers", "count"),
                Column("own_customers", "team.own_customers", "count"),
            ],
            "tabs": _tabs(request, "partners"),
            "primary": Link("team.first_partner", rows[0].url)
            if rows
            else Link("team.title", address_of("team:index")),
        },
    )


def _primary(request: Asked, lines: list[PersonLine]) -> Link | None:
    if request.actor.may("plan.write") and address_of("plan:index"):
        return Link("team.balance", address_of("plan:index"))
    if not lines:
        return None
    first = max(lines, key=lambda line: line.load.share or 0)
    return Link("team.most_loaded" if len(lines) > 1 else "team.my_page", reverse("team:person", args=[first.code]))


def _columns() -> list[Column]:
    return [
        Column("name", "team.person", "part", part="team/name.html"),
        Column("bar", "team.capacity", "part", part="team/bar.html", note="team.capacity_note"),
        Column("customers", "team.customers", "count", link="customers_url"),
        Column("hours_each", "team.hours_each", "hours", narrow=True),
        Column("attainment", "team.attainment", "percent"),
        Column("coverage", "team.coverage", "percent", narrow=True),
        Column("csat", "team.csat", "percent", narrow=True),
        Column("skills", "team.skills", "part", part="team/skills.html", narrow=True),
        Column("spell", "team.absence", "part", part="team/spell.html", narrow=True),
    ]


def _partner_columns(currency: str) -> list[Column]:
    return [
        Column("name", "team.partner"),
        Column("type", "team.type"),
        Column("areas", "team.areas", narrow=True),
        Column("customers", "team.customers", "count", link="customers_url"),
        Column("revenue", "team.revenue", "money", unit=currency),
        Column("attainment", "team.attainment", "percent", narrow=True),
        Column("coverage", "team.coverage", "percent", narrow=True),
        Column("csat", "team.csat", "percent", narrow=True),
        Column("certificates", "team.certificates", narrow=True),
        Column("until", "team.until", "day", narrow=True),
        Column("conflicts", "team.conflicts", "count"),
        Column("registered", "registrations.registered", "count", link="registered_url"),
        Column("disputed", "registrations.disputed", "count", link="disputed_url"),
    ]


def _row(request: Asked, line: PersonLine, today: date) -> PersonRow:
    skills = tuple(_skill(skill) for skill in line.skills if skill.partition(":")[0] in _SHOWN)
    return PersonRow(
        key=line.code,
        url=reverse("team:person", args=[line.code]),
        name=line.name,
        note=line.team,
        level=Badge(f"team.level_{line.level}") if line.level else None,
        bar=bar_of(line.load),
        skills=skills[:_CHIPS],
        more=skills[_CHIPS:],
        customers=line.customers,
        customers_url=customers_url(owner=line.code),
        hours_each=line.hours_each,
        attainment=line.attainment,
        coverage=line.coverage,
        csat=line.csat,
        spell=_spell(line.absences[0], today, request.actor.zone) if line.absences else None,
    )


def _spell(away: Away, today: date, zone: str) -> Spell:
    first = away.starts_at.astimezone(ZoneInfo(zone)).date()
    last = (away.ends_at.astimezone(ZoneInfo(zone)) - timedelta(seconds=1)).date()
    return Spell(away.id, first, last, away.reason, first <= today <= last)


def _skill(skill: str) -> Text:
    kind, _, value = skill.partition(":")
    return f"team.language_{value}" if kind == "language" else value


def _by_kind(skills: tuple[str, ...]) -> list[tuple[str, list[Text]]]:
    found: dict[str, list[Text]] = {}
    for skill in skills:
        found.setdefault(f"team.skill_{skill.partition(':')[0]}", []).append(_skill(skill))
    return list(found.items())


def _results(results: Results) -> list[tuple[str, object, Kind]]:
    given: list[tuple[str, object, Kind]] = [
        ("revenue", results.revenue, "money"),
        ("attainment", results.attainment, "percent"),
        ("coverage", results.coverage, "percent"),
        ("csat", results.csat, "percent"),
        ("nps", results.nps, "number"),
    ]
    return [(f"team.{name}", value, kind) for name, value, kind in given if value is not None]


def _partner(request: Asked, line: PartnerLine) -> PartnerRow:
    english = language_of(request) == "en"
    names = [_area(code, english=english) for code in line.areas]
    return PartnerRow(
        key=line.code,
        url=reverse("team:person", args=[line.code]),
        name=line.name,
        type=say(f"team.type_{line.partner_type}") if line.partner_type else "",
        areas=(", " if english else "、").join(names[:_CHIPS]) + (" …" if len(names) > _CHIPS else ""),
        customers=line.customers,
        customers_url=customers_url(owner=line.code),
        revenue=float(line.revenue) if line.revenue is not None else None,
        attainment=line.attainment,
        coverage=line.coverage,
        csat=line.csat,
        certificates=(", " if english else "、").join(line.certificates),
        until=line.active_to,
        conflicts=line.conflicts,
        registered=line.registered,
        disputed=line.disputed,
        registered_url=_registrations(request, line.code, "granted"),
        disputed_url=_registrations(request, line.code, "waiting"),
    )


def _registrations(request: Asked, owner: str, state: str) -> str:
    path = address_of("customers:registrations") if request.actor.may("registration.read") else ""
    return f"{path}?{urlencode({'owner': owner, 'state': state})}" if path else ""


def _conflict(request: Asked, one: Conflict) -> ConflictRow:
    name = _area(one.area, english=language_of(request) == "en")
    return ConflictRow(
        name, one.partner, one.partner_customers, one.own_customers, customers_url(owner=one.partner_code)
    )


def _area(code: str, *, english: bool) -> str:
    found = _CITIES.get(code) or _PROVINCES.get(code[:2])
    return code if found is None else found[1] if english else found[0]


_CITIES = {city.code[:4]: (city.name, city.name_en) for city in CITIES}
_PROVINCES = {province.code[:2]: (province.name, province.name_en) for province in PROVINCES}


def _tabs(request: Asked, current: str) -> list[Link]:
    if len(request.actor.owner_ids) <= 1 and not request.actor.everywhere:
        return []
    return [
        Link("team.people", address_of("team:index"), current == "people"),
        Link("team.partners", address_of("team:partners"), current == "partners"),
    ]


def _teams(request: Asked, teams: tuple[tuple[str, str], ...]) -> list[Link]:
    chosen = request.GET.get("team", "")
    if not teams:
        return []
    whole = Link("web.all", address(request, team=None, start=None), not chosen)
    return [whole, *(Link(name, address(request, team=code, start=None), code == chosen) for code, name in teams)]


def _whole(request: Asked, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError({name: say("team.not_a_number")})
    return int(text)


def _day(request: Asked, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        raise InvalidError({name: say("team.not_a_day")}) from None
