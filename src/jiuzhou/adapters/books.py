"""A Book on disk: read from whatever tables there are, kept as Parquet with its ``book.toml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from jiuzhou import collect
from jiuzhou.adapters.clock import today
from jiuzhou.adapters.folders import staged
from jiuzhou.adapters.json_files import read_json
from jiuzhou.adapters.sources.book_toml import SETTINGS, settings_text
from jiuzhou.adapters.sources.places import read_sources, table_at
from jiuzhou.collect import Collected
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import BookError, RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.tables import TABLES

QUALITY, REJECTS = "quality.json", "rejects"


def read_book(path: Path | str) -> Book:
    """
    Return the Book in a folder, a workbook or a file of customers; rows that are no good are left out.

    Raises
    ------
    BookError
        If there is no Book, or not one customer in it is usable.
    """
    return collect_folder(path).usable()


def collect_folder(
    *paths: Path | str, as_of: date | None = None, mapping: Mapping[str, Mapping[str, str]] | None = None
) -> Collected:
    """
    Return what collect finds in the tables at ``paths``.

    Parameters
    ----------
    as_of
        The day the Book describes, instead of what ``book.toml`` says.
    mapping
        By table, the known column that a heading means.

    Raises
    ------
    BookError
        If a file cannot be read, or the tables are no Book.
    """
    settings, sources = read_sources(*paths)
    return collect.read(sources, replace(settings, as_of=as_of) if as_of else settings, mapping=mapping)


def write_book(book: Book, folder: Path | str) -> None:
    """
    Write every table of ``book`` as Parquet, and ``book.toml``; ``read_book`` reads the same Book back.

    All files are written aside first; a failure leaves the folder as it was. Tables the Book does not have vanish
    from it, files with other names stay.

    Raises
    ------
    RefusedError
        If the folder holds tables in another form, which would then be there twice.
    InputError
        If the folder cannot be written to.
    """
    folder = Path(folder)
    check_free(folder)
    with staged(folder) as stage:
        put_book(book, stage)
    drop_old_tables(list(book.tables), folder)


def check_day(book: Book) -> None:
    """
    Refuse a Book whose day was taken from its last order and lies in the future: one mistyped year moves every figure.

    Raises
    ------
    BookError
        If so.
    """
    if book.settings.as_of is None and book.as_of > today() + timedelta(days=1):
        raise BookError("adapters.future_day", day=book.as_of)


def rejected_before(folder: Path) -> Message | None:
    """Return how many rows collect left out when it wrote the Book in ``folder``; ``None`` where it wrote none."""
    file = folder / QUALITY
    if not file.is_file():
        return None
    rejected = sum(table["rejected"] for table in read_json(file, "quality")["tables"].values())
    return say("adapters.rejected_before", rejected=rejected, folder=str(folder / REJECTS)) if rejected else None


def put_book(book: Book, stage: Path) -> None:
    """Write a Book's files into a folder that is being prepared."""
    for name, table in book.tables.items():
        pq.write_table(table, stage / f"{name}.parquet", compression="zstd")
    (stage / SETTINGS).write_text(settings_text(book.settings), "utf-8")


def drop_old_tables(tables: Collection[str], folder: Path) -> None:
    """Remove the files of tables that the Book in ``folder`` no longer has."""
    for name in TABLES:
        if name not in tables:
            (folder / f"{name}.parquet").unlink(missing_ok=True)


def check_free(folder: Path) -> None:
    """
    Go on only if ``folder`` has no tables in another form than ours, which would then be there twice.

    Raises
    ------
    RefusedError
        If it has.
    """
    if not folder.is_dir():
        return
    ours = {f"{name}.parquet" for name in TABLES}
    for path in sorted(folder.iterdir()):
        if path.is_file() and table_at(path) is not None and path.name not in ours:
            raise RefusedError("adapters.sources_in_the_way", folder=str(folder), file=path.name)
