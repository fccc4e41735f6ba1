"""
Facts of an import as Parquet files, made ready before the manifest names them.

New rows make a file of their own. A batch of which rows are told otherwise is written anew beside it, with those cells
as they are now; the manifest then names the new file in its place, and the old one again if the import is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.collect.writes.importing.correcting import Corrections
from jiuzhou.web.collect.writes.importing.known import KnownRows
from jiuzhou.web.collect.writes.importing.sifting import batches_in_force, in_force, sifted, standing
from jiuzhou.web.store.fact_files import ROWS_A_GROUP, draft_of, put_in_place
from jiuzhou.web.store.models import FactBatch, Import

_ORDER = ("customer_id", "ordered_at", "at", "paid_at", "opened_at")


def ready(row: Import, table: str, path: Path, told: Callable[[int], None]) -> dict[str, Any]:
    """
    Lay what an import brings of a table into the folder of facts.

    Parameters
    ----------
    path
        The table as collect finished it.
    told
        Called with the rows that were gone through.

    Returns
    -------
    dict
        ``over``: paths of the batches that this was made over, by their keys. ``new``: the file of the rows that are
        not there yet, if any. ``anew``: files to stand in place of batches, by their keys. ``known``: rows there
        already; ``corrected``: those of them that say something else; ``erased``: rows of people who were erased.
    """
    organisation = row.organisation_id
    over = in_force(organisation, table)
    there = standing(organisation, table, row)
    corrections = Corrections(table, over)
    seen = known = erased = rows = 0
    writer: Any = None
    with draft_of(table) as draft:
        try:
            for slab in sifted(organisation, path, there):
                seen, known, erased = seen + slab.rows, known + slab.known, erased + slab.erased
                if isinstance(there, KnownRows) and slab.otherwise.num_rows:
                    corrections.put_right(there, slab.otherwise)
                if slab.fresh.num_rows:
                    fresh = _by_customer(organisation, table, slab.fresh)
                    rows += fresh.num_rows
                    writer = writer or pq.ParquetWriter(draft, fresh.schema, compression="zstd", write_page_index=True)
                    writer.write_table(fresh, row_group_size=ROWS_A_GROUP)
                told(seen)
        finally:
            if writer is not None:
                writer.close()
        new = put_in_place(draft, rows) if rows else None
    return {
        "over": _by_text(over),
        "new": asdict(new) if new else None,
        "anew": _by_text({key: asdict(file) for key, file in corrections.anew.items()}),
        "known": known,
        "corrected": corrections.rows,
        "erased": erased,
    }


def moved(organisation: int, made: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the tables of what was made ready over other batches than are in force by now."""
    return [table for table, ready in made.items() if _by_text(in_force(organisation, table)) != ready["over"]]


def announce(row: Import, table: str, ready: Mapping[str, Any], *, by: int | None, now: datetime) -> None:
    """Let the manifest name what was made ready; within the transaction that found that nothing moved."""
    about = {"organisation_id": row.organisation_id, "table": table, "brought_by": row, "run": row.run}
    about |= {"by_id": by, "at": now}
    for key, file in ready["anew"].items():
        FactBatch.unscoped.filter(pk=int(key)).update(retired_at=now)
        FactBatch.unscoped.create(**about, **file, replaces_id=int(key))
    if ready["new"]:
        FactBatch.unscoped.create(**about, **ready["new"])


def take_back(row: Import, *, now: datetime) -> None:
    """
    Retire what an import brought, and let hold again what it stood in place of.

    Raises
    ------
    RefusedError
        If a later import corrected what this one brought: that one is to be taken back first.
    """
    mine = FactBatch.unscoped.filter(brought_by=row, retired_at=None)
    replaced = [key for key in mine.values_list("replaces", flat=True) if key is not None]
    refuse_corrected(row)
    mine.update(retired_at=now)
    FactBatch.unscoped.filter(pk__in=replaced).update(retired_at=None)


def refuse_corrected(row: Import) -> None:
    """Go on only if no later import that stands corrected what this one brought; raises as ``take_back`` does."""
    later = FactBatch.unscoped.filter(replaces__brought_by=row, brought_by__state="imported").exclude(brought_by=row)
    latest = later.order_by("-brought_by").values_list("brought_by", "brought_by__files").first()
    if latest is not None:
        number, files = latest
        raise RefusedError("importing.corrected_since", number=number, file=files[0]["name"] if files else "")


def _by_customer(organisation: int, table: str, rows: pa.Table) -> pa.Table:
    if table == "payments":
        rows = rows.append_column("customer_id", _customers_of(organisation, rows["order_id"]))
    keys = [name for name in _ORDER if name in rows.column_names]
    return rows.sort_by([(name, "ascending") for name in keys]) if "customer_id" in keys else rows


def _customers_of(organisation: int, orders: pa.ChunkedArray) -> pa.Array:
    found = pa.nulls(len(orders), pa.string())
    wanted = orders.combine_chunks()
    for batch in batches_in_force(organisation, "orders", ["order_id", "customer_id"]):
        at = pc.index_in(wanted, value_set=batch["order_id"])
        found = pc.coalesce(found, batch["customer_id"].take(at))
    return found


def _by_text(values: Mapping[int, Any]) -> dict[str, Any]:
    # As JSON keeps it: what was made ready is compared with what was read back.
    return {str(key): value for key, value in values.items()}
