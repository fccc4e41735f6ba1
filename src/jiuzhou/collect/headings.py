"""Which heading of a source means which column of the Book."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from jiuzhou.collect.aliases import column_of, folded, names_of_columns, rank_of, yields
from jiuzhou.kernel.column import TableSpec
from jiuzhou.kernel.errors import BookError

_LIKE_WORDS, _LIKE_SIGNS = 0.75, 0.55
"""How alike two names must be, 0 to 1; a sign of Chinese says more than a letter."""


def match_headings(
    headings: Sequence[str], spec: TableSpec, *, file: str, mapping: Mapping[str, str] | None = None
) -> dict[str, str]:
    """
    Return the source's heading of each known column it has.

    Parameters
    ----------
    headings
        As the source writes them, each once.
    mapping
        The column that a heading means, where a person has said so; it goes before every other reading. Empty where the
        heading means none.

    Raises
    ------
    BookError
        If a required column is missing, two headings mean the same column, or the mapping names what is not there.
    """
    found: dict[str, str] = {}
    untouched = {heading for heading, name in (mapping or {}).items() if not name}
    for heading, name in (mapping or {}).items():
        if heading not in headings:
            raise BookError("collect.mapped_nothing", file=file, heading=heading, known=", ".join(headings))
        if name and spec.column(name) is None:
            raise BookError("collect.mapped_unknown", file=file, heading=heading, column=name, table=spec.name)
        if name:
            _take(found, name, heading, file)
    mapped = frozenset(found.values())
    left = [heading for heading in headings if heading not in mapped | untouched]
    exact = {heading for heading in left if spec.column(heading.strip()) is not None}
    for heading in sorted(exact):
        _take(found, heading.strip(), heading, file)
    meanings = [(heading, column_of(spec.name, heading)) for heading in left if heading not in exact]
    aliases = [(heading, meant) for heading, meant in meanings if meant is not None]
    for heading, meant in aliases:
        # The alias of a column that stands there under its own name is a column of the company's own.
        if not yields(heading) and found.get(meant) not in exact | mapped:
            _take(found, meant, heading, file)
    behind = [(heading, meant) for heading, meant in aliases if yields(heading)]
    for heading, meant in sorted(behind, key=lambda pair: rank_of(spec.name, pair[0])):
        # What stands beside the number of the row itself is its name.
        named = "name" if meant in found and meant in spec.key[:1] and spec.column("name") else meant
        found.setdefault(named, heading)
    _check(found, headings, spec, file)
    return found


def nearest(heading: str, spec: TableSpec, found: Mapping[str, str]) -> str:
    """Return the name of a column not yet ``found`` that is most like a heading; empty where none is like it."""
    names = names_of_columns(spec.name, [column.name for column in spec.columns if column.name not in found])
    near = difflib.get_close_matches(folded(heading), names, 1, _LIKE_WORDS if heading.isascii() else _LIKE_SIGNS)
    return names[near[0]] if near else ""


def _take(found: dict[str, str], name: str, heading: str, file: str) -> None:
    if name in found:
        raise BookError("collect.two_columns", file=file, column=name, first=found[name], second=heading)
    found[name] = heading


def _check(found: Mapping[str, str], headings: Sequence[str], spec: TableSpec, file: str) -> None:
    for column in spec.columns:
        if column.required and column.name not in found:
            free = {folded(heading): heading for heading in headings if heading not in found.values()}
            near = difflib.get_close_matches(folded(column.name), free, 1, 0.6)
            if near:
                code, heading = "collect.missing_column_near", free[near[0]]
                raise BookError(code, file=file, column=column.name, table=spec.name, near=heading)
            known = ", ".join(headings)
            raise BookError("collect.missing_column", file=file, column=column.name, table=spec.name, known=known)
    for one, other in (("lat", "lon"), ("lon", "lat")):
        if one in found and other not in found and spec.column(other) is not None:
            raise BookError("collect.half_place_columns", file=file, column=found[one], missing=other)
