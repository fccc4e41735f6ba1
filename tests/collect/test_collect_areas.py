"""Customers in the company's own regions: by a stated code or name, by the point, within what else is known."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.adapters.books import read_book
from jiuzhou.adapters.collecting import collect_into
from jiuzhou.collect.areas import OwnAreas
from jiuzhou.collect.locating import Placed, locate_customers
from jiuzhou.geo.divisions import maps_available
from jiuzhou.geo.own_regions import read_own_regions
from jiuzhou.kernel.errors import BookError

pytestmark = pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")

SUZHOU, ROME = (120.59, 31.3), (12.48, 41.89)


def feature(code: str, box: tuple[float, float, float, float], **more: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, **more},
        "geometry": shapely.geometry.mapping(shapely.box(*box)),
    }


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


DRAWN = collection(
    feature("IT-RM", (12.0, 41.5, 13.0, 42.2), name="Roma"),
    feature("IT-RM-1", (12.45, 41.85, 12.5, 41.95), name="Centro", parent_code="IT-RM"),
    feature("GRID-7", (120.5, 31.2, 120.65, 31.35), name="七号网格", parent_code="320508"),
    feature("320584001", (120.6, 31.0, 120.7, 31.1), name="某街道"),
)


def place(*rows: dict[str, Any]) -> Placed:
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pa.array([row.get(name) for row in rows]) for name in names}
    texts = {n: v.cast(pa.string()) if pa.types.is_null(v.type) else v for n, v in columns.items()}
    return locate_customers(pa.table(texts), crs="wgs84", own=OwnAreas(read_own_regions(DRAWN).table))


def at(point: tuple[float, float]) -> dict[str, float]:
    return {"lon": point[0], "lat": point[1]}


def test_a_code_or_a_name_of_ones_own_counts_before_every_other() -> None:
    placed = place(
        {"region_code": "IT-RM"},
        {"region_code": "七号网格"},
        {"region_code": " GRID-7 "},
        {"region_code": "320584001"},
        {"region_code": "320584"},
    )

    codes = placed.table["region_code"].to_pylist()
    assert codes == ["IT-RM", "GRID-7", "GRID-7", "320584001", "320509"]
    assert placed.doubts.num_rows == 0


def test_a_point_gives_the_smallest_own_region_where_nothing_else_is_known_or_it_is_a_part_of_that() -> None:
    placed = place(
        {"region_code": None, "country": "IT", **at(ROME)},
        {"region_code": None, "country": None, **at((12.1, 41.6))},
        {"region_code": "320508", "country": None, **at(SUZHOU)},
        {"region_code": "320500", "country": None, **at(SUZHOU)},
        {"region_code": "320505", "country": None, **at(SUZHOU)},
        {"region_code": None, "country": None, **at((118.8, 32.06))},
        {"region_code": "IT-RM", "country": "IT", **at(ROME)},
    )

    assert placed.table["region_code"].to_pylist() == [
        *("IT-RM-1", "IT-RM", "GRID-7", "GRID-7", "320505", "320100", "IT-RM-1")
    ]


def test_without_shapes_of_ones_own_nothing_changes() -> None:
    divisions = pa.table({"region_code": ["320508"], "name": ["姑苏区"], "parent_code": ["320500"]})

    assert len(OwnAreas(divisions)) == 0


def test_a_region_that_has_ended_places_nobody() -> None:
    table = read_own_regions(DRAWN).table
    ended = table.append_column("valid_to", pa.array(["2020-01-01"] * table.num_rows, pa.string()).cast(pa.date32()))

    assert len(OwnAreas(ended)) == 0


@given(
    st.lists(st.tuples(st.floats(-179, 179), st.floats(-85, 85)), max_size=20),
    st.sampled_from([None, "320508", "IT-RM", "无此地"]),
)
def test_a_region_that_is_said_is_kept_or_made_finer(points: list[tuple[float, float]], said: str | None) -> None:
    own = OwnAreas(read_own_regions(DRAWN).table)
    rows = [{"region_code": said, "country": "XX", **at(point)} for point in points] or [{"region_code": said}]

    found = place(*rows).table["region_code"].to_pylist()

    assert all(code == said or said is None or own.is_within(code, said) for code in found)


def test_a_geojson_file_becomes_the_regions_of_the_book_and_places_its_customers(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "sales areas.geojson").write_text(json.dumps(DRAWN, ensure_ascii=False), "utf-8")
    (source / "customers.csv").write_text(
        f"customer_id,name,region_code,country,lon,lat\nA,Uno,,IT,{ROME[0]},{ROME[1]}\nB,乙,七号网格,,,\n", "utf-8"
    )

    quality = collect_into(tmp_path / "book", source)

    book = read_book(tmp_path / "book")
    assert quality.tables["regions"].kept == 4
    assert book.table("customers")["region_code"].to_pylist() == ["IT-RM-1", "GRID-7"]
    regions = book.table("regions")
    assert dict(zip(regions["region_code"].to_pylist(), regions["parent_code"].to_pylist(), strict=True)) == {
        "IT-RM": None,
        "IT-RM-1": "IT-RM",
        "GRID-7": "320508",
        "320584001": None,
    }


def test_a_book_that_was_collected_is_read_again_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "regions.geojson").write_text(json.dumps(DRAWN), "utf-8")
    (source / "customers.csv").write_text(f"customer_id,name,lon,lat\nA,Uno,{ROME[0]},{ROME[1]}\n", "utf-8")
    collect_into(tmp_path / "book", source)

    collect_into(tmp_path / "again", tmp_path / "book")

    first, second = (read_book(tmp_path / name) for name in ("book", "again"))
    for table in ("customers", "regions"):
        assert first.table(table).equals(second.table(table))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "geo.regions_not_geojson"),
        ('{"type": "FeatureCollection", "features": []}', "geo.regions_empty"),
        (json.dumps(collection(feature("A", (0, 0, 1, 1)), feature("A", (1, 0, 2, 1)))), "geo.region_code_twice"),
    ],
)
def test_bad_geojson_is_one_sentence_that_names_the_file(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "regions.geojson").write_text(text, "utf-8")
    (tmp_path / "customers.csv").write_text("customer_id,name\nA,Uno\n", "utf-8")

    with pytest.raises(BookError) as error:
        collect_into(tmp_path / "book", tmp_path)

    assert error.value.code == "adapters.bad_geojson"
    assert error.value.message.params["file"] == "regions.geojson"
    assert error.value.message.params["reason"].code == code
    assert not (tmp_path / "book").exists()


def test_two_drawings_are_one_too_many(tmp_path: Path) -> None:
    for name in ("a.geojson", "b.geojson"):
        (tmp_path / name).write_text(json.dumps(DRAWN), "utf-8")
    (tmp_path / "customers.csv").write_text("customer_id,name\nA,Uno\n", "utf-8")

    with pytest.raises(BookError, match="table_twice"):
        collect_into(tmp_path / "book", tmp_path)
