"""Where the customers of an import lie, as told before they come in."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.web.collect.writes.importing.placing import places_of

XIAMEN = {"region_code": "350203", "address": "福建省厦门市", "crs": None}
COLUMNS = ("customer_id", "name", "lat", "lon", "crs", "region_code", "address")


def placed(folder: Path, *rows: dict[str, object]) -> dict[str, object]:
    kinds = [pa.float64() if name in ("lat", "lon") else pa.string() for name in COLUMNS]
    schema = pa.schema(list(zip(COLUMNS, kinds, strict=True)))
    file = folder / "customers.parquet"
    numbered = [{"customer_id": f"P{at}", **row} for at, row in enumerate(rows)]
    pq.write_table(pa.Table.from_pylist(numbered, schema), file)
    return places_of(file, "wgs84")


def test_points_far_in_another_city_are_told_and_those_just_across_its_border_are_not(tmp_path: Path) -> None:
    told = placed(
        tmp_path,
        {**XIAMEN, "lon": 118.10, "lat": 24.62},
        {**XIAMEN, "lon": 118.35, "lat": 24.62},
        {**XIAMEN, "lon": 118.60, "lat": 24.88},
    )

    assert (told["point"], told["apart"], told["elsewhere"]) == (3, 1, 0)


def test_every_customer_is_counted_by_what_is_known_best_of_it(tmp_path: Path) -> None:
    told = placed(
        tmp_path,
        {**XIAMEN, "lon": 118.10, "lat": 24.62},
        XIAMEN,
        {**XIAMEN, "region_code": None},
        {"name": "nowhere"},
        {**XIAMEN, "lon": 0.5, "lat": 0.5},
    )

    assert [told[name] for name in ("point", "region", "address", "none", "elsewhere")] == [2, 1, 1, 1, 1]
    assert told["unplaced"] == [{"customer_id": "P3", "name": "nowhere", "address": None}]
