"""From points to prefectures and back."""

import pytest

from jiuzhou.geo import place
from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.divisions import maps_available
from jiuzhou.geo.place import point_of, prefectures_at

SUZHOU, KUNSHAN, SAHARA = (120.59, 31.30), (120.95, 31.39), (5.0, 25.0)
NO_PLACE = (float("nan"), 30.0)


def codes_at(*points: tuple[float, float]) -> list[str | None]:
    return prefectures_at([lon for lon, _ in points], [lat for _, lat in points])


@pytest.fixture
def without_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "prefectures", lambda: None)


def test_no_points_lie_nowhere() -> None:
    assert prefectures_at([], []) == []


@pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")
def test_points_lie_in_the_area_around_them() -> None:
    assert codes_at(SUZHOU, KUNSHAN, NO_PLACE, SAHARA) == ["320500", "320500", None, None]


@pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")
def test_a_pier_still_belongs_to_its_city_and_the_open_sea_to_nobody() -> None:
    pier, open_sea = (122.00, 30.86), (127.0, 28.0)

    assert codes_at(pier, open_sea) == ["310000", None]


@pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")
def test_a_code_without_a_large_city_has_a_point_in_its_area() -> None:
    point = point_of("429004")

    assert point is not None
    assert codes_at(point) == ["429004"]


@pytest.mark.usefixtures("without_maps")
def test_without_map_files_a_point_belongs_to_the_nearest_large_city() -> None:
    assert codes_at(SUZHOU, KUNSHAN, NO_PLACE, SAHARA) == ["320500", "320500", None, None]
    assert codes_at(*((city.lon, city.lat) for city in CITIES)) == [city.code for city in CITIES]


@pytest.mark.usefixtures("without_maps")
def test_without_map_files_only_large_cities_have_a_point() -> None:
    assert point_of("320507") == SUZHOU
    assert point_of("429004") is None


@pytest.mark.parametrize("code", ["320000", "nowhere", "460300"])
def test_a_code_without_an_area_has_no_point(code: str) -> None:
    assert point_of(code) is None
