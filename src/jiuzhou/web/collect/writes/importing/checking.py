"""An import checked: every row read onto a shelf of its own, so that a kill, a full disk or a cancel loses no work."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from jiuzhou.adapters.shelves import DiskShelf
from jiuzhou.collect import Quality, Source
from jiuzhou.collect.areas import OwnAreas
from jiuzhou.collect.gathering import Progress, gather
from jiuzhou.collect.wishes import Standing, Wishes
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message
from jiuzhou.web.collect.reads.importing.folders import ROWS, difference_path, home_of, shelf_of
from jiuzhou.web.collect.reads.importing.troubles import REPEATED, troubles_of
from jiuzhou.web.collect.writes.importing.customers import ground_of
from jiuzhou.web.collect.writes.importing.differing import write_difference, write_fact_difference
from jiuzhou.web.collect.writes.importing.looking_up import gazette_of
from jiuzhou.web.collect.writes.importing.opening import wanted_parts, workroom
from jiuzhou.web.collect.writes.importing.placing import places_of
from jiuzhou.web.collect.writes.importing.protected import protected_doubts
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Customer, FactBatch, Import, Organisation, Owner

Advance = Callable[[str, int, float], None]
"""Called with the table, the rows read so far and the share that is done; what it raises ends the check."""


def check_import(
    row: Import, *, advance: Advance = lambda table, rows, share: None, hold: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """
    Read everything that an import is to bring, and keep how good it is; return the rows read, kept and rejected.

    Raises
    ------
    JiuzhouError
        If the files are not what the person said; the import then says so.
    """
    shelf = DiskShelf(_fresh(row), numbered=True)
    gazette = gazette_of(row)
    try:
        with workroom(row) as folder:
            parts = wanted_parts(row, folder)
            sources = {table: source for table, (_, source) in parts.items()}
            quality = gather(
                sources,
                settings_of(row),
                shelf,
                wishes=_wishes(row, {key: table for table, (key, _) in parts.items()}),
                announce=_Told(sources, advance),
                areas=_areas(row.organisation_id),
                find=gazette,
            )
    except JiuzhouError as error:
        hold()
        Import.unscoped.filter(pk=row.pk).update(reason=error.message.to_json())
        raise
    fault("import.gathered")
    _keep(row, quality, gazette.notes if gazette is not None else (), hold)
    fault("import.checked")
    return dict(quality.totals)


def settings_of(row: Import) -> BookSettings:
    """Return by what rules the import's tables are read."""
    organisation = Organisation.objects.get(pk=row.organisation_id)
    return BookSettings(
        zone=organisation.zone,
        currency=organisation.currency,
        language="en" if organisation.language == "en" else "zh",
        as_of=organisation.as_of,
        crs=crs_of(row),
        company=organisation.name,
    )


def crs_of(row: Import) -> str:
    """Return the coordinate system of the customers' places, as the person said."""
    chosen = [choice for choice in row.choices.values() if choice.get("table") == "customers"]
    return str(chosen[0].get("crs") or "wgs84") if chosen else "wgs84"


def _fresh(row: Import) -> Path:
    home, mine = home_of(row), shelf_of(row)
    for other in home.glob("round-*"):
        if other != mine:
            shutil.rmtree(other, ignore_errors=True)
    return mine


class _Told:
    """Turns how far one table is into how far the whole is."""

    def __init__(self, sources: Mapping[str, Source], advance: Advance) -> None:
        self._advance, self._sources = advance, sources
        self._rows: dict[str, int] = {}
        self._share: dict[str, float] = {}

    def __call__(self, progress: Progress) -> None:
        self._rows[progress.table] = progress.rows
        self._share[progress.table] = progress.offset / progress.size if progress.size else 0.0
        done = sum(1.0 if name != progress.table else self._share[name] for name in self._rows)
        self._advance(progress.table, sum(self._rows.values()), min(1.0, done / len(self._sources)))
        fault("import.block")


