"""An edited copy of a Book's tables taken over: told cell by cell, then written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from jiuzhou import collect
from jiuzhou.adapters.books import put_book, read_book
from jiuzhou.adapters.exports import write_csv
from jiuzhou.adapters.folders import keep_apart, staged
from jiuzhou.adapters.rejects import write_rejects
from jiuzhou.adapters.sources.places import read_sources
from jiuzhou.adapters.texts import Lang
from jiuzhou.collect import Standing, Wishes
from jiuzhou.collect.difference import difference, taken_over
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.tables import TABLES

DIFFERENCE = "difference.csv"


@dataclass(frozen=True, slots=True)
class Taken:
    """
    What an edited copy brought.

    Attributes
    ----------
    cells
        Cells that differ.
    added, changed, missing, rejected
        Rows: new, with a cell that differs, no longer in the copy, and no good.
    """

    cells: int
    added: int
    changed: int
    missing: int
    rejected: int


def take_over_edits(book: Path, edited: Sequence[Path], out: Path, *, remove: bool, dry_run: bool, lang: Lang) -> Taken:
    """
    Write the Book in ``book`` as ``edited`` says into ``out``, with ``difference.csv``; only that on a dry run.

    Rows of the copy that are no good change nothing and go to ``rejects/``.

    Parameters
    ----------
    remove
        Whether rows that the copy no longer has are removed.

    Raises
    ------
    BookError
        If there is no Book, or the copy cannot be read.
    """
    keep_apart(book, out)
    standing = read_book(book)
    _, sources = read_sources(*edited)
    found = collect.read(sources, standing.settings, wishes=Wishes(standing=_standing(standing)))
    columns = {name: found.columns[name] for name in found.book.tables}
    told = difference(standing, found.book, columns)
    with staged(out) as stage:
        write_csv(told.cells, stage / DIFFERENCE)
        write_rejects(found.rejects, stage / "rejects", lang)
        if not dry_run:
            put_book(taken_over(standing, found.book, columns, remove=remove), stage)
    rejected = sum(table.num_rows for table in found.rejects.values())
    return Taken(told.cells.num_rows, told.added, told.changed, told.missing, rejected)


def _standing(book: Book) -> dict[str, Standing]:
    return {
        name: Standing(_text(book, name, TABLES[name].key[0]), _text(book, name, "name"))
        for name in ("customers", "owners", "products")
        if name in book
    }


def _text(book: Book, table: str, column: str) -> pa.Array:
    return book.table(table)[column].combine_chunks()
