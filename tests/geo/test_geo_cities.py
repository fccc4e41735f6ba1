"""Our table of large cities is right about where they are."""

from pathlib import Path

import pytest

from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.codes import prefecture_of, province_of
from jiuzhou.geo.distance import great_circle_km
from jiuzhou.geo.divisions import divisions, maps_available
from jiuzhou.geo.place import prefectures_at
from jiuzhou.geo.provinces import PROVINCES

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "cn_city_coordinates.parquet"

CAPITALS = {
    *("北京", "天津", "石家庄", "太原", "呼和浩特", "沈阳", "长春", "哈尔滨", "上海", "南京", "杭州", "合肥", "福州"),
    *("南昌", "济南", "郑州", "武汉", "长沙", "广州", "南宁", "海口", "重庆", "成都", "贵阳", "昆明", "拉萨", "西安"),
    *("兰州", "西宁", "银川", "乌鲁木齐"),
}


def test_every_city_is_listed_once_in_the_order_of_the_codes() -> None:
    codes = [city.code for city in CITIES]

    assert codes == sorted(set(codes))
    assert [prefecture_of(code) for code in codes] == codes
    assert len({city.name_en for city in CITIES}) == len(CITIES) >= 100


def test_every_mainland_province_has_its_capital() -> None:
    mainland = {province.code for province in PROVINCES if province.code[:2] not in ("71", "81", "82")}

    assert {province_of(city.code) for city in CITIES} == mainland
    assert {city.name for city in CITIES} >= CAPITALS


def test_the_cities_hold_half_of_the_country_and_no_more() -> None:
    people = sum(city.population for city in CITIES)

    assert 60_000 < people < 95_000
    assert all(40 <= city.population <= 3_300 for city in CITIES)


@pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")
def test_every_city_lies_in_its_own_area_and_bears_its_name() -> None:
    found = prefectures_at([city.lon for city in CITIES], [city.lat for city in CITIES])

    assert [(city.name, code) for city, code in zip(CITIES, found, strict=True) if code != city.code] == []
    names = [(division.name if (division := divisions().get(city.code)) else "") for city in CITIES]
    assert [(city.name, name) for city, name in zip(CITIES, names, strict=True) if not name.startswith(city.name)] == []


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the list of city coordinates is not beside the checkout")
def test_every_city_is_where_an_independent_list_has_it() -> None:
    from pyarrow import parquet

    known: dict[str, list[tuple[float, float]]] = {}
    for row in parquet.read_table(SHARED).to_pylist():
        known.setdefault(row["name"].removesuffix("市"), []).append((row["lon"], row["lat"]))
    off = {
        city.name: min(float(great_circle_km(city.lon, city.lat, *point)) for point in known[city.name])
        for city in CITIES
        if city.name in known
    }

    assert len(off) >= 100
    assert {name: km for name, km in off.items() if km > 60} == {}
