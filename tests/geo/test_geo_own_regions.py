"""Regions of one's own, drawn as text."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.geo.coordinates import convert
from jiuzhou.geo.own_regions import OwnRegions, read_own_regions, regions_at
from jiuzhou.kernel.errors import InputError
from maps import grid


def drawn(text: str, **properties: Any) -> dict[str, Any]:
    plan = grid(text)
    boxes = np.array([shapely.box(x, -y, x + 1, 1 - y) for x, y in plan.points])
    shapes = [shapely.union_all(boxes[plan.labels == label]) for label in range(len(plan.names))]
    return collection(*((name, shape, properties) for name, shape in zip(plan.names, shapes, strict=True)))


def collection(*features: tuple[str, Any, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": f"{code}区", **more},
                "geometry": shapely.geometry.mapping(shape),
            }
            for code, shape, more in features
        ],
    }


def neighbours(regions: OwnRegions) -> dict[str, list[str]]:
    rows = regions.table.select(["region_code", "neighbours"]).to_pylist()
    return {row["region_code"]: row["neighbours"] for row in rows}


def refusal(content: Any, **more: Any) -> InputError:
    with pytest.raises(InputError) as refused:
        read_own_regions(content, **more)
    return refused.value


def test_regions_that_share_a_side_are_neighbours_and_a_corner_is_none() -> None:
    regions = read_own_regions(
        drawn("""
        AABB
        CA.B
        CDDE
    """)
    )

    assert neighbours(regions) == {
        "A": ["B", "C", "D"],
        "B": ["A", "E"],
        "C": ["A", "D"],
        "D": ["A", "C", "E"],
        "E": ["B", "D"],
    }
    assert regions.table["name"].to_pylist() == ["A区", "B区", "C区", "D区", "E区"]
    assert regions.mended == ()


def test_a_text_is_read_as_well_and_its_shapes_stay() -> None:
    content = drawn("AB")

    regions = read_own_regions(json.dumps(content))

    shapes = shapely.from_geojson(regions.table["geometry"].to_pylist())
    assert [shape.equals(shapely.box(x, 0, x + 1, 1)) for x, shape in enumerate(shapes)] == [True, True]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"adcode": 320500, "name": "苏州市", "parent": {"adcode": 320000}}, ("320500", "苏州市", "320000")),
        ({"代码": "G-1", "名称": "一号网格", "上级": "G"}, ("G-1", "一号网格", "G")),
        ({"ID": 7.0}, ("7", "7", None)),
        ({"Region_Code": "x", "NAME": None}, ("x", "x", None)),
    ],
)
def test_codes_names_and_parents_are_found_under_their_usual_names(
    properties: dict[str, Any], expected: tuple[str, str, str | None]
) -> None:
    content = drawn("A")
    content["features"][0]["properties"] = properties

    row = read_own_regions(content).table.to_pylist()[0]

    assert (row["region_code"], row["name"], row["parent_code"]) == expected


def test_the_feature_s_own_id_serves_as_code() -> None:
    content = drawn("A")
    content["features"][0] |= {"properties": None, "id": "R1"}

    assert read_own_regions(content).table["region_code"].to_pylist() == ["R1"]


def test_regions_of_two_levels_are_neighbours_within_their_level_only() -> None:
    halves = [("W", shapely.box(0, 0, 1, 1), {}), ("E", shapely.box(1, 0, 2, 1), {})]
    parts = [(f"W{i}", shapely.box(0, i / 2, 1, (i + 1) / 2), {"parent": "W"}) for i in range(2)]

    found = neighbours(read_own_regions(collection(*halves, *parts)))

    assert found == {"E": ["W"], "W": ["E"], "W0": ["W1"], "W1": ["W0"]}


def test_borders_less_than_a_metre_apart_are_shared() -> None:
    near = collection(("A", shapely.box(0, 0, 1, 1), {}), ("B", shapely.box(1 + 5e-6, 0, 2, 1), {}))
    far = collection(("A", shapely.box(0, 0, 1, 1), {}), ("B", shapely.box(1 + 5e-4, 0, 2, 1), {}))

    assert neighbours(read_own_regions(near)) == {"A": ["B"], "B": ["A"]}
    assert neighbours(read_own_regions(far)) == {"A": [], "B": []}


def test_a_ring_that_crosses_itself_is_mended_and_told() -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])

    regions = read_own_regions(collection(("A", bow_tie, {}), ("B", shapely.box(2, 0, 3, 1), {})))

    assert regions.mended == ("A",)
    assert shapely.from_geojson(regions.table["geometry"][0].as_py()).area == pytest.approx(0.5)


def test_chinese_coordinates_are_converted() -> None:
    corner = convert(116.4, 39.9, source="wgs84", target="gcj02")
    x, y = (float(value) for value in corner)

    regions = read_own_regions(collection(("A", shapely.box(x, y, x + 0.1, y + 0.1), {})), crs="gcj02")

    west, south, *_ = shapely.from_geojson(regions.table["geometry"][0].as_py()).bounds
    assert (west, south) == pytest.approx((116.4, 39.9), abs=1e-4)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"type": "Polygon"}', '{"type": "FeatureCollection"}', b"\xff\xfe"]
)
def test_what_is_no_geojson_is_refused(content: str | bytes) -> None:
    assert refusal(content).code == "geo.regions_not_geojson"


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (shapely.box(400000, 3400000, 401000, 3401000), "geo.regions_projected"),
        (shapely.box(31.0, 120.0, 32.0, 121.0), "geo.region_swapped"),
        (shapely.box(179.0, 0.0, 190.0, 1.0), "geo.region_out_of_range"),
        (shapely.LineString([(0, 0), (1, 1)]), "geo.region_without_shape"),
        (shapely.Polygon([(0, 0), (1, 1), (2, 2)]), "geo.region_without_shape"),
        (shapely.Polygon(), "geo.region_without_shape"),
    ],
)
def test_a_shape_that_cannot_be_is_refused_with_its_feature(shape: Any, code: str) -> None:
    refused = refusal(collection(("A", shapely.box(0, 0, 1, 1), {}), ("B", shape, {})))

    assert refused.code == code
    assert code == "geo.regions_projected" or refused.message.params["number"] == 2


def test_features_without_a_code_with_the_same_code_or_without_a_shape_are_refused() -> None:
    endless = drawn("A")
    endless["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1e999], [0, 0]]]}
    nameless, twice, shapeless = drawn("A"), drawn("AB"), drawn("A")
    nameless["features"][0]["properties"] = {"name": "A"}
    twice["features"][1]["properties"]["code"] = "A"
    shapeless["features"][0]["geometry"] = None

    assert refusal(nameless).code == "geo.region_without_code"
    assert refusal(twice).message.params == {"region": "A", "first": 1, "number": 2}
    assert refusal(shapeless).code == "geo.region_without_shape"
    assert refusal(json.dumps(endless)).code == "geo.region_out_of_range"
    assert refusal({"type": "FeatureCollection", "features": []}).code == "geo.regions_empty"


def test_a_stated_projection_is_refused_and_a_geographic_one_is_not() -> None:
    mercator = drawn("A") | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}
    degrees = drawn("A") | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}

    assert refusal(mercator).code == "geo.regions_projected"
    assert read_own_regions(degrees).table.num_rows == 1
    assert refusal(drawn("A"), crs="x").code == "geo.unknown_crs"


def test_a_point_lies_in_the_smallest_region_around_it() -> None:
    inner = collection(("big", shapely.box(0, 0, 4, 4), {}), ("small", shapely.box(1, 1, 2, 2), {"parent": "big"}))
    regions = read_own_regions(inner).table

    assert regions_at([0.5, 1.5, 9.0, np.nan], [0.5, 1.5, 9.0, 1.0], regions) == ["big", "small", None, None]
    assert regions_at([], [], regions) == []


def test_a_point_on_a_border_belongs_to_the_lower_code_and_regions_without_shape_have_none() -> None:
    regions = read_own_regions(drawn("BA")).table
    bare = pa.table({"region_code": ["X"], "geometry": pa.array([None], pa.string())})

    assert regions_at([1.0], [0.5], regions) == ["A"]
    assert regions_at([1.0], [0.5], bare) == [None]


@given(text=st.lists(st.text("ABC.", min_size=4, max_size=4), min_size=1, max_size=4).map("\n".join))
@settings(deadline=None, max_examples=80)
def test_neighbours_are_mutual_and_those_of_the_drawn_squares(text: str) -> None:
    if not set(text) & set("ABC"):
        return
    plan, found = grid(text), neighbours(read_own_regions(drawn(text)))

    sides = {frozenset((plan.names[plan.labels[i]], plan.names[plan.labels[j]])) for i, j in plan.pairs.tolist()}
    assert {frozenset((a, b)) for a, near in found.items() for b in near} == {pair for pair in sides if len(pair) == 2}
    assert all(a in found[b] for a, near in found.items() for b in near)
