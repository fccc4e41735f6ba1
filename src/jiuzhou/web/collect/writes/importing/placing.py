"""Where the customers of an import lie: by point, by region, by address, or nowhere; for a look before they come in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from jiuzhou.collect.points import is_near
from jiuzhou.geo.codes import current_code, prefecture_of
from jiuzhou.geo.coordinates import to_wgs84
from jiuzhou.geo.place import prefectures_at
from jiuzhou.kernel.arrays import Floats, Mask

MOST_AREAS, MOST_ROWS = 40, 50
_COLUMNS = ("customer_id", "name", "lat", "lon", "crs", "region_code", "address")


def places_of(customers: Path, crs: str) -> dict[str, Any]:
    """
    Return how the customers in a finished table are placed.

    Parameters
    ----------
    crs
        The coordinate system of rows that name none.

    Returns
    -------
    dict
        ``point, region, address, none``: customers by what is known best of them; ``elsewhere``: points that lie
        outside every area known; ``apart``: points in another prefecture than their region says, and not just
        across its border; ``areas``: the prefectures with most customers, ``code, points, regions``;
        ``provinces``: customers by province; ``unplaced``: the first customers without any.
    """
    counts: Counter[str] = Counter()
    points: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    unplaced: list[dict[str, Any]] = []
    for batch in pq.ParquetFile(customers).iter_batches(batch_size=20_000, columns=list(_COLUMNS)):
        table = pa.table(batch)
        codes = _areas(table["region_code"].combine_chunks())
        is_point = table["lat"].is_valid().to_numpy()
        lon, lat = _points(table, is_point, crs)
        found = np.full(table.num_rows, None)
        found[is_point] = prefectures_at(lon[is_point], lat[is_point])
        has_address = table["address"].is_valid().to_numpy()
        has_region = np.array([code is not None for code in codes], dtype=bool)
        kinds = np.select([is_point, has_region, has_address], ["point", "region", "address"], "none")
        counts.update(kinds.tolist())
        points.update(code for code in found if code)
        regions.update(code for code, kind in zip(codes, kinds, strict=True) if code and kind == "region")
        counts["elsewhere"] += int(is_point.sum()) - sum(1 for code in found if code)
        apart = has_region & np.array([bool(code) for code in found]) & (found != codes)
        counts["apart"] += int((~is_near(lon[apart], lat[apart], codes[apart].astype(np.int64))).sum())
        if len(unplaced) < MOST_ROWS:
            lost = table.select(["customer_id", "name", "address"]).filter(pa.array(kinds == "none"))
            unplaced += lost.slice(0, MOST_ROWS - len(unplaced)).to_pylist()
    both = points + regions
    areas = [
        {"code": code, "points": points[code], "regions": regions[code]} for code, _ in both.most_common(MOST_AREAS)
    ]
    names = ("point", "region", "address", "none", "elsewhere", "apart")
    provinces: Counter[str] = Counter()
    for code, count in both.items():
        provinces[f"{code[:2]}0000"] += count
    told = {"areas": areas, "provinces": dict(sorted(provinces.items())), "unplaced": unplaced}
    return {**{name: counts[name] for name in names}, **told}


def _points(table: pa.Table, is_point: Mask, crs: str) -> tuple[Floats, Floats]:
    systems = pc.fill_null(table["crs"], crs).to_numpy(zero_copy_only=False)
    lon, lat = (table[name].to_numpy(zero_copy_only=False).astype(float) for name in ("lon", "lat"))
    for system in sorted({str(system) for system in systems[is_point]}):
        rows = is_point & (systems == system)
        lon[rows], lat[rows] = to_wgs84(lon[rows], lat[rows], system)
    return lon, lat


def _areas(codes: pa.Array) -> NDArray[np.object_]:
    encoded = codes.dictionary_encode()
    known = {code: prefecture_of(current_code(code) or code) for code in encoded.dictionary.to_pylist()}
    stated = [known.get(code) if code is not None else None for code in codes.to_pylist()]
    return np.array(stated, dtype=object)
