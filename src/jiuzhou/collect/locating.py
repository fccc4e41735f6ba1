"""
Where customers and sites lie: regions filled from codes, names, addresses and points, and what contradicts itself.

A region that was written stays as it was written, but for an older code, which becomes the one in force, and for a
name, which becomes its code. Coordinates are never made up: of whom only an area is known, the quality says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.aliases import folded
from jiuzhou.collect.area_names import AREA_HEADINGS, FIRM, is_text, unknown_areas
from jiuzhou.collect.areas import OwnAreas
from jiuzhou.collect.points import Doubts, Points, check_points, merged, name_of
from jiuzhou.geo.addresses import SURE, locate_all
from jiuzhou.geo.codes import current_code, plain_code
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.arrays import in_one_piece, mask_of
from jiuzhou.kernel.message import Json

_CHINA = frozenset(("", "cn", "chn", "china", "prc", "中国", "中华人民共和国", "086", "86"))
_QUALITIES = pa.array([None, "city", "district"], pa.string())
_BELOW_PROVINCE = 2


@dataclass(frozen=True, slots=True)
class Placed:
    """
    Rows with their places.

    Attributes
    ----------
    table
        The rows as they were given, ``region_code``, ``location_quality`` and emptied coordinates apart.
    doubts
        Columns ``row`` (position in the table, ascending), ``column``, ``code``, ``params`` (JSON object): what a
        person should look at. One row may have several.
    counts
        How many rows by what was done or seen: ``given``, ``by_older_code``, ``by_name``, ``by_address``,
        ``by_point``, ``nowhere``; ``district``, ``city`` (qualities filled in); ``abroad``; each code of a doubt.
        ``points_emptied`` counts coordinates 0/0, which are no place and are taken out.
    """

    table: pa.Table
    doubts: pa.Table
    counts: Mapping[str, int]


def locate_customers(table: pa.Table, *, crs: str, own: OwnAreas | None = None) -> Placed:
    """
    Return customers or sites with their regions filled as far as they say them.

    Parameters
    ----------
    table
        Kept rows of a Book; read are ``address, region_code, lat, lon, crs, location_quality, country`` and own
        columns with ``AREA_HEADINGS``, those that there are. A region comes, in this order, from the code or name
        written for it, the address, the point.
    crs
        Coordinate system of rows that name none.
    own
        The company's own regions: a code or name of theirs that is written counts before every other, and the one
        around the point where nothing else says a region, or where it is a part of the one that is said.
    """
    rows = table.num_rows
    home = _at_home(table)
    region, how, named = _regions_written(_text(table, "region_code", rows))
    mine = _own_written(_text(table, "region_code", rows), own)
    region, named = pc.coalesce(mine, region), named.where(mask_of(pc.is_null(mine)))
    how[mask_of(pc.is_valid(mine))] = "given"
    address = addresses_of(table, rows)
    read = locate_all(address)
    said = in_one_piece(pc.if_else(pa.array(home), read["region_code"], None))
    sure = read["confidence"].to_numpy()
    fills = mask_of(pc.and_(pc.is_null(region), pc.is_valid(said)))
    region = pc.coalesce(region, said)
    how[fills] = "by_address"
    doubts = [named.where(home), _doubts_of_addresses(address, read, fills | mask_of(pc.is_null(region)), home)]
    doubts.append(_elsewhere(_text(table, "region_code", rows), region, said, (sure >= SURE) & ~fills))
    points = check_points(table, region, crs=crs, home=home)
    region = _own_around(region, points, how, own)
    fills = mask_of(pc.and_(pc.is_null(region), pc.is_valid(points.prefecture)))
    region = pc.coalesce(region, points.prefecture)
    how[fills] = "by_point"
    how[mask_of(pc.is_null(region))] = "nowhere"
    how[~home] = "abroad"
    abroad = _own_around(pc.coalesce(mine, _text(table, "region_code", rows)), points, how.copy(), own)
    region = pc.if_else(pa.array(home), region, abroad)
    quality, filled = _quality(table, region, points.placed, home)
    told = merged([*doubts, *(one.where(home) for one in unknown_areas(table, own)), points.doubts])
    counts = Counter(how.tolist()) + Counter(told["code"].to_pylist()) + Counter(filled)
    placed = _with(_with(points.table, "region_code", region), "location_quality", quality)
    return Placed(placed, told, dict(counts + Counter(points_emptied=points.emptied)))


def _at_home(table: pa.Table) -> np.ndarray:
    country = _text(table, "country", table.num_rows).dictionary_encode()
    known = np.array([folded(text or "") in _CHINA for text in country.dictionary.to_pylist()] + [True])
    return np.asarray(known[pc.fill_null(country.indices, len(known) - 1).to_numpy()])


def _regions_written(written: pa.Array) -> tuple[pa.Array, np.ndarray, Doubts]:
    encoded = written.dictionary_encode()
    texts = [text or "" for text in encoded.dictionary.to_pylist()]
    read = locate_all(pa.array(texts, pa.string())).to_pylist()
    codes: list[str | None] = []
    ways: list[str] = []
    several: dict[int, Mapping[str, Json]] = {}
    for place, (text, found) in enumerate(zip(texts, read, strict=True)):
        plain = plain_code(text)
        by_name = plain is None and found["confidence"] >= FIRM and not text.strip().isascii()
        if plain is not None:
            codes.append(current_code(text))
        else:
            codes.append(found["region_code"] if by_name else text.strip() or None)
        older = plain is not None and codes[-1] != plain
        ways.append("by_older_code" if older else "by_name" if by_name else "given")
        if plain is None and not by_name and found["candidates"]:
            several[place] = {"value": text, "candidates": [name_of(code) for code in found["candidates"]]}
    at = pc.fill_null(encoded.indices, len(texts)).to_numpy()
    region = pa.array([*codes, None], pa.string()).take(pa.array(at))
    rows = np.flatnonzero(np.isin(at, list(several)))
    params: list[Mapping[str, Json]] = [several[place] for place in at[rows].tolist()]
    return (
        region,
        np.array([*ways, "nowhere"], dtype=object)[at],
        Doubts("region_code", "collect.region_several", rows, params),
    )


def _own_written(written: pa.Array, own: OwnAreas | None) -> pa.Array:
    if own is None:
        return pa.nulls(len(written), pa.string())
    encoded = written.dictionary_encode()
    codes = pa.array([own.stated(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return codes.take(encoded.indices)


def _own_around(region: pa.Array, points: Points, how: np.ndarray, own: OwnAreas | None) -> pa.Array:
    """Return the regions, that of one's own around the point where none is said or the one said is around it."""
    if own is None or not points.placed.any():
        return region
    said = region.to_pylist()
    for row, code in enumerate(own.around(points.lon, points.lat)):
        before = said[row]
        if code is None or code == before or (before is not None and not own.is_within(code, before)):
            continue
        said[row] = code
        how[row] = "by_point" if before is None else how[row]
    return pa.array(said, pa.string())


