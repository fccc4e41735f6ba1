"""
The company's own regions: what they are called and which lie in which, from the batches of ``regions`` in force.

A file of regions never changes and says itself which level of which file it holds, so that what was read of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.geo.divisions import divisions
from jiuzhou.web.store.facts import home_path
from jiuzhou.web.store.models import FactBatch

TABLE = "regions"
LEVEL, FILE = b"jiuzhou.level", b"jiuzhou.file"
"""Keys of a file's metadata: what the level is called, and the name of the file that it came from."""


@dataclass(frozen=True, slots=True)
class OwnRegionNames:
    """
    Names of the company's own regions and what they lie in.

    Attributes
    ----------
    names
        By code.
    parents
        The code above, own or of a division, of each region that has one.
    """

    names: Mapping[str, str]
    parents: Mapping[str, str]

    def path(self, code: str) -> tuple[str, ...]:
        """Return the names from the top down to ``code``; empty for none, the code alone where nobody knows it."""
        found: list[str] = []
        for at in self._up(code):
            if at not in self.names:
                return (*divisions().path(at), *reversed(found)) or ((code,) if code else ())
            found.append(self.names[at])
        return tuple(reversed(found))

    def stated(self, text: str) -> str | None:
        """Return the code of the region that goes by ``text``: its code, or a name that no other has; or ``None``."""
        if text in self.names:
            return text
        named = [code for code, name in self.names.items() if name == text]
        return named[0] if len(named) == 1 else None

    def in_short(self, code: str) -> tuple[str, ...]:
        """Return two names of ``path``: the lowest of an own region, province and city of a division."""
        path = self.path(code)
        return path[-2:] if code in self.names else path[:2]

    def top(self, code: str) -> str:
        """Return the highest own region around ``code``, or the division above that; ``code`` itself if not own."""
        return self._up(code)[-1]

    def below(self, code: str) -> tuple[str, ...]:
        """Return ``code`` and every own region within it, in the order of their codes."""
        found, more = {code}, {code}
        children: dict[str, list[str]] = {}
        for child, parent in self.parents.items():
            children.setdefault(parent, []).append(child)
        while more:
            more = {child for at in more for child in children.get(at, ())} - found
            found |= more
        return tuple(sorted(found))

    def _up(self, code: str) -> list[str]:
        way = [code]
        while way[-1] in self.names and (above := self.parents.get(way[-1])) is not None and above not in way:
            if above not in self.names and divisions().get(above) is None:
                break
            way.append(above)
        return way


def own_region_names(organisation: int) -> OwnRegionNames:
    """Return the names of the organisation's own regions; of several with one code the one that came last counts."""
    rows = FactBatch.unscoped.filter(organisation=organisation, table=TABLE, retired_at=None).order_by("pk")
    return _together(tuple(str(home_path(path)) for path in rows.values_list("path", flat=True)))


def names_for(organisation: int, codes: Iterable[str]) -> OwnRegionNames:
    """Return names that know ``codes``; what the tree of divisions knows by itself costs no question."""
    if all(not code or code in divisions().by_code for code in codes):
        return OwnRegionNames({}, {})
    return own_region_names(organisation)


def region_file(path: str, columns: Sequence[str]) -> pa.Table:
    """Return ``columns`` of a batch of regions, those that it has; no rows where the file is missing."""
    full = home_path(path)
    if not full.is_file():
        return pa.table({name: pa.array([], pa.string()) for name in columns})
    there = pq.read_schema(full).names
    return pq.read_table(full, columns=[name for name in columns if name in there])


def told_by(path: str) -> tuple[str, str]:
    """Return what the level of a batch is called and which file it came from, as its own file says; empty if not."""
    full = home_path(path)
    told = (pq.read_schema(full).metadata or {}) if full.is_file() else {}
    return told.get(LEVEL, b"").decode(), told.get(FILE, b"").decode()


@lru_cache(maxsize=32)
def _together(paths: tuple[str, ...]) -> OwnRegionNames:
    names: dict[str, str] = {}
    parents: dict[str, str] = {}
    for path in paths:
        table = region_file(path, ("region_code", "name", "parent_code", "geometry", "valid_to"))
        columns = {name: table[name].to_pylist() for name in table.column_names if name != "geometry"}
        nothing = [None] * table.num_rows
        drawn = table["geometry"].is_valid().to_pylist() if "geometry" in table.column_names else nothing
        ended, above = columns.get("valid_to", nothing), columns.get("parent_code", nothing)
        for code, name, parent, shape, end in zip(
            columns["region_code"], columns["name"], above, drawn, ended, strict=True
        ):
            # A division of China without a shape of one's own is just that: what it is called is known.
            if end is None and (shape or divisions().get(code) is None):
                names[code] = name or code
                parents |= {code: parent} if parent and parent != code else {}
    return OwnRegionNames(names, parents)
