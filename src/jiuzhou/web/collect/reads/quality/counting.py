"""Customers counted by city in one question, and added up to provinces and to all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial, reduce
from operator import or_
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.db.models import Case, F, Max, Q, QuerySet, Sum, When
from django.db.models import Count as Rows
from django.utils import timezone

from jiuzhou.collect.regions import top_region
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.tallies import tallied
from jiuzhou.web.collect.reads.doubts import (
    INCONSISTENT,
    INVALID,
    LOCATED,
    TWICE,
    in_sight,
    located_condition,
    plain_doubts,
    repeated,
)
from jiuzhou.web.collect.reads.quality.shapes import FIELDS, Count, Customers, Region
from jiuzhou.web.collect.reads.regions import own_codes
from jiuzhou.web.collect.reads.wanted import GAP_CONDITIONS
from jiuzhou.web.store.models import Customer, Organisation
from jiuzhou.web.store.own_regions import OwnRegionNames, own_region_names
from jiuzhou.web.store.search import region_stem
from jiuzhou.web.store.today import working_day

Row: TypeAlias = Sequence[Any]
_PLAIN = (*INVALID, *INCONSISTENT)
_PROVINCE, _MOST_ALIKE = 2, 500


def count_customers(actor: Actor, region: str = "", *, today: date | None = None) -> Customers:
    """
    Return the figures of the customers that ``actor`` sees.

    Parameters
    ----------
    region
        A province whose cities are wanted instead of the provinces.
    today
        The organisation's day, if it is known already.
    """
    found = tallied(actor, "quality", partial(count_quality, actor, today=today))
    cities, twice, told = found.rows[0]["cities"], found.rows[0]["twice"], date.fromisoformat(found.rows[0]["today"])
    whole = _added(cities)
    used = frozenset(name for name in FIELDS if whole.missing[name] < whole.customers) or frozenset(FIELDS)
    completeness = whole.completeness(used)
    return Customers(
        all=whole,
        used=used,
        completeness=completeness,
        uniqueness=1 - twice["same_tax_id"] / whole.numbered if whole.numbered else 1.0,
        freshness_days=(told - whole.newest).days if whole.newest else None,
        twice=twice,
        regions=_regions(cities, region, used, completeness, own_region_names(actor.organisation_id)),
        counted_at=found.at,
    )


def count_quality(actor: Actor, *, today: date | None = None) -> tuple[int, list[Any]]:
    """Return how many customers ``actor`` sees, and the one row of their figures by city."""
    today, zone = today or today_of(actor), ZoneInfo(actor.zone)
    visible = in_sight(actor)
    own = own_region_names(actor.organisation_id)
    codes = own_codes(actor, own)
    sums = {
        **{f"m_{name}": Rows("pk", filter=GAP_CONDITIONS[name]) for name in FIELDS},
        **{f"d_{name}": Rows("pk", filter=condition) for name, condition in plain_doubts(today, codes).items()},
        **{f"l_{name}": Rows("pk", filter=located_condition((name,))) for name in LOCATED},
        "invalid": Rows("pk", filter=_any(today, INVALID, codes)),
        "inconsistent": Rows("pk", filter=_any(today, INCONSISTENT, codes)),
        "numbered": Rows("pk", filter=~Q(tax_id="")),
        "newest": Max("customer_since"),
    }
    grouped: QuerySet[Any, Any] = visible.order_by().values(area=_area(own)).annotate(n=Rows("pk"), **sums)
    cities = [
        [
            row["area"],
            row["n"],
            [row[f"m_{name}"] for name in FIELDS],
            [row[f"d_{name}"] for name in _PLAIN],
            [row[f"l_{name}"] for name in LOCATED],
            *(row[name] for name in ("invalid", "inconsistent", "numbered")),
            row["newest"].astimezone(zone).date().isoformat() if row["newest"] else None,
        ]
        for row in grouped
    ]
    twice = {name: _held_twice(visible, name.removeprefix("same_")) for name in TWICE}
    total = sum(row[1] for row in cities)
    return total, [{"cities": cities, "twice": twice, "today": today.isoformat()}]


def _area(own: OwnRegionNames) -> Any:
    """Return what customers are counted by: their city, their whole code where that is no division's."""
    provinces = [province.code[:_PROVINCE] for province in PROVINCES]
    alike = [code for code in own.names if code[:_PROVINCE] in provinces and divisions().get(own.top(code)) is None]
    by_code = [When(region_code__in=alike[:_MOST_ALIKE], then=F("region_code"))] if alike else []
    return Case(*by_code, When(province__in=provinces, then=F("city")), default=F("region_code"))


def today_of(actor: Actor) -> date:
    """Return the organisation's day."""
    as_of = Organisation.objects.values_list("as_of", flat=True).get(pk=actor.organisation_id)
    return working_day(as_of, now=timezone.now(), zone=actor.zone)


def _any(today: date, names: Iterable[str], own: Sequence[str]) -> Q:
    plain = plain_doubts(today, own)
    return reduce(or_, (plain[name] for name in names))


def _held_twice(visible: QuerySet[Customer], field: str) -> int:
    return repeated(visible, field).aggregate(all=Sum("held"))["all"] or 0


def _regions(
    cities: Sequence[Row], region: str, used: frozenset[str], whole: float, own: OwnRegionNames
) -> tuple[Region, ...]:
    stem, groups = region_stem(region)[:_PROVINCE], dict[str, list[Row]]()
    for row in cities:
        code = row[0] or ""
        top = own.top(code)
        group = top if top in own.names else top_region(top)
        if not stem:
            groups.setdefault(group, []).append(row)
        elif group.startswith(stem):
            groups.setdefault(code.ljust(6, "0") if code.startswith(stem) else code, []).append(row)
    found = [_region(code, _added(rows), used, whole, own.names.get(code, "")) for code, rows in groups.items()]
    return tuple(sorted(found, key=lambda one: (one.completeness, -one.count.customers, one.code)))


def _region(code: str, count: Count, used: frozenset[str], whole: float, name: str) -> Region:
    own = count.completeness(used)
    return Region(code, count, own, own / whole - 1 if whole else 0.0, name)


def _added(rows: Sequence[Row]) -> Count:
    newest = max((row[8] for row in rows if row[8]), default=None)
    return Count(
        customers=sum(row[1] for row in rows),
        missing=_by_name(FIELDS, [row[2] for row in rows]),
        doubts=_by_name(_PLAIN, [row[3] for row in rows]),
        located=_by_name(LOCATED, [row[4] for row in rows]),
        invalid=sum(row[5] for row in rows),
        inconsistent=sum(row[6] for row in rows),
        numbered=sum(row[7] for row in rows),
        newest=date.fromisoformat(newest) if newest else None,
    )


def _by_name(names: Sequence[str], columns: Sequence[Sequence[int]]) -> Mapping[str, int]:
    return {name: sum(column[place] for column in columns) for place, name in enumerate(names)}
