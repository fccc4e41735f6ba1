"""Points for the addresses of a block, from whoever finds addresses; what is not found is in doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.draft import Draft
from jiuzhou.collect.locating import addresses_of
from jiuzhou.kernel.arrays import in_one_piece, mask_of


class Spot(NamedTuple):
    """Where an address is: degrees in the system ``crs``, and how exactly (a choice of ``location_quality``)."""

    lon: float
    lat: float
    crs: str
    quality: str


Find: TypeAlias = Callable[[Sequence[str]], Mapping[str, Spot | None]]
"""
Takes addresses, each once; returns where each is, ``None`` for one that nobody knows. One that nobody was asked about
is not in the answer.
"""

_TYPES = {"lon": pa.float64(), "lat": pa.float64(), "crs": pa.string(), "location_quality": pa.string()}


def fill_points(draft: Draft, find: Find) -> None:
    """
    Give the customers of a block who have an address and no coordinates those of their address.

    A row that is rejected is not looked for. A coordinate that was written stays; whatever is filled says how exact it
    is, and in which system.
    """
    if draft.spec.name != "customers" or draft.scheme.settled:
        return
    rows = len(draft.rows)
    for name, kind in _TYPES.items():
        draft.values.setdefault(name, pa.nulls(rows, kind))
    if "address" not in draft.values:
        return
    values = {name: in_one_piece(draft.values[name]) for name in _TYPES}
    texts = pc.utf8_trim_whitespace(addresses_of(pa.table(draft.values), rows))
    has_address = pc.fill_null(pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(draft.values["address"])), 0), False)
    open_ = mask_of(has_address) & mask_of(pc.is_null(values["lat"])) & ~draft.findings.rejected
    wanted = np.flatnonzero(open_)
    if not len(wanted):
        return
    asked = texts.take(pa.array(wanted)).to_pylist()
    found = find(list(dict.fromkeys(asked)))
    spots = [found.get(text) for text in asked]
    known = np.array([spot is not None for spot in spots])
    here = [spot for spot in spots if spot is not None]
    filled = {
        "lon": [spot.lon for spot in here],
        "lat": [spot.lat for spot in here],
        "crs": [spot.crs for spot in here],
        "location_quality": [spot.quality for spot in here],
    }
    which = np.zeros(rows, dtype=bool)
    which[wanted[known]] = True
    for name, kind in _TYPES.items():
        draft.values[name] = pc.replace_with_mask(values[name], pa.array(which), pa.array(filled[name], kind))
    without = [(wanted[at], text in found) for at, text in enumerate(asked) if not known[at]]
    for code, was_asked in (("collect.geocode_unknown", True), ("collect.geocode_not_asked", False)):
        at_fault = np.array([row for row, asked_of in without if asked_of is was_asked], dtype=np.int64)
        if len(at_fault):
            draft.doubts.add_told(draft.heading("address"), code, at_fault, ["{}"] * len(at_fault))
