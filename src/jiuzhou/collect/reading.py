"""The verb of collect: raw tables into one clean Book, with what was rejected and how good the rest is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from jiuzhou.collect.findings import reason_of
from jiuzhou.collect.gathering import gather
from jiuzhou.collect.part import ROW
from jiuzhou.collect.quality import Quality, TableQuality
from jiuzhou.collect.raw import RawTable, source_of
from jiuzhou.collect.shelf import Memory
from jiuzhou.collect.wishes import Wishes
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import BookError


@dataclass(frozen=True, slots=True)
class Collected:
    """
    What collect found.

    Attributes
    ----------
    book
        The rows without a problem.
    rejects
        The other rows by table: the source's columns as text, then ``row, column, code, params``.
    quality
        Figures by table.
    doubts
        What is doubtful about rows that were kept, by table: ``row, column, code, params``.
    columns
        The columns that each source has, by the Book's names.
    """

    book: Book
    rejects: Mapping[str, pa.Table]
    quality: Quality
    doubts: Mapping[str, pa.Table] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def usable(self) -> Book:
        """
        Return the Book.

        Raises
        ------
        BookError
            If not one customer was kept; it names the first row and its reason.
        """
        if "customers" in self.book:
            return self.book
        raise no_customers(self.quality.tables["customers"], self.rejects["customers"])


def no_customers(figures: TableQuality, rejects: pa.Table | None) -> BookError:
    """
    Return what is wrong with tables of which not one customer was kept.

    Parameters
    ----------
    rejects
        At least the first of the rejected customers, where there are any.
    """
    if rejects is None or not rejects.num_rows:
        return BookError("collect.empty_table", file=figures.file, table="customers")
    first = rejects.slice(0, 1).to_pylist()[0]
    reason = reason_of(first["code"], first["params"])
    row, column = first["row"], first["column"] or "—"
    return BookError("collect.no_customers", file=figures.file, row=row, column=column, reason=reason)


def read(
    sources: Mapping[str, RawTable],
    settings: BookSettings,
    *,
    mapping: Mapping[str, Mapping[str, str]] | None = None,
    wishes: Wishes | None = None,
) -> Collected:
    """
    Return the Book that ``sources`` make, with the rows that could not be taken and the figures of quality.

    A row is taken whole or not at all, unless ``wishes`` are lenient: a bad cell, even of an optional column, rejects
    it with the reason, so that nothing is guessed and nothing vanishes; per table ``read = kept + rejected``. One
    exception: an optional reference (an order's owner or product, a customer's parent) that leads nowhere is emptied
    and counted in the quality.
    A reference that is no id but the name of one row alone is read as that row's id. A table without rows, other than
    the customers, is as good as none.
    A required one rejects: the orders of a rejected customer are rejected with it, and say so. Of rows with the same
    key the first good one is kept. Order lines without number are numbered by position within their order.

    Parameters
    ----------
    sources
        Tables as found, by the Book's names. Headings are recognised exactly, without case and signs, and by their
        usual Chinese and English names; others stay as the company's own columns.
    settings
        Zone of times without offset, currency of amounts without one, and the day the Book describes.
    mapping
        By table, the known column that a heading means.
    wishes
        What else a person said about the reading; goes before ``mapping``.

    Raises
    ------
    BookError
        If there is no table of customers or it has no rows, a table or column is unknown or missing.
    """
    shelf, said = Memory(), wishes or Wishes(mapping or {})
    quality = gather({name: source_of(raw) for name, raw in sources.items()}, settings, shelf, wishes=said)
    tables = {name: table.drop_columns([ROW]) for name, table in shelf.tables.items()}
    return Collected(
        Book.of(settings, tables),
        {name: shelf.rejected[name] for name in quality.tables},
        quality,
        {name: shelf.doubtful[name] for name in quality.tables},
        {name: tuple(table.column_names) for name, table in tables.items()},
    )
