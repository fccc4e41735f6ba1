"""The levels of the company's own regions: how many regions each has, and how many customers lie in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from jiuzhou.collect.area_names import area_named
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.errors import InputError
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.models import Customer, FactBatch
from jiuzhou.web.store.own_regions import TABLE, OwnRegionNames, own_region_names, region_file, told_by

_MOST_CODES, _MOST_HELD = 5_000, 14_000
"""Codes that one question of the database takes."""
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class RegionLevel:
    """
    One level of own regions.

    Attributes
    ----------
    level
        What it is called; empty where the regions came in with an import that does not say it.
    regions
        How many regions it has.
    customers
        How many customers name one of them.
    file
        The file that they came from; empty where that is not known any more.
    upload
        The import that brought it, if one did.
    """

    id: int
    level: str
    regions: int
    customers: int
    file: str
    by: str
    at: datetime
    upload: int | None


def region_levels(actor: Actor) -> tuple[RegionLevel, ...]:
    """Return the levels in force, the one that came first before the others."""
    actor.must("import.run")
    rows = visible_to(actor, FactBatch).filter(table=TABLE, retired_at=None).select_related("by", "brought_by")
    batches = list(rows.order_by("pk"))
    held = _customers(actor) if batches else {}
    return tuple(_shape(batch, held) for batch in batches)


def region_level(actor: Actor, batch: int) -> RegionLevel:
    """
    Return one level in force.

    Raises
    ------
    NotFoundError
        If there is none, or none for this actor.
    """
    actor.must("import.run")
    found = one_visible(actor, FactBatch, pk=batch, table=TABLE, retired_at=None)
    return _shape(found, _customers(actor))


def own_codes(actor: Actor, names: OwnRegionNames | None = None) -> tuple[str, ...]:
    """
    Return the codes of own regions; of very many only those that customers have whom ``actor`` sees.

    Parameters
    ----------
    names
        The own regions, where they are known already.
    """
    known = (names or own_region_names(actor.organisation_id)).names
    if len(known) <= _MOST_CODES:
        return tuple(known)
    held = visible_to(actor, Customer).order_by().values_list("region_code", flat=True).distinct()
    return tuple(sorted(known.keys() & set(held)))[:_MOST_HELD]


def region_stated(organisation: int, text: str) -> str:
    """
    Return the code of the region that a person names: a code or a name, of the company's own or of a division.

    Raises
    ------
    InputError
        If no region is called so, or several are; says which.
    """
    said = text.strip()
    if not said:
        return ""
    if (own := own_region_names(organisation).stated(said)) is not None:
        return own
    code, several = area_named(said)
    if several:
        names = tuple("".join(divisions().path(one)) for one in several[:_MOST_NAMED])
        raise InputError("customers.several_regions", value=said, candidates=names)
    if code is None:
        raise InputError("customers.bad_region", value=said)
    return code


def _shape(batch: FactBatch, held: Mapping[str, int]) -> RegionLevel:
    level, file = told_by(batch.path)
    brought = batch.brought_by
    if not file and brought is not None:
        file = "、".join(str(one["name"]) for one in brought.files)
    codes = set(region_file(batch.path, ("region_code",))["region_code"].to_pylist())
    return RegionLevel(
        id=batch.pk,
        level=level,
        regions=len(codes),
        customers=sum(held.get(code, 0) for code in codes),
        file=file,
        by=batch.by.name if batch.by else "",
        at=batch.at,
        upload=batch.brought_by_id,
    )


def _customers(actor: Actor) -> dict[str, int]:
    here = visible_to(actor, Customer).exclude(region_code="").order_by().values("region_code").annotate(n=Count("pk"))
    return dict(here.values_list("region_code", "n"))
