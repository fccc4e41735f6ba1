"""The company's own regions brought as a GeoJSON file, level by level, exchanged and taken out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import IntegrityError, transaction
from django.utils import timezone

from jiuzhou.adapters.sources.unpacking import unpack_regions
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.importing.files import MIB, ending_of, shown_name
from jiuzhou.web.collect.writes.importing.steps import must_import
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.fact_files import FactFile, draft_of, write_file
from jiuzhou.web.store.models import FactBatch
from jiuzhou.web.store.own_regions import FILE, LEVEL, TABLE, region_file, told_by

ENDINGS = (".geojson", ".json")
LARGEST = 50 * MIB
LONGEST_LEVEL, LONGEST_CODE = 40, 40
SYSTEMS = ("wgs84", "gcj02", "bd09")


def bring_regions(
    actor: Actor, name: str, path: Path, *, level: str = "", crs: str = "wgs84", replaces: int | None = None
) -> tuple[int, ...]:
    """
    Let the regions of a GeoJSON file hold from now on; return the id of each level, those of ``replaces`` first.

    Parameters
    ----------
    name, path
        What the file is called, and where it lies for the moment.
    level
        What its level is called; empty where each region says that itself, in its property ``level``.
    crs
        Coordinate system of the file, one of ``SYSTEMS``.
    replaces
        The level whose place the file takes; it keeps its name unless ``level`` gives another.

    Raises
    ------
    InputError
        If the file is not one that is read, or holds no regions; the sentence names the feature and what to do.
    InvalidError
        If no level is said, or a code is too long.
    NotFoundError
        If the level to be replaced is not there.
    ConflictError
        If a level of that name or a region of that code stands already.
    """
    must_import(actor)
    file = _checked(name, path)
    before = None if replaces is None else one_visible(actor, FactBatch, pk=replaces, table=TABLE, retired_at=None)
    if before is not None and not level:
        level = told_by(before.path)[0]
    if crs not in SYSTEMS:
        raise InvalidError({"crs": say("regions.unknown_crs")})
    with draft_of(TABLE) as draft:
        unpack_regions(path, draft, file, crs=crs)
        levels = _by_level(pq.read_table(draft), " ".join(level.split()))
    _refuse_twice(actor, levels, before)
    placed = {
        word: write_file(TABLE, table.replace_schema_metadata({LEVEL: word.encode(), FILE: file.encode()}))
        for word, table in levels.items()
    }
    return _announced(actor, placed, before)


def remove_regions(actor: Actor, batch: int) -> None:
    """
    Take a level of own regions out; customers keep the codes they have.

    Raises
    ------
    NotFoundError
        If it is not there.
    """
    must_import(actor)
    row = one_visible(actor, FactBatch, pk=batch, table=TABLE, retired_at=None)
    with transaction.atomic():
        if FactBatch.unscoped.filter(pk=row.pk, retired_at=None).update(retired_at=timezone.now()):
            before = {"level": told_by(row.path)[0], "regions": row.rows}
            record(actor.origin, "regions.remove", TABLE, str(row.pk), before=before)


def _checked(name: str, path: Path) -> str:
    file, size = shown_name(name), path.stat().st_size
    if ending_of(name) not in ENDINGS:
        raise InputError("regions.unknown_ending", file=file)
    if size > LARGEST:
        raise InputError("regions.too_large", file=file, most=LARGEST // MIB)
    if size == 0:
        raise InputError("regions.empty", file=file)
    return file


def _by_level(table: pa.Table, level: str) -> dict[str, pa.Table]:
    """Return the regions by the name of their level: the one given for all, else what each says."""
    longest = max(table["region_code"].to_pylist(), key=len)
    if len(longest) > LONGEST_CODE:
        raise InvalidError({"file": say("regions.code_too_long", region=longest[:60], most=LONGEST_CODE)})
    said = pa.chunked_array([[level] * table.num_rows], pa.string()) if level else table["level"]
    plain, found = table.drop_columns(["level"]), {}
    for word in sorted(set(said.to_pylist())):
        if not word:
            raise InvalidError({"level": say("regions.level_missing")})
        if len(word) > LONGEST_LEVEL:
            raise InvalidError({"level": say("regions.level_too_long", most=LONGEST_LEVEL)})
        found[word] = plain.filter(pc.equal(said, word))
    return found


def _refuse_twice(actor: Actor, levels: Mapping[str, pa.Table], before: FactBatch | None) -> None:
    standing = visible_to(actor, FactBatch).filter(table=TABLE, retired_at=None)
    coming = {code for table in levels.values() for code in table["region_code"].to_pylist()}
    for other in standing if before is None else standing.exclude(pk=before.pk):
        word = told_by(other.path)[0]
        if word and word in levels:
            raise ConflictError("regions.level_stands", level=word)
        codes = set(region_file(other.path, ("region_code",))["region_code"].to_pylist())
        if both := sorted(codes & coming):
            raise ConflictError("regions.code_stands", region=both[0], level=word or "—", n=len(both))


def _announced(actor: Actor, placed: Mapping[str, FactFile], before: FactBatch | None) -> tuple[int, ...]:
    now, made = timezone.now(), list[int]()
    try:
        with transaction.atomic():
            if before is not None and not FactBatch.unscoped.filter(pk=before.pk, retired_at=None).update(
                retired_at=now
            ):
                raise ConflictError("regions.changed_meanwhile")
            for level, file in placed.items():
                row = FactBatch.unscoped.create(
                    organisation_id=actor.organisation_id,
                    table=TABLE,
                    path=file.path,
                    rows=file.rows,
                    digest=file.digest,
                    by_id=actor.user_id,
                    at=now,
                )
                made.append(int(row.pk))
                was = None if before is None else {"batch": before.pk, "regions": before.rows}
                after = {"level": level, "regions": file.rows}
                record(actor.origin, "regions.bring", TABLE, str(row.pk), before=was, after=after)
    except IntegrityError:
        raise ConflictError("regions.changed_meanwhile") from None
    return tuple(made)