def _wishes(row: Import, tables: Mapping[str, str]) -> Wishes:
    columns: dict[str, dict[str, str]] = {}
    units: dict[str, Any] = {}
    for key, table in tables.items():
        choice = row.choices[key]
        columns[table] = dict(choice.get("columns") or {})
        units[table] = {heading: unit for heading, unit in (choice.get("units") or {}).items() if unit}
    lenient = any(row.choices[key].get("lenient") for key in tables)
    return Wishes(columns=columns, units=units, standing=standing_of(row.organisation_id), lenient=lenient)


def standing_of(organisation: int) -> dict[str, Standing]:
    """Return what the store knows already of what other tables refer to; a table without rows is not among it."""
    # A merged code still names somebody, its name does not: that would be the survivor's a second time.
    live = Q(deleted_at=None) | Q(merged_into__isnull=False)
    customers = Customer.unscoped.filter(live, organisation=organisation).order_by("pk")
    named = Case(When(deleted_at=None, then=F("name")), default=Value(""))
    owners = Owner.unscoped.filter(organisation=organisation).order_by("pk")
    found = {
        "customers": _texts(customers.values_list("code", named)),
        "owners": _texts(owners.values_list("code", "name")),
        "products": _products(organisation),
    }
    return {table: standing for table, standing in found.items() if len(standing.ids)}


def _areas(organisation: int) -> OwnAreas | None:
    columns = ["region_code", "name", "parent_code", "geometry", "valid_to"]
    read = [pq.read_table(path) for path in _paths(organisation, "regions")]
    tables = [table.select([name for name in columns if name in table.column_names]) for table in read]
    # The batch that came last is asked first.
    own = OwnAreas(pa.concat_tables(reversed(tables), promote_options="default")) if tables else None
    return own or None


def _paths(organisation: int, table: str) -> list[Path]:
    batches = FactBatch.unscoped.filter(organisation=organisation, table=table, retired_at=None).order_by("pk")
    paths = [Path(settings.HOME) / path for path in batches.values_list("path", flat=True)]
    return [path for path in paths if path.is_file()]


def _texts(rows: Any) -> Standing:
    pairs = list(rows.iterator(chunk_size=10_000))
    return Standing(
        pa.array([code for code, _ in pairs], pa.string()), pa.array([name or None for _, name in pairs], pa.string())
    )


def _products(organisation: int) -> Standing:
    tables = [pq.read_table(path, columns=["product_id", "name"]) for path in _paths(organisation, "products")]
    if not tables:
        return Standing(pa.array([], pa.string()))
    whole = pa.concat_tables(tables).group_by("product_id", use_threads=False).aggregate([("name", "first")])
    return Standing(whole["product_id"].combine_chunks(), whole["name_first"].combine_chunks())


def _keep(row: Import, quality: Quality, notes: Sequence[Message], hold: Callable[[], None]) -> None:
    shelf = shelf_of(row)
    rejects = {table: shelf / f"{table}.rejects.parquet" for table in quality.tables}
    problems = [trouble for table, path in rejects.items() for trouble in troubles_of(table, path)]
    doubts = [
        {**doubt, "kept": True}
        for table in quality.tables
        for doubt in troubles_of(table, shelf / f"{table}.doubts.parquet")
    ]
    told = {**quality.to_json(), "notes": [note.to_json() for note in (*quality.notes, *notes)]}
    repeats = sum(table.rejected_by.get(REPEATED, 0) for table in quality.tables.values())
    counts: dict[str, Any] = {**quality.totals, "repeated": repeats, "round": row.round, "differences": {}}
    customers = shelf / "customers.parquet"
    places: dict[str, Any] = {}
    if "customers" in quality.tables:
        places = places_of(customers, crs_of(row))
        doubts += protected_doubts(row, customers)
        ground = ground_of(row, crs_of(row), timezone.now())
        counts["differences"]["customers"] = write_difference(ground, customers, difference_path(customers))
    for table, found in quality.tables.items():
        if table not in ROWS and found.kept:
            path = shelf / f"{table}.parquet"
            counts["differences"][table] = write_fact_difference(row, table, path, difference_path(path))
    hold()
    Import.unscoped.filter(pk=row.pk, round=row.round, state__in=("looked", "checked")).update(
        state="checked",
        quality=told,
        problems=[*problems, *doubts],
        places=places,
        counts=counts,
        reason={},
        checked_at=timezone.now(),
    )
