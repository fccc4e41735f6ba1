"""Where the tables of a company lie: a folder, single files, or one workbook, and its ``book.toml``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from jiuzhou.adapters.csv_files import read_csv
from jiuzhou.adapters.parquet_files import read_parquet
from jiuzhou.adapters.toml_files import read_toml, toml_value
from jiuzhou.adapters.workbooks import read_workbook
from jiuzhou.collect import RawTable
from jiuzhou.collect.aliases import table_of
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.tables import TABLES

SETTINGS = "book.toml"
FORMAT, VERSION = "jiuzhou.book", 1
ENDINGS = (".csv", ".tsv", ".xlsx", ".parquet")


def read_sources(*paths: Path | str) -> tuple[BookSettings, dict[str, RawTable]]:
    """
    Return the settings and the tables that lie at ``paths``, as they are.

    Parameters
    ----------
    paths
        Folders with ``<table>.csv``, ``.tsv``, ``.xlsx`` or ``.parquet`` (the table's name in English or Chinese) and,
        if there, ``book.toml``; or such files themselves; or workbooks whose sheets are named after tables. Other
        files are left alone.

    Raises
    ------
    BookError
        If a path is not there, holds no table, gives a table twice, or a file cannot be read.
    """
    settings: BookSettings | None = None
    sources: dict[str, RawTable] = {}
    for path in (Path(given) for given in paths):
        if not path.exists():
            raise BookError("adapters.no_such_path", path=str(path))
        stated = path / SETTINGS
        if settings is None and path.is_dir() and stated.is_file():
            settings = read_settings_file(stated)
        for table, raw in _tables_at(path):
            if table in sources:
                raise BookError("adapters.table_twice", table=table, first=sources[table].file, second=raw.file)
            sources[table] = raw
    return settings or BookSettings(), {name: sources[name] for name in TABLES if name in sources}


def read_settings_file(path: Path) -> BookSettings:
    """
    Return what a ``book.toml`` says; what it does not say keeps its default.

    Raises
    ------
    BookError
        If it is no TOML, or a name or value in it is unknown.
    """
    given = read_toml(path, BookError)
    kind, version = given.pop("format", FORMAT), given.pop("version", VERSION)
    if kind != FORMAT or version not in range(1, VERSION + 1):
        raise BookError("adapters.other_format", file=path.name, found=f"{kind} {version}", known=f"{FORMAT} {VERSION}")
    for name in given:
        if name not in BookSettings.names():
            known = ", ".join(BookSettings.names())
            near = difflib.get_close_matches(name, BookSettings.names(), 1)
            raise BookError("adapters.unknown_book_setting", setting=name, near=near[0] if near else "—", known=known)
    stated: dict[str, Any] = {name: _value(name, value) for name, value in given.items()}
    return BookSettings(**stated)


def settings_text(settings: BookSettings) -> str:
    """Return the settings as the ``book.toml`` that ``read_settings_file`` reads back."""
    lines = [f'format = "{FORMAT}"', f"version = {VERSION}"]
    for name in BookSettings.names():
        value = getattr(settings, name)
        if value is not None:
            lines.append(f"{name} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def read_mapping(path: Path | str) -> dict[str, dict[str, str]]:
    """
    Return the mapping of a TOML file: one section for each table, ``"heading" = "column"`` in it.

    Raises
    ------
    BookError
        If it is no such file.
    """
    path = Path(path)
    given = read_toml(path, BookError)
    mapping: dict[str, dict[str, str]] = {}
    for table, columns in given.items():
        if not isinstance(columns, Mapping) or not all(isinstance(name, str) for name in columns.values()):
            raise BookError("adapters.bad_mapping", file=path.name, table=table)
        mapping[table_of(table) or table] = {str(heading): str(name) for heading, name in columns.items()}
    return mapping


def _tables_at(path: Path) -> Iterator[tuple[str, RawTable]]:
    if path.is_file():
        yield from _present(path, asked=True)
        return
    seen = sorted(item.name for item in path.iterdir() if not item.name.startswith((".", "~$")))
    found = False
    for name in seen:
        for table, raw in _present(path / name, asked=False) if (path / name).is_file() else ():
            found = True
            yield table, raw
    if not found:
        raise BookError("adapters.not_a_book", folder=str(path), found=", ".join(seen[:8]) or "—")


def _present(path: Path, *, asked: bool) -> list[tuple[str, RawTable]]:
    try:
        return list(_file(path, asked=asked))
    except BookError as error:
        table = table_of(path.stem)
        whole = error.code == "adapters.empty_file" and error.message.params["file"] == path.name
        if not whole or table is None or table == "customers":
            raise
        return [(table, RawTable(path.name, pa.table({})))]


def _file(path: Path, *, asked: bool) -> Iterator[tuple[str, RawTable]]:
    ending, table = path.suffix.casefold(), table_of(path.stem)
    if table is not None and ending in (".xls", ".xlsb", ".et", ".ods"):
        raise BookError("adapters.old_workbook", file=path.name)
    if ending not in ENDINGS:
        if asked:
            raise BookError("adapters.unknown_ending", file=path.name, known=", ".join(ENDINGS))
        return
    if ending == ".xlsx":
        yield from read_workbook(path, asked=asked).items()
    elif table is not None:
        yield table, read_parquet(path) if ending == ".parquet" else read_csv(path)
    elif asked or difflib.get_close_matches(path.stem, TABLES, 1, 0.8):
        # A slip of the pen must not make a table vanish; files with quite other names are left alone.
        near = difflib.get_close_matches(path.stem, TABLES, 1, 0.0)[0]
        raise BookError("adapters.unknown_table_file", file=path.name, near=f"{near}{ending}", known=", ".join(TABLES))


def _value(name: str, value: object) -> object:
    if name == "as_of" and isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise BookError("adapters.bad_as_of", value=str(value)) from None
    expected = {"as_of": date, "fiscal_year_start": int}.get(name, str)
    if not isinstance(value, expected) or isinstance(value, bool | datetime):
        raise BookError("kernel.bad_book_setting", setting=name, value=str(value))
    return value
