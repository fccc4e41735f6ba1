"""Tables of any size into a Book: checked block by block, then compared as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.addressing import Find, fill_points
from jiuzhou.collect.areas import OwnAreas
from jiuzhou.collect.checks import check_rows
from jiuzhou.collect.currencies import Rates, convert, rates_of
from jiuzhou.collect.draft import start
from jiuzhou.collect.figures import Figures
from jiuzhou.collect.links import Known, both, check_references, known_from
from jiuzhou.collect.notes import day_note, shared_orders_note, table_notes
from jiuzhou.collect.part import Part, Tally, by_code, part_of, together
from jiuzhou.collect.placing import place
from jiuzhou.collect.quality import Quality, quality_of
from jiuzhou.collect.raw import RawTable, Source
from jiuzhou.collect.scheme import Scheme, recognise
from jiuzhou.collect.settling import Laid, Late, known_of, settle, settle_own_references
from jiuzhou.collect.shelf import Page, Shelf
from jiuzhou.collect.wishes import Wishes
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.message import Message
from jiuzhou.kernel.tables import TABLES

_REFERRED = ("owners", "products", "customers")
"""Read before the tables that refer to them."""

_FIRST = ("rates", "regions", *_REFERRED)


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a reading got.

    Attributes
    ----------
    table
        The table being read, and ``rows`` of it.
    offset, size
        Where the block begins, in the units of the source, and the whole; 0 where nobody knows.
    """

    table: str
    rows: int
    offset: int
    size: int


Announce = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class _Run:
    """One reading: what it goes by, and the tables it knows so far."""

    settings: BookSettings
    shelf: Shelf
    wishes: Wishes
    announce: Announce
    known: dict[str, Known]
    rates: list[Rates]
    areas: list[OwnAreas]
    find: Find | None


@dataclass(frozen=True, slots=True)
class _Read:
    """One table after it went to the shelf whole."""

    laid: Laid
    tally: Tally
    figures: Figures
    notes: tuple[Message, ...]


def gather(
    sources: Mapping[str, Source],
    settings: BookSettings,
    shelf: Shelf,
    *,
    wishes: Wishes | None = None,
    announce: Announce = lambda progress: None,
    find: Find | None = None,
    areas: OwnAreas | None = None,
) -> Quality:
    """
    Read ``sources`` onto ``shelf``, and return how good they were; what it does with rows is told at ``collect.read``.

    Memory is bounded by the size of a block, by the ids of customers, owners and products, and by 8 bytes for each row
    of the largest table (32 where its order lines have to be numbered). A reading that was broken off goes on where it
    stopped if the shelf still has its parts.

    Parameters
    ----------
    wishes
        What a person said about mapping and units, and which rows are known without being given.
    announce
        Called after each block; what it raises ends the reading.
    find
        Asked where the addresses of customers without coordinates are; ``None`` asks nobody.
    areas
        The company's own regions that are known without being given; those of ``sources`` count instead.

    Raises
    ------
    BookError
        If there is no table of customers or it has no rows, and none is known; or a table or column is unknown or
        missing.
    """
    wishes = wishes or Wishes()
    _check_tables(sources, wishes)
    run = _Run(settings, shelf, wishes, announce, {}, [], [areas] if areas else [], find)
    read: dict[str, _Read] = {}
    for name in [*_FIRST, *(name for name in TABLES if name not in _FIRST)]:
        if name in wishes.standing:
            run.known[name] = known_from(wishes.standing[name])
        if name in sources:
            read[name] = _read(name, sources[name], run)
    _check_customers(read, wishes)
    return _quality({name: read[name] for name in TABLES if name in read}, settings)


def _read(name: str, source: Source, run: _Run) -> _Read:
    laid = _lay(name, source, run)
    late = settle(laid)
    if name in _REFERRED and any(tally.kept + tally.rejected for tally in laid.tallies):
        here = known_of(laid, late)
        run.known[name] = both(run.known[name], here) if name in run.known else here
        settle_own_references(laid, late, run.known[name])
    if name == "rates":
        pages = [_page(laid, part, late.get(part, Late()))[0].kept for part in range(len(laid.tallies))]
        run.rates.append(rates_of(pa.concat_tables(pages)))
    if name == "regions":
        pages = [_page(laid, part, late.get(part, Late()))[0].kept for part in range(len(laid.tallies))]
        own = OwnAreas(pa.concat_tables(pages)) if pages else None
        run.areas.extend([own] if own else [])
    return _finish(laid, late, _one(run.areas))


def _check_tables(sources: Mapping[str, Source], wishes: Wishes) -> None:
    unknown = sorted((set(sources) | set(wishes.columns)) - set(TABLES))
    if unknown:
        raise BookError("kernel.unknown_table", table=unknown[0], known=", ".join(TABLES))
    if "customers" not in sources and "customers" not in wishes.standing:
        found = ", ".join(sources[name].file for name in sorted(sources)) or "—"
        raise BookError("collect.missing_table", table="customers", found=found)


def _check_customers(read: Mapping[str, _Read], wishes: Wishes) -> None:
    given = read.get("customers")
    if given and "customers" not in wishes.standing and not given.tally.kept + given.tally.rejected:
        raise BookError("collect.empty_table", file=given.laid.source.file, table="customers")


