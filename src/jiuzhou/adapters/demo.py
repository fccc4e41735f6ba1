"""The demo book into a folder: CSV that people can open, or Parquet where it is large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import chain
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from jiuzhou.adapters.folders import staged
from jiuzhou.adapters.sources.book_toml import SETTINGS, settings_text
from jiuzhou.demo import AS_OF, CUSTOMERS, SEED, demo_settings, dirty_rows, make_batches
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.column import Kind
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.moments import to_local
from jiuzhou.kernel.tables import TABLES

CSV_UP_TO = 20_000
"""Customers up to which the book is written as CSV, with its planted bad rows; Parquet, being typed, has none."""
_MARK = "# 演示账簿，内容纯属虚构。 Demo book; everything in it is invented."
_BESIDE = ("policy.toml", "rules.yaml")
_LIST_SIGN = "|"
_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class WrittenDemo:
    """
    What was written.

    Attributes
    ----------
    files
        The tables' files by table.
    rows
        Rows by table, bad ones included.
    planted
        Bad rows by table and fault.
    """

    files: Mapping[str, Path]
    rows: Mapping[str, int]
    planted: Mapping[str, Mapping[str, int]]


def write_demo(folder: Path, *, customers: int = CUSTOMERS, seed: int = SEED, as_of: date = AS_OF) -> WrittenDemo:
    """
    Return what was written: a demo book in ``folder``, with ``book.toml``, ``policy.toml`` and ``rules.yaml``.

    Parameters
    ----------
    folder
        New, empty, or an earlier demo book, which is replaced.
    customers
        As for ``demo.make_book``; above ``CSV_UP_TO`` the tables are Parquet, written batch by batch.

    Raises
    ------
    InputError
        If ``folder`` holds something else, or ``customers`` is out of range.
    """
    batches = make_batches(customers=customers, seed=seed, as_of=as_of, batch=_BATCH)
    company = next(batches)
    _check_free(folder)
    form = "csv" if customers <= CSV_UP_TO else "parquet"
    with staged(folder) as stage:
        _write_beside(stage, demo_settings(as_of), seed)
        rows, planted = _write_tables(stage, form, chain([company], batches), as_of)
    for name in TABLES:
        for other in ("csv", "parquet"):
            if other != form or not rows[name]:
                (folder / f"{name}.{other}").unlink(missing_ok=True)
    paths = {name: folder / f"{name}.{form}" for name in TABLES if rows[name]}
    return WrittenDemo(paths, {name: rows[name] for name in paths}, planted)


def _write_beside(folder: Path, settings: BookSettings, seed: int) -> None:
    text = f"{_MARK}\n# seed {seed}\n{settings_text(settings)}"
    (folder / SETTINGS).write_text(text, "utf-8", newline="\n")
    for name in _BESIDE:
        source = files("jiuzhou.demo") / name
        if source.is_file():
            (folder / name).write_bytes(source.read_bytes())


def _write_tables(
    folder: Path, form: str, batches: Iterable[Mapping[str, pa.Table]], as_of: date
) -> tuple[Counter[str], dict[str, Mapping[str, int]]]:
    rows: Counter[str] = Counter()
    planted: dict[str, Mapping[str, int]] = {}
    with _Files(folder, form, demo_settings(as_of).zone) as out:
        for pieces in batches:
            for name, table in pieces.items():
                out.write(name, table)
                rows[name] += table.num_rows
            if form == "csv" and "customers" in pieces:
                for name, bad in dirty_rows(pieces["customers"], pieces["orders"], as_of=as_of).items():
                    out.write_texts(name, [row for _, row in bad])
                    rows[name] += len(bad)
                    planted[name] = dict(sorted(Counter(fault for fault, _ in bad).items()))
    return rows, planted


def _check_free(folder: Path) -> None:
    settings = folder / SETTINGS
    mine = settings.is_file() and settings.read_text("utf-8").startswith(_MARK)
    if folder.is_file() or (not mine and folder.exists() and any(folder.iterdir())):
        raise InputError("demo.folder_taken", folder=str(folder))


class _Files:
    """The open files of the tables, one for each, into which pieces are appended."""

    def __init__(self, folder: Path, form: str, zone: str) -> None:
        self.form = form
        self._folder, self._zone = folder, zone
        self._open: dict[str, pa.csv.CSVWriter | pq.ParquetWriter] = {}
        self._columns: dict[str, pa.Schema] = {}

    def __enter__(self) -> _Files:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._open.values():
            writer.close()

    def write(self, name: str, table: pa.Table) -> None:
        rows = table if self.form == "parquet" else _texts(table, name, self._zone)
        if name not in self._open:
            path = self._folder / f"{name}.{self.form}"
            self._columns[name] = rows.schema
            self._open[name] = (
                pq.ParquetWriter(path, rows.schema, compression="zstd")
                if self.form == "parquet"
                else pa.csv.CSVWriter(
                    path, rows.schema, write_options=pa.csv.WriteOptions(quoting_style="none", quoting_header="none")
                )
            )
        self._open[name].write_table(rows)

    def write_texts(self, name: str, rows: list[Mapping[str, str]]) -> None:
        columns = {column: [row.get(column) for row in rows] for column in self._columns[name].names}
        self._open[name].write_table(pa.table(columns, schema=self._columns[name]))


def _texts(table: pa.Table, name: str, zone: str) -> pa.Table:
    spec = TABLES[name]
    columns = {}
    for column, values in zip(table.column_names, table.columns, strict=True):
        known = spec.column(column)
        columns[column] = _text(values, known.kind if known else Kind.TEXT, zone)
    return pa.table(columns)


def _text(values: pa.ChunkedArray, kind: Kind, zone: str) -> pa.ChunkedArray | pa.Array:
    if kind is Kind.LIST:
        return pc.binary_join(values.combine_chunks(), _LIST_SIGN)
    if kind is Kind.MONEY:
        return values.cast(pa.decimal128(18, 2)).cast(pa.string())
    if kind is Kind.MOMENT:
        return pc.strftime(to_local(values, zone).cast(pa.timestamp("s")), "%Y-%m-%d %H:%M:%S")
    return values.cast(pa.string())
