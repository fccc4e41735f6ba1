"""References that people wrote as a name instead of an id: read as the id where the name belongs to one alone."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import in_one_piece


@dataclass(frozen=True, slots=True)
class Names:
    """
    The names of the rows of one table.

    Attributes
    ----------
    heading
        The source's heading of the column of names; empty where it has none.
    single, ids
        Names that one id alone has, and that id, shape ``(n,)`` each.
    shared
        Names that several rows have.
    """

    heading: str
    single: pa.Array
    ids: pa.Array
    shared: pa.Array

    def without(self, shared: pa.Array) -> Names:
        """Return the names with some more that several rows have."""
        alone = pc.invert(pc.is_in(self.single, value_set=shared))
        together = pa.concat_arrays([self.shared, shared]).unique()
        return Names(self.heading, self.single.filter(alone), self.ids.filter(alone), together)


def names_of(heading: str, names: pa.Array, ids: pa.Array) -> Names:
    """Return the names in a table; those of rejected rows belong among them, for they are no less taken."""
    rows = pa.table({"name": names, "id": ids})
    rows = rows.filter(pc.is_valid(rows["name"]))
    counted = rows.group_by("name", use_threads=False).aggregate(
        [("id", "count_distinct", pc.CountOptions("all")), ("id", "min")]
    )
    alone = pc.equal(counted["id_count_distinct"], 1)
    single = counted.filter(pc.and_(alone, pc.is_valid(counted["id_min"]))).combine_chunks()
    shared = counted.filter(pc.invert(alone))["name"].combine_chunks()
    return Names(heading, in_one_piece(single["name"]), in_one_piece(single["id_min"]), in_one_piece(shared))


def no_names() -> Names:
    """Return the names of a table that has no column of names."""
    none = pa.array([], pa.string())
    return Names("", none, none, none)