def _lay(name: str, source: Source, run: _Run) -> Laid:
    source, scheme = _scheme(name, source, run)
    tallies = run.shelf.done(name)
    rows = sum(tally.kept + tally.rejected for tally in tallies)
    blocks = source.blocks(tallies[-1].mark if tallies else None)
    for number, raw in enumerate(blocks, start=max(len(tallies) - 1, 0)):
        if number < len(tallies):
            continue  # the last one done tells where the next begins
        part = check_block(raw, scheme, run.known, run.rates[0] if run.rates else None, _one(run.areas), run.find)
        run.shelf.put(name, number, part)
        tallies.append(part.tally)
        rows += part.tally.kept + part.tally.rejected
        run.announce(Progress(name, rows, raw.mark.offset if raw.mark else 0, source.size))
    return Laid(name, scheme, source, run.shelf, tallies)


def _one(areas: list[OwnAreas]) -> OwnAreas | None:
    return areas[-1] if areas else None


def check_block(
    raw: RawTable,
    scheme: Scheme,
    known: Mapping[str, Known],
    rates: Rates | None = None,
    areas: OwnAreas | None = None,
    find: Find | None = None,
) -> Part:
    """
    Return what comes of one block: everything that a row shows by itself and by what it refers to.

    Parameters
    ----------
    known
        The tables that were read before.
    rates
        What other currencies are worth, where that is known.
    areas
        The company's own regions, where it has any.
    find
        Asked where addresses are.
    """
    draft = start(raw, scheme)
    check_rows(draft)
    invalid = int((draft.findings.rejected | draft.doubts.rejected).sum()) + len(draft.raw.broken)
    check_references(draft, known)
    convert(draft, rates)
    if find is not None:
        fill_points(draft, find)
    return part_of(draft, invalid, place(draft, areas))


def _scheme(name: str, source: Source, run: _Run) -> tuple[Source, Scheme]:
    spec = TABLES[name]
    try:
        return source, recognise(source, spec, run.settings, wishes=run.wishes)
    except BookError:
        if name == "customers" or any(raw.table.num_rows or raw.broken for raw in source.blocks(None)):
            raise
    # A table that holds nothing needs no heading: it says no more than one that is not there.
    required = tuple(column.name for column in spec.columns if column.required)
    empty = RawTable(source.file, pa.table({column: pa.array([], pa.string()) for column in required}))
    nothing = Source(source.file, required, lambda _: iter([empty]))
    return nothing, recognise(nothing, spec, run.settings)


def _finish(laid: Laid, late: Mapping[int, Late], areas: OwnAreas | None) -> _Read:
    figures = Figures(laid.name, laid.scheme.settings.zone, areas)
    notes = shared_orders_note(laid, late) if laid.name == "orders" else []
    corrections: list[Tally] = []

    def pages() -> Iterator[Page]:
        for part in range(len(laid.tallies)):
            page, correction = _page(laid, part, late.get(part, Late()))
            figures.add(page.kept)
            corrections.append(correction)
            yield page

    laid.shelf.finish(laid.name, pages())
    return _Read(laid, together([*laid.tallies, *corrections]), figures, tuple(notes))


def _page(laid: Laid, part: int, late: Late) -> tuple[Page, Tally]:
    kept, rejects = laid.shelf.kept(laid.name, part), laid.shelf.rejects(laid.name, part)
    doubts = laid.shelf.doubts(laid.name, part)
    for name, values in late.values.items():
        place = kept.schema.get_field_index(name)
        kept = kept.append_column(name, values) if place < 0 else kept.set_column(place, name, values)
    if late.rejects is None:
        return Page(kept, rejects, doubts), Tally(changed=tuple(late.changed))
    fine = np.ones(kept.num_rows, dtype=bool)
    fine[late.dropped] = False
    gone = pc.is_in(doubts["row"], value_set=late.rejects["row"].combine_chunks())
    less, doubts = doubts.filter(gone), doubts.filter(pc.invert(gone))
    found = by_code(late.rejects)
    correction = Tally(
        kept=-len(late.dropped),
        rejected=len(late.dropped),
        problems=found["rejected_by"],
        doubted=-pc.count_distinct(less["row"]).as_py(),
        doubts={code: -count for code, count in Counter(less["code"].to_pylist()).items()},
        changed=tuple(late.changed),
        **found,
    )
    both_kinds = pa.concat_tables([rejects, late.rejects]).sort_by("row")
    return Page(kept.filter(pa.array(fine)), both_kinds, doubts), correction


def _quality(read: Mapping[str, _Read], settings: BookSettings) -> Quality:
    as_of = settings.as_of or (read["orders"].figures.day_after_last() if "orders" in read else None)
    tables = {name: quality_of(one.laid.scheme, one.tally, one.figures, as_of) for name, one in read.items()}
    notes = [
        note
        for name, one in read.items()
        for note in [
            *table_notes(one.laid.scheme, one.laid.source.headings, tables[name], one.tally),
            *one.notes,
        ]
    ]
    customers = read.get("customers")
    regions = customers.figures.regions.found(as_of) if customers and customers.figures.regions else ()
    return Quality(as_of, tables, (*day_note(settings, as_of), *notes), regions)
