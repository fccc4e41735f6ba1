"""The verb of collect: raw tables into one clean Book, with what was rejected and how good the rest is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from jiuzhou.collect.checks import check_rows
from jiuzhou.collect.draft import Draft, start
from jiuzhou.collect.findings import RAGGED, reason_of, reject_table
from jiuzhou.collect.links import (
    DUPLICATE,
    Known,
    check_duplicates,
    check_own_references,
    check_references,
    known_ids,
    number_lines,
)
from jiuzhou.collect.notes import day_note, table_notes
from jiuzhou.collect.quality import Quality, TableQuality, age_of, completeness_of
from jiuzhou.collect.raw import RawTable
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.tables import TABLES

_REFERRED = ("owners", "products", "customers")
"""Read before the tables that refer to them."""


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
    """

    book: Book
    rejects: Mapping[str, pa.Table]
    quality: Quality

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
        rejects = self.rejects["customers"].slice(0, 1).to_pylist()
        file = self.quality.tables["customers"].file
        if not rejects:
            raise BookError("collect.empty_table", file=file, table="customers")
        first = rejects[0]
        reason = reason_of(first["code"], first["params"])
        raise BookError(
            "collect.no_customers", file=file, row=first["row"], column=first["column"] or "—", reason=reason
        )


def read(
    sources: Mapping[str, RawTable],
    settings: BookSettings,
    *,
    mapping: Mapping[str, Mapping[str, str]] | None = None,
) -> Collected:
    """
    Return the Book that ``sources`` make, with the rows that could not be taken and the figures of quality.

    A row is taken whole or not at all: a bad cell, even of an optional column, rejects it with the reason, so that
    nothing is guessed and nothing vanishes; per table ``read = kept + rejected``. One exception: an optional reference
    (an order's owner or product, a customer's parent) that leads nowhere is emptied and counted in the quality.
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

    Raises
    ------
    BookError
        If there is no table of customers or it has no rows, a table or column is unknown or missing.
    """
    _check_tables(sources, mapping or {})
    drafts: dict[str, Draft] = {}
    known: dict[str, Known] = {}
    for name in [*_REFERRED, *(name for name in TABLES if name not in _REFERRED)]:
        if name in sources:
            draft = _draft(name, sources[name], settings, known, (mapping or {}).get(name))
            drafts[name] = draft
            if name in _REFERRED and len(draft.rows):
                known[name] = known_ids(draft)
    if not len(drafts["customers"].rows) and not drafts["customers"].raw.broken:
        raise BookError("collect.empty_table", file=sources["customers"].file, table="customers")
    ordered = {name: drafts[name] for name in TABLES if name in drafts}
    book = Book.of(settings, {name: draft.kept() for name, draft in ordered.items()})
    rejects = {name: reject_table(draft.raw, draft.rows, draft.findings) for name, draft in ordered.items()}
    return Collected(book, rejects, _quality(book, ordered, rejects))


def _check_tables(sources: Mapping[str, RawTable], mapping: Mapping[str, Mapping[str, str]]) -> None:
    unknown = sorted((set(sources) | set(mapping)) - set(TABLES))
    if unknown:
        raise BookError("kernel.unknown_table", table=unknown[0], known=", ".join(TABLES))
    if "customers" not in sources:
        found = ", ".join(sources[name].file for name in sorted(sources)) or "—"
        raise BookError("collect.missing_table", table="customers", found=found)


def _draft(
    name: str, raw: RawTable, settings: BookSettings, known: Mapping[str, Known], mapping: Mapping[str, str] | None
) -> Draft:
    draft = _started(name, raw, settings, mapping)
    check_rows(draft)
    draft.invalid = int(draft.findings.rejected.sum()) + len(draft.raw.broken)
    check_references(draft, known)
    if name == "orders":
        number_lines(draft)
    check_duplicates(draft)
    check_own_references(draft)
    return draft


def _started(name: str, raw: RawTable, settings: BookSettings, mapping: Mapping[str, str] | None) -> Draft:
    try:
        return start(raw, TABLES[name], settings, mapping=mapping)
    except BookError:
        if name == "customers" or raw.table.num_rows or raw.broken:
            raise
    # A table that holds nothing needs no heading: it says no more than one that is not there.
    required = [column.name for column in TABLES[name].columns if column.required]
    empty = pa.table({column: pa.array([], pa.string()) for column in required})
    return start(RawTable(raw.file, empty), TABLES[name], settings)


def _quality(book: Book, drafts: Mapping[str, Draft], rejects: Mapping[str, pa.Table]) -> Quality:
    try:
        as_of = book.as_of
    except BookError:
        as_of = None
    tables = {name: _figures(draft, book, as_of) for name, draft in drafts.items()}
    notes = [note for name, draft in drafts.items() for note in table_notes(draft, tables[name], rejects[name])]
    return Quality(as_of, tables, (*day_note(book, as_of), *notes))


def _figures(draft: Draft, book: Book, as_of: date | None) -> TableQuality:
    kept, findings, name = book.table(draft.spec.name), draft.findings, draft.spec.name
    rejected_by = {RAGGED: len(draft.raw.broken)} if draft.raw.broken else {}
    problems = rejected_by | findings.counts()
    for finding, which in findings.blamed():
        rejected_by[finding.code] = rejected_by.get(finding.code, 0) + len(which)
    rejected = sum(rejected_by.values())
    read_rows = kept.num_rows + rejected
    repeated = rejected_by.get(DUPLICATE, 0)
    freshness_days, later = age_of(name, kept, as_of, book.settings.zone)
    return TableQuality(
        file=draft.raw.file,
        read=read_rows,
        kept=kept.num_rows,
        rejected=rejected,
        blank=draft.blank,
        rejected_by=rejected_by,
        problems=problems,
        completeness=completeness_of(kept.select(list(draft.values))),
        validity=1 - draft.invalid / read_rows if read_rows else 1.0,
        uniqueness=kept.num_rows / (kept.num_rows + repeated) if repeated else 1.0,
        freshness_days=freshness_days,
        later=later,
        nulled=draft.nulled_rows(),
        own_columns=tuple(column for column in draft.values if draft.spec.column(column) is None),
    )
