"""Rows of facts put right: batches of which some rows are told otherwise, written anew."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.web.collect.writes.importing.known import KnownRows, places, row_hashes, says_otherwise
from jiuzhou.web.store.fact_files import FactFile, delete_unnamed, write_anew
from jiuzhou.web.store.facts import home_path


class Corrections:
    """
    The batches of a table while an import puts rows of them right.

    Parameters
    ----------
    over
        Paths of the batches in force, by their keys.

    Attributes
    ----------
    anew
        Files to stand in place of batches, by their keys.
    rows
        How many rows say something else in them.
    """

    def __init__(self, table: str, over: Mapping[int, str]) -> None:
        self._table = table
        self._over = {key: path for key, path in over.items() if home_path(path).is_file()}
        self.anew: dict[int, FactFile] = {}
        self.rows = 0

    def put_right(self, there: KnownRows, rows: pa.Table) -> None:
        """Write those batches anew in which one of ``rows`` stands with other cells."""
        change = _Change(there, rows)
        for key, path in self._over.items():
            before = self.anew.get(key)
            now = before.path if before else path
            keys = pq.ParquetFile(home_path(now)).iter_batches(batch_size=262_144, columns=there.key)
            if not any(change.touches(batch) for batch in keys):
                continue
            if (made := write_anew(self._table, now, change)) is not None:
                self.anew[key] = made
                if before is not None:
                    delete_unnamed([before.path])
        self.rows += change.changed


class _Change:
    """
    What becomes of standing rows where others say something else; those are sorted by their key.

    A column that standing rows lack is added wherever one of them is known, if it is told at all.
    """

    def __init__(self, there: KnownRows, rows: pa.Table) -> None:
        hashes = row_hashes(rows, there.key)
        order = np.argsort(hashes)
        self._key, self._hashes, self._rows = there.key, hashes[order], rows.take(pa.array(order))
        self._told = [name for name in there.told if rows[name].null_count < rows.num_rows]
        self.changed = 0

    def touches(self, rows: pa.RecordBatch) -> bool:
        return bool(places(self._hashes, row_hashes(rows, self._key))[1].any())

    def __call__(self, standing: pa.Table) -> pa.Table | None:
        place, hit = places(self._hashes, row_hashes(standing, self._key))
        if not hit.any():
            return None
        comes, known = self._rows.take(pa.array(place)), pa.array(hit)
        changed = pa.chunked_array([pa.array(np.zeros(standing.num_rows, dtype=bool))])
        for name in self._told:
            if name not in standing.column_names:
                standing = standing.append_column(name, pa.nulls(standing.num_rows, comes[name].type))
            at = standing.schema.get_field_index(name)
            field, stands = standing.schema.field(at), standing[name]
            new = comes[name].cast(field.type, safe=False)
            otherwise = pc.and_(known, says_otherwise(new, stands))
            changed = pc.or_(changed, otherwise)
            standing = standing.set_column(at, field, pc.if_else(otherwise, new, stands))
        count = int(pc.sum(changed).as_py() or 0)
        self.changed += count
        return standing if count else None
