"""Where customers lie: from codes, names, addresses and points, and what contradicts itself."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.collect.locating import Placed, locate_customers
from jiuzhou.geo.coordinates import convert
from jiuzhou.geo.divisions import maps_available
from jiuzhou.kernel.message import message_from

pytestmark = pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")

SUZHOU, NANJING = (120.59, 31.3), (118.8, 32.06)


def rows_of(*rows: dict[str, Any]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    texts = {name: pa.array([row.get(name) for row in rows]) for name in names}
    return pa.table({n: v.cast(pa.string()) if pa.types.is_null(v.type) else v for n, v in texts.items()})


def place(*rows: dict[str, Any], crs: str = "wgs84") -> Placed:
    return locate_customers(rows_of(*rows), crs=crs)


def told(placed: Placed) -> list[tuple[int, str]]:
    return list(zip(placed.doubts["row"].to_pylist(), placed.doubts["code"].to_pylist(), strict=True))


def test_a_region_comes_from_the_code_the_name_the_address_or_the_point() -> None:
    placed = place(
        {"region_code": "320508", "address": "人民路1号", "lon": None, "lat": None},
        {"region_code": "320584", "address": None},
        {"region_code": "苏州市", "address": "人民路1号"},
        {"region_code": None, "address": "江苏省苏州市昆山市前进路"},
        {"region_code": None, "address": None, "lon": SUZHOU[0], "lat": SUZHOU[1]},
        {"region_code": None, "address": "人民路1号"},
    )

    assert placed.table["region_code"].to_pylist() == ["320508", "320509", "320500", "320583", "320500", None]
    assert placed.table["location_quality"].to_pylist() == ["district", "district", "city", "district", None, None]
    assert placed.counts == {
        "given": 1,
        "by_older_code": 1,
        "by_name": 1,
        "by_address": 1,
        "by_point": 1,
        "nowhere": 1,
        "district": 3,
        "city": 1,
    }
    assert placed.doubts.num_rows == 0


def test_what_was_written_stays_and_coordinates_are_never_made_up() -> None:
    table = rows_of(
        {
            "customer_id": "a",
            "region_code": "华东一区",
            "address": "江苏省苏州市",
            "location_quality": "exact",
            "lat": None,
        },
        {"customer_id": "b", "region_code": "320100", "address": None, "location_quality": None, "lat": None},
    )

    placed = locate_customers(table, crs="gcj02")

    assert placed.table.select(["customer_id", "address", "lat"]) == table.select(["customer_id", "address", "lat"])
    assert placed.table["region_code"].to_pylist() == ["华东一区", "320100"]
    assert placed.table["location_quality"].to_pylist() == ["exact", "city"]


def test_own_columns_for_province_city_and_district_are_parts_of_the_address() -> None:
    placed = place(
        {"省份": "江苏省", "城市": "南京市", "区县": "鼓楼区", "address": "中山路1号"},
        {"省份": "江苏省", "城市": "徐州市", "区县": "鼓楼区", "address": "江苏省徐州市鼓楼区中山路1号"},
        {"省份": None, "城市": None, "区县": None, "address": "福州市鼓楼区"},
    )

    assert placed.table["region_code"].to_pylist() == ["320106", "320302", "350102"]


def test_an_address_that_several_districts_may_be_is_a_doubt_with_all_of_them() -> None:
    placed = place(
        {"address": "鼓楼区中山路1号"}, {"address": "江苏省鼓楼区"}, {"region_code": "鼓楼区", "address": None}
    )

    assert told(placed) == [(0, "collect.address_unsure"), (1, "collect.address_unsure"), (2, "collect.region_several")]
    assert len(json.loads(placed.doubts["params"][0].as_py())["candidates"]) == 4
    assert placed.table["region_code"].to_pylist() == [None, "320000", "鼓楼区"]
    assert placed.table["location_quality"].to_pylist() == [None, None, None]


def test_an_address_in_another_place_than_the_region_is_told_and_nothing_is_changed() -> None:
    placed = place(
        {"region_code": "320500", "address": "浙江省杭州市西湖区文三路"},
        {"region_code": "320500", "address": "江苏省苏州市昆山市"},
        {"region_code": "320583", "address": "江苏省苏州市"},
    )

    assert told(placed) == [(0, "collect.region_elsewhere")]
    assert placed.table["region_code"].to_pylist() == ["320500", "320500", "320583"]


def test_points_are_told_to_be_zero_swapped_or_elsewhere() -> None:
    placed = place(
        {"region_code": "320500", "lon": 0.0, "lat": 0.0},
        {"region_code": "320500", "lon": SUZHOU[1], "lat": SUZHOU[0]},
        {"region_code": "320500", "lon": NANJING[0], "lat": NANJING[1]},
        {"region_code": "320508", "lon": SUZHOU[0], "lat": SUZHOU[1]},
        {"region_code": None, "lon": 43.8, "lat": 87.6},
    )

    assert told(placed) == [
        (0, "collect.point_zero"),
        (1, "collect.point_swapped"),
        (2, "collect.point_elsewhere"),
        (4, "collect.point_swapped"),
    ]
    assert placed.table["lon"].to_pylist() == [None, SUZHOU[1], NANJING[0], SUZHOU[0], 43.8]
    assert placed.table["location_quality"].to_pylist() == ["city", None, None, None, None]
    assert placed.counts["points_emptied"] == placed.counts["city"] == 1


def test_points_are_read_in_the_system_of_their_row_and_a_point_near_its_border_is_believed() -> None:
    far = convert(*SUZHOU, source="wgs84", target="bd09")
    placed = place(
        {"region_code": None, "lon": float(far[0]), "lat": float(far[1]), "crs": "bd09"},
        {"region_code": "320500", "lon": 120.555, "lat": 31.508, "crs": None},
        {"region_code": "320200", "lon": 120.555, "lat": 31.508, "crs": None},
    )

    assert placed.table["region_code"].to_pylist() == ["320500", "320500", "320200"]
    assert told(placed) == []


def test_rows_abroad_are_left_alone() -> None:
    placed = place(
        {"country": "US", "region_code": "CA", "address": "苏州市", "lon": 0.0, "lat": 51.5},
        {"country": "中国", "region_code": None, "address": "苏州市"},
    )

    assert placed.table["region_code"].to_pylist() == ["CA", "320500"]
    assert placed.counts["abroad"] == 1
    assert told(placed) == []


def test_a_table_without_any_place_gets_the_columns_and_no_doubt() -> None:
    placed = locate_customers(pa.table({"customer_id": ["a", "b"]}), crs="wgs84")

    assert placed.table["region_code"].to_pylist() == placed.table["location_quality"].to_pylist() == [None, None]
    assert placed.counts["nowhere"] == 2
    assert locate_customers(pa.table({"address": pa.array([], pa.string())}), crs="wgs84").table.num_rows == 0


def test_every_doubt_is_a_sentence_in_both_languages() -> None:
    placed = place(
        {"region_code": "鼓楼区", "address": None, "lon": 0.0, "lat": 0.0},
        {"region_code": None, "address": "朝阳区", "lon": None, "lat": None},
        {"region_code": "320500", "address": "浙江省杭州市西湖区", "lon": SUZHOU[1], "lat": SUZHOU[0]},
        {"region_code": "320500", "address": None, "lon": NANJING[0], "lat": NANJING[1]},
    )

    for row in placed.doubts.to_pylist():
        for lang in LANGS:
            assert "{" not in render(message_from(row["code"], row["params"]), lang)


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "region_code": st.sampled_from([None, "", "320500", "341400", "苏州", "x", "鼓楼区"]),
                "address": st.sampled_from([None, "", "苏州市姑苏区", "鼓楼区", "浙江省杭州市"]),
                "lon": st.sampled_from([None, 0.0, 120.59, 31.3, -180.0]),
                "lat": st.sampled_from([None, 0.0, 31.3, 87.0]),
                "crs": st.sampled_from([None, "wgs84", "gcj02", "bd09"]),
                "country": st.sampled_from([None, "CN", "US"]),
            }
        ),
        min_size=1,
    )
)
@settings(deadline=None, max_examples=100)
def test_each_row_is_counted_once_and_each_doubt_names_a_row(rows: list[dict[str, Any]]) -> None:
    placed = place(*rows)

    ways = ("given", "by_older_code", "by_name", "by_address", "by_point", "nowhere", "abroad")
    assert sum(placed.counts.get(way, 0) for way in ways) == len(rows) == placed.table.num_rows
    assert all(0 <= row < len(rows) for row in placed.doubts["row"].to_pylist())
    known = [code is not None for code in placed.table["region_code"].to_pylist()]
    assert all(known[row] for row, one in enumerate(rows) if (one["region_code"] or "").strip())


def test_a_city_that_no_place_is_called_is_doubted_with_what_it_may_mean() -> None:
    placed = place(
        {"城市": "苏洲市", "address": "人民路1号"},
        {"城市": "苏洲市", "address": "江苏省苏州市姑苏区人民路1号"},
        {"城市": "苏州市", "address": "人民路1号"},
        {"城市": "市辖区", "address": "北京市朝阳区建国路1号"},
        {"城市": "霍格沃茨", "address": None},
        {"城市": None, "address": None},
    )

    doubts = [json.loads(one["params"]) for one in placed.doubts.to_pylist() if one["code"] == "collect.area_unknown"]
    assert [(row, code) for row, code in told(placed) if code == "collect.area_unknown"] == [
        (row, "collect.area_unknown") for row in (0, 1, 4)
    ]
    assert [(one["value"], one["near"]) for one in doubts] == [
        ("苏洲市", "苏州市"),
        ("苏洲市", "苏州市"),
        ("霍格沃茨", ""),
    ]
    assert set(placed.doubts.filter(pc.equal(placed.doubts["code"], "collect.area_unknown"))["column"].to_pylist()) == {
        "城市"
    }


@pytest.mark.parametrize(("written", "meant"), [("杭洲市", "杭州市"), ("徐洲市", "徐州市"), ("温洲市", "温州市")])
def test_of_names_equally_alike_the_one_that_begins_the_same_is_meant(written: str, meant: str) -> None:
    placed = place({"城市": written, "address": "人民路1号"})

    doubts = [json.loads(one["params"]) for one in placed.doubts.to_pylist() if one["code"] == "collect.area_unknown"]
    assert [one["near"] for one in doubts] == [meant]


@pytest.mark.parametrize("district", ["工业园区", "高新区", "滨江新城", "某某开发区"])
def test_zones_and_new_towns_that_no_list_has_are_not_doubted(district: str) -> None:
    placed = place({"区县": district, "address": "人民路1号"})

    assert "collect.area_unknown" not in placed.doubts["code"].to_pylist()
