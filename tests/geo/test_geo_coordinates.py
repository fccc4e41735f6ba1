"""WGS-84, GCJ-02 and BD-09."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.geo.coordinates import convert, in_china_box, to_wgs84
from jiuzhou.kernel.errors import InputError

SYSTEMS = ("wgs84", "gcj02", "bd09")
PUBLISHED = [
    # the pairs that open implementations of the three systems publish with their tests
    ("wgs84", "gcj02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ("wgs84", "gcj02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ("wgs84", "gcj02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ("wgs84", "gcj02", (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ("gcj02", "bd09", (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
]
ORACLE = [
    ("wgs84", "gcj02", "wgs2gcj"),
    ("gcj02", "bd09", "gcj2bd"),
    ("wgs84", "bd09", "wgs2bd"),
]
METRES_PER_DEGREE = 111_320

lons = st.floats(73.5, 135.0)
lats = st.floats(3.5, 53.5)


@pytest.mark.parametrize(("source", "target", "before", "after"), PUBLISHED)
def test_published_pairs_come_out(
    source: str, target: str, before: tuple[float, float], after: tuple[float, float]
) -> None:
    lon, lat = convert(*before, source=source, target=target)

    assert (float(lon), float(lat)) == pytest.approx(after, abs=1e-6)


@pytest.mark.parametrize(("source", "target", "before", "after"), PUBLISHED)
def test_published_pairs_lead_back(
    source: str, target: str, before: tuple[float, float], after: tuple[float, float]
) -> None:
    lon, lat = convert(*after, source=target, target=source)

    assert (float(lon), float(lat)) == pytest.approx(before, abs=1e-6)


@given(lon=lons, lat=lats, source=st.sampled_from(SYSTEMS), target=st.sampled_from(SYSTEMS))
@settings(deadline=None, max_examples=100)
def test_there_and_back_is_the_same_place(lon: float, lat: float, source: str, target: str) -> None:
    there = convert(lon, lat, source=source, target=target)
    back = convert(*there, source=target, target=source)

    assert (float(back[0]), float(back[1])) == pytest.approx((lon, lat), abs=1e-6)


@given(lon=lons, lat=lats, system=st.sampled_from(SYSTEMS))
@settings(deadline=None, max_examples=200)
def test_there_and_back_is_within_half_a_metre(lon: float, lat: float, system: str) -> None:
    back = to_wgs84(*convert(lon, lat, source="wgs84", target=system), system)

    north = (float(back[1]) - lat) * METRES_PER_DEGREE
    east = (float(back[0]) - lon) * METRES_PER_DEGREE * np.cos(np.radians(lat))
    assert np.hypot(north, east) <= 0.5


def all_of_china() -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.meshgrid(np.linspace(74, 134.5, 60), np.linspace(18.5, 53.5, 60))
    return lon.ravel(), lat.ravel()


def by_oracle(name: str, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    oracle = pytest.importorskip("eviltransform", reason="eviltransform is not installed: it is in the group lab")
    moved = np.array([getattr(oracle, name)(y, x) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)])
    return moved[:, 1], moved[:, 0]


def degrees_apart(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    apart = max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))
    print(f"at most {apart:.1e} degrees apart")
    return apart


@pytest.mark.parametrize(("source", "target", "name"), ORACLE)
def test_all_of_china_agrees_with_an_independent_implementation(source: str, target: str, name: str) -> None:
    lon, lat = all_of_china()

    assert degrees_apart(convert(lon, lat, source=source, target=target), by_oracle(name, lon, lat)) <= 1e-6


def test_the_way_back_is_undone_by_an_independent_way_forward() -> None:
    # its own way back searches a window of 0.01 degrees only and misses by 1e-5 where the drift is larger
    lon, lat = all_of_china()

    assert degrees_apart(by_oracle("wgs2gcj", *to_wgs84(lon, lat, "gcj02")), (lon, lat)) <= 1e-6


@given(lon=lons, lat=lats)
@settings(deadline=None, max_examples=50)
def test_the_way_by_gcj02_is_the_way_to_bd09(lon: float, lat: float) -> None:
    by_gcj02 = convert(*convert(lon, lat, source="wgs84", target="gcj02"), source="gcj02", target="bd09")

    assert np.allclose(convert(lon, lat, source="wgs84", target="bd09"), by_gcj02, atol=1e-12)


@given(lon=lons, lat=lats)
@settings(deadline=None, max_examples=50)
def test_the_drift_of_gcj02_is_hundreds_of_metres(lon: float, lat: float) -> None:
    moved = convert(lon, lat, source="wgs84", target="gcj02")

    assert np.hypot(moved[0] - lon, moved[1] - lat) < 0.02


@pytest.mark.parametrize("target", ["gcj02", "bd09"])
def test_a_place_outside_china_is_the_same_in_every_system(target: str) -> None:
    lon, lat = [2.3522, -46.63, 151.21, 139.69], [48.8566, -23.55, -33.87, 35.68]

    moved = convert(lon, lat, source="wgs84", target=target)

    assert moved[0].tolist() == lon
    assert moved[1].tolist() == lat


def test_arrays_keep_their_shape_and_unknown_places_stay_unknown() -> None:
    lon = np.array([[116.404, np.nan], [2.35, 121.5]])
    lat = np.array([[39.915, 39.9], [48.86, 31.2]])

    new_lon, new_lat = to_wgs84(lon, lat, "bd09")

    assert new_lon.shape == new_lat.shape == (2, 2)
    assert np.isnan(new_lon[0, 1])
    assert new_lon[1, 0] == 2.35
    assert not np.isclose(new_lon[1, 1], 121.5, atol=1e-4)


def test_the_box_has_china_in_it_and_tokyo_outside() -> None:
    assert in_china_box([116.4, 139.69, 87.6], [39.9, 35.68, 43.8]).tolist() == [True, False, True]


def test_an_unknown_system_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as refusal:
        to_wgs84(116.4, 39.9, "mercator")

    assert refusal.value.code == "geo.unknown_crs"
    assert refusal.value.message.params["known"] == SYSTEMS