def addresses_of(table: pa.Table, rows: int) -> pa.Array:
    """Return the address of each row as one text: the company's own columns of areas from large to small before it."""
    parts = []
    for headings in AREA_HEADINGS:
        parts += [name for name in table.column_names if folded(name) in headings]
    given = [pc.cast(table[name], pa.string()) for name in parts if is_text(table[name].type)]
    texts = [pc.fill_null(in_one_piece(part), "") for part in given] + [pc.fill_null(_text(table, "address", rows), "")]
    return in_one_piece(pc.binary_join_element_wise(*texts, " "))


def _doubts_of_addresses(address: pa.Array, read: pa.Table, needed: np.ndarray, home: np.ndarray) -> Doubts:
    unsure = needed & home & (read["confidence"].to_numpy() < SURE)
    several = pc.greater(pc.list_value_length(read["candidates"]), 0).to_numpy()
    alone = mask_of(pc.is_valid(read["region_code"])) & ~several
    rows = np.flatnonzero(unsure & (several | alone))
    shown = pc.utf8_slice_codeunits(address.take(pa.array(rows)), 0, 60).to_pylist()
    found = read.take(pa.array(rows)).select(["region_code", "candidates"]).to_pylist()
    params: list[Mapping[str, Json]] = [
        {
            "value": text.strip(),
            "region": name_of(one["region_code"]) if one["region_code"] else "—",
            "candidates": [name_of(code) for code in one["candidates"] or [one["region_code"]]],
        }
        for text, one in zip(shown, found, strict=True)
    ]
    return Doubts("address", "collect.address_unsure", rows, params)


def _elsewhere(written: pa.Array, region: pa.Array, said: pa.Array, sure: np.ndarray) -> Doubts:
    differ = mask_of(pc.fill_null(pc.not_equal(region, said), False))
    at = np.flatnonzero(sure & differ)
    pairs = list(zip(region.take(pa.array(at)).to_pylist(), said.take(pa.array(at)).to_pylist(), strict=True))
    apart = {pair: pair[0] in divisions().by_code and not _nested(*pair) for pair in set(pairs)}
    kept = [place for place, pair in enumerate(pairs) if apart[pair]]
    rows = at[kept]
    params: list[Mapping[str, Json]] = [
        {"value": text, "region": name_of(pairs[place][0]), "said": name_of(pairs[place][1])}
        for text, place in zip(written.take(pa.array(rows)).to_pylist(), kept, strict=True)
    ]
    return Doubts("region_code", "collect.region_elsewhere", rows, params)


def _nested(one: str, other: str) -> bool:
    tree = divisions()
    above = {division.code for division in (*tree.ancestors(one), *tree.ancestors(other))}
    return one == other or one in above or other in above


def _quality(
    table: pa.Table, region: pa.Array, placed: np.ndarray, home: np.ndarray
) -> tuple[pa.Array, dict[str, int]]:
    given = _text(table, "location_quality", table.num_rows)
    known = divisions().by_code
    encoded = in_one_piece(region).dictionary_encode()
    levels = [_LEVELS.get(known[code].level, 0) if code in known else 0 for code in encoded.dictionary.to_pylist()]
    level = np.array([*levels, 0])[pc.fill_null(encoded.indices, len(levels)).to_numpy()]
    level[placed | ~home | mask_of(pc.is_valid(given))] = 0
    counts = {"city": int((level == 1).sum()), "district": int((level == _BELOW_PROVINCE).sum())}
    return pc.coalesce(given, _QUALITIES.take(pa.array(level))), counts


_LEVELS = {"prefecture": 1, "district": _BELOW_PROVINCE}


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.append_column(name, values) if at < 0 else table.set_column(at, name, values)


def _text(table: pa.Table, name: str, rows: int) -> pa.Array:
    if name not in table.column_names:
        return pa.nulls(rows, pa.string())
    return in_one_piece(pc.cast(table[name], pa.string()))
