"""What a person said about how tables are to be read, beyond what the tables show by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

UNITS: Mapping[str, str] = {"元": "", "千元": "千", "万元": "万", "百万元": "百万", "亿元": "亿"}
"""Units in which amounts are written, and the word that says it behind a number."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Rows of a table that are known already and not given again, for references to them.

    Attributes
    ----------
    ids
        Their ids, shape ``(n,)``.
    names
        Their names beside the ids; ``None`` where nobody refers by name.
    """

    ids: pa.Array
    names: pa.Array | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What a person said about the reading.

    Attributes
    ----------
    columns
        By table, the known column that a heading means; empty where the heading is to be left as it is.
    units
        By table and heading, the unit of its amounts, one of ``UNITS``; a cell that says 万 is taken at its word.
    standing
        By table, rows that are known already.
    swap_places
        Whether latitude and longitude change places where only that makes them a point on Earth.
    lenient
        Whether a row is kept without a cell that is no good, if the Book can do without it; the row is then in doubt.
    """

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    standing: Mapping[str, Standing] = field(default_factory=dict)
    swap_places: bool = False
    lenient: bool = False
