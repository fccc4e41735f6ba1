"""The tables of an import, opened as the person said they are to be read, under the names their files came with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jiuzhou.adapters.sources.archives import check_archive
from jiuzhou.adapters.sources.csv_files import csv_source
from jiuzhou.adapters.sources.json_lines import json_source
from jiuzhou.adapters.sources.parquet_files import parquet_source
from jiuzhou.adapters.sources.unpacking import unpack
from jiuzhou.adapters.sources.workbooks import sheet_source
from jiuzhou.collect import Mark, RawTable, Source
from jiuzhou.collect.aliases import table_of
from jiuzhou.collect.corrections import Correction, corrected
from jiuzhou.kernel.errors import BookError
from jiuzhou.web.collect.reads.importing.error_files import added, is_error_file
from jiuzhou.web.collect.reads.importing.folders import home_of, path_of
from jiuzhou.web.collect.writes.importing.files import ending_of
from jiuzhou.web.store.models import Import


@dataclass(frozen=True, slots=True)
class Part:
    """One file, or one sheet of a workbook, with the table it is read as."""

    key: str
    file: int
    sheet: str
    table: str
    source: Source


@contextmanager
def workroom(row: Import) -> Iterator[Path]:
    """Yield a folder beside the import's files that is gone afterwards; what a killed attempt left goes first."""
    home = home_of(row)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in home.glob("work-*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix="work-", dir=home) as folder:
        yield Path(folder)


def parts_of(row: Import, folder: Path, tables: Mapping[str, str], encodings: Mapping[str, str]) -> Iterator[Part]:
    """
    Yield every file and every filled sheet of an import.

    Parameters
    ----------
    tables, encodings
        By part, what a person said of it; a part without a table is read as the one its name means, or as customers.

    Raises
    ------
    BookError
        If a file cannot be read; it names the file as the person knows it.
    """
    for number, file in enumerate(row.files):
        with as_known(file["stored"], file["name"]):
            yield from _of_file(path_of(row, file), file["name"], number, folder, tables, encodings)


def _of_file(
    path: Path, name: str, number: int, folder: Path, tables: Mapping[str, str], encodings: Mapping[str, str]
) -> Iterator[Part]:
    ending, own = ending_of(name), folder / str(number)
    own.mkdir(exist_ok=True)
    if ending == ".xlsx":
        yield from _sheets(path, name, number, own, tables)
        return
    key = str(number)
    table = tables.get(key) or table_of(Path(name).stem) or "customers"
    encoding = encodings.get(key) or None
    if ending == ".parquet":
        source = parquet_source(path, trusted=False)
    elif ending in (".csv", ".tsv", ".txt"):
        source = csv_source(path, table, own, encoding=encoding)
    else:
        source = json_source(path, own, encoding=encoding)
    yield Part(key, number, "", table, shown_as(source, name))


def _sheets(path: Path, name: str, number: int, folder: Path, tables: Mapping[str, str]) -> Iterator[Part]:
    check_archive(path)
    sheets = [sheet for sheet in unpack(path, folder, lambda names: names) if sheet.row_count]
    if not sheets:
        raise BookError("adapters.empty_file", file=name)
    for sheet in sheets:
        key = f"{number}:{sheet.name}"
        by_name = table_of(sheet.name) or (table_of(Path(name).stem) if len(sheets) == 1 else None)
        table = tables.get(key) or by_name or "customers"
        place = f"{name} [{sheet.name}]"
        yield Part(key, number, sheet.name, table, sheet_source(sheet, table, place))


@contextmanager
def as_known(stored: str, name: str) -> Iterator[None]:
    """Let what goes wrong with a file be told of it under the name that the person knows."""
    try:
        yield
    except BookError as error:
        told = {
            key: value.replace(stored, name) if isinstance(value, str) else value
            for key, value in error.message.params.items()
        }
        raise BookError(error.code, **told) from None


def shown_as(source: Source, name: str) -> Source:
    """Return ``source`` under another name."""

    def blocks(mark: Mark | None) -> Iterator[RawTable]:
        for raw in source.blocks(mark):
            yield replace(raw, file=name)

    return replace(source, file=name, blocks=blocks)


def without_added(source: Source) -> Source:
    """Return a source without the columns that an error file has beside the company's own."""
    if not is_error_file(source.headings):
        return source
    own = tuple(heading for heading in source.headings if heading not in added())

    def blocks(mark: Mark | None) -> Iterator[RawTable]:
        for raw in source.blocks(mark):
            yield replace(raw, table=raw.table.select(list(own)))

    return replace(source, headings=own, blocks=blocks)


def wanted_parts(row: Import, folder: Path) -> dict[str, tuple[str, Source]]:
    """
    Return by table the part that the person wants read as it, and its source with the corrections made.

    Raises
    ------
    BookError
        If a file cannot be read any more, or two parts are to be the same table.
    """
    choices: Mapping[str, Mapping[str, Any]] = row.choices
    tables = {key: str(choice.get("table") or "") for key, choice in choices.items()}
    encodings = {key: str(choice.get("encoding") or "") for key, choice in choices.items()}
    corrections = corrections_of(row.corrections)
    found: dict[str, tuple[str, Source]] = {}
    for part in parts_of(row, folder, tables, encodings):
        table = tables.get(part.key)
        if not table:
            continue
        if table in found:
            raise BookError("importing.table_twice", first=found[table][1].file, second=part.source.file)
        found[table] = (part.key, corrected(without_added(part.source), table, corrections))
    return found


def corrections_of(stored: Sequence[Mapping[str, Any]]) -> list[Correction]:
    """Return stored corrections as collect takes them."""
    return [
        Correction(
            table=str(one["table"]),
            heading=str(one["heading"]),
            value=str(one["value"]),
            replacement=str(one["replacement"]),
            row=one.get("row"),
        )
        for one in stored
    ]
