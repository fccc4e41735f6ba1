"""New customers of an import that somebody registered and works on: told before they are written under another name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils import timezone

from jiuzhou.collect.companies import Verdict, likeness
from jiuzhou.collect.part import ROW
from jiuzhou.kernel.message import say
from jiuzhou.web.store.company_keys import Held, names_in_parts, protecting_registrations
from jiuzhou.web.store.models import Customer, Import, Organisation, Owner

_AT_ONCE = 65_536


def protected_doubts(row: Import, customers: Path) -> list[dict[str, Any]]:
    """
    Return, one for each company, the new customers that are protected for another owner than the file gives them.

    Whoever imports decides for the whole company, so that they come in nevertheless: as a doubt, in the form of
    ``reads.importing.troubles``.
    """
    zone = Organisation.objects.values_list("zone", flat=True).get(pk=row.organisation_id)
    registered = protecting_registrations(row.organisation_id, today=timezone.now().astimezone(ZoneInfo(zone)).date())
    found: dict[int, dict[str, Any]] = {}
    if registered:
        for number, held in _met(row, customers, registered):
            one = found.setdefault(held.key, _doubt(held, number))
            one["count"] += 1
    return sorted(found.values(), key=lambda one: int(one["row"]))


def _met(row: Import, customers: Path, registered: tuple[Held, ...]) -> Iterator[tuple[int, Held]]:
    by_core, by_number = defaultdict[str, list[Held]](list), defaultdict[str, list[Held]](list)
    for held in registered:
        by_core[held.parts.core].append(held)
        if held.tax_id:
            by_number[held.tax_id].append(held)
    codes = dict(Owner.unscoped.filter(pk__in={held.owner_id for held in registered}).values_list("pk", "code"))
    cores, numbers = (pa.array(sorted(keys), pa.string()) for keys in (by_core, by_number))
    for batch in pq.ParquetFile(customers).iter_batches(batch_size=_AT_ONCE):
        rows = pa.table(batch)
        names = names_in_parts(rows["name"].to_pylist())
        met = pc.is_in(pa.array([name.core for name in names], pa.string()), value_set=cores)
        if "tax_id" in rows.column_names:
            met = pc.or_(met, pc.is_in(rows["tax_id"].combine_chunks(), value_set=numbers))
        at = pc.indices_nonzero(met).to_pylist()
        told = rows.take(pa.array(at, pa.int64())).to_pylist()
        new = _new(row.organisation_id, [one["customer_id"] for one in told])
        for place, one in zip(at, told, strict=True):
            if one["customer_id"] not in new:
                continue
            near = {held.key: held for held in (*by_core[names[place].core], *by_number[one.get("tax_id") or ""])}
            for held in near.values():
                same = likeness(names[place], held.parts).verdict is Verdict.SAME
                if (same or (held.tax_id and one.get("tax_id") == held.tax_id)) and one.get("owner_id") != codes.get(
                    held.owner_id or 0
                ):
                    yield int(one[ROW]), held


def _new(organisation: int, codes: list[str]) -> set[str]:
    known = Customer.unscoped.filter(organisation=organisation, code__in=codes).values_list("code", flat=True)
    return set(codes) - set(known)


def _doubt(held: Held, number: int) -> dict[str, Any]:
    told = say("importing.protected", company=held.name, owner=held.owner, until=held.until)
    return {
        "table": "customers",
        "column": "",
        "code": told.code,
        "params": told.plain_params(),
        "value": None,
        "near": "",
        "count": 0,
        "row": number,
        "kept": True,
    }
