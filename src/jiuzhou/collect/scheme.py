"""How one table is to be read: which of its headings is which column of the Book. The same for all its blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jiuzhou.collect.headings import match_headings
from jiuzhou.collect.raw import Source
from jiuzhou.collect.wishes import Wishes
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.column import TableSpec
from jiuzhou.kernel.errors import BookError


@dataclass(frozen=True, slots=True)
class Scheme:
    """
    How one table is to be read.

    Attributes
    ----------
    file
        Name of the source for messages.
    headings
        The source's heading of each known column it has.
    own
        The name the Book gives to each column of the company's own, by its heading.
    units
        The unit of a column's amounts, by known column; the currency's own where it is not there.
    swap_places
        Whether latitude and longitude change places where only that makes them a point on Earth.
    lenient
        Whether a row is kept without a cell that is no good, if the Book can do without it.
    settled
        Whether the table was collected before, so that its places are not looked for again.
    decimal_comma
        Whether the source writes ``1.234,50`` where others write ``1,234.50``.
    """

    spec: TableSpec
    settings: BookSettings
    file: str
    headings: Mapping[str, str]
    own: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    swap_places: bool = False
    lenient: bool = False
    settled: bool = False
    decimal_comma: bool = False

    def heading(self, column: str) -> str:
        """Return the source's heading of a known column; its own name where the source has none."""
        return self.headings.get(column, column)


def recognise(
    source: Source,
    spec: TableSpec,
    settings: BookSettings,
    *,
    wishes: Wishes | None = None,
) -> Scheme:
    """
    Return how ``source`` is to be read as a table of ``spec``.

    Parameters
    ----------
    wishes
        What a person said about mapping and units.

    Raises
    ------
    BookError
        If two headings are the same, a required column is missing, or two headings mean one column.
    """
    wishes = wishes or Wishes()
    names = source.headings
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BookError("collect.heading_twice", file=source.file, column=twice)
    headings = match_headings(names, spec, file=source.file, mapping=wishes.columns.get(spec.name))
    known = frozenset(headings.values())
    own: dict[str, str] = {}
    taken = set(headings)
    for heading in names:
        if heading not in known:
            own[heading] = _free_name(heading, taken)
            taken.add(own[heading])
    units = wishes.units.get(spec.name, {})
    stated = {column: units[heading] for column, heading in headings.items() if heading in units}
    comma = source.found.get("decimal") == ","
    switches = {"swap_places": wishes.swap_places, "lenient": wishes.lenient, "settled": source.settled}
    return Scheme(spec, settings, source.file, headings, own, stated, **switches, decimal_comma=comma)


def _free_name(heading: str, taken: set[str]) -> str:
    name = heading.strip()
    while name in taken:
        name = f"{name}_"
    return name
