"""Great circles and the local plane."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.geo.distance import (
    DETOUR,
    EARTH_RADIUS_KM,
    Plane,
    distance_blocks,
    distance_matrix,
    great_circle_km,
    plane_around,
    travel_km,
)

lons = st.floats(-180, 180)
lats = st.floats(-89, 89)


@pytest.fixture
def cities() -> np.ndarray:
    return np.array([[116.41, 39.90], [121.47, 31.23], [113.26, 23.13], [87.62, 43.83], [110.32, 20.03]])


@given(lons, lats, lons, lats)
@settings(deadline=None, max_examples=60)
def test_the_distance_is_the_angle_between_the_two_directions(
    lon: float, lat: float, to_lon: float, to_lat: float
) -> None:
    def direction(x: float, y: float) -> np.ndarray:
        x, y = np.radians(x), np.radians(y)
        return np.array([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])

    here, there = direction(lon, lat), direction(to_lon, to_lat)
    angle = np.arctan2(np.linalg.norm(np.cross(here, there)), here @ there)

    assert float(great_circle_km(lon, lat, to_lon, to_lat)) == pytest.approx(EARTH_RADIUS_KM * angle, abs=1e-3)


def test_beijing_to_shanghai_is_the_published_1067_km() -> None:
    assert float(great_circle_km(116.4074, 39.9042, 121.4737, 31.2304)) == pytest.approx(1067, abs=2)


def test_a_quarter_of_the_equator_is_a_quarter_of_the_circle() -> None:
    assert float(great_circle_km(0, 0, 90, 0)) == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)


def test_a_road_is_longer_than_the_great_circle_by_the_detour() -> None:
    assert float(travel_km(0, 0, 90, 0)) == pytest.approx(DETOUR * np.pi / 2 * EARTH_RADIUS_KM)


@pytest.mark.parametrize("max_bytes", [1, 500, 1 << 20])
def test_blocks_hold_every_row_once_however_small_the_memory(cities: np.ndarray, max_bytes: int) -> None:
    blocks = list(distance_blocks(cities, cities[:3], max_bytes=max_bytes))

    assert [row for rows, _ in blocks for row in range(rows.start, rows.stop)] == [0, 1, 2, 3, 4]
    whole = great_circle_km(cities[:, None, 0], cities[:, None, 1], cities[:3, 0], cities[:3, 1])
    assert np.array_equal(np.vstack([block for _, block in blocks]), whole)


def test_the_matrix_is_symmetric_with_a_zero_diagonal_and_scaled_by_the_detour(cities: np.ndarray) -> None:
    matrix = distance_matrix(cities, cities, detour=2.0, max_bytes=300)

    assert np.array_equal(matrix, matrix.T)
    assert not matrix.diagonal().any()
    assert matrix[0, 1] == pytest.approx(2 * float(great_circle_km(*cities[0], *cities[1])), abs=1e-3)


def test_no_points_have_no_distances() -> None:
    nothing = np.empty((0, 2))

    assert distance_matrix(nothing, nothing).shape == (0, 0)
    assert distance_matrix(np.array([[1.0, 2.0]]), nothing).shape == (1, 0)


@given(lons, st.floats(-85, 85), st.floats(-15, 15), st.floats(-10, 10))
@settings(deadline=None, max_examples=60)
def test_a_point_comes_back_from_the_plane(lon: float, lat: float, east: float, north: float) -> None:
    plane = Plane(lon, lat)
    point = np.array([[(lon + east + 180) % 360 - 180, np.clip(lat + north, -89, 89)]])

    back = plane.unproject(plane.project(point))

    assert float(great_circle_km(*point[0], *back[0])) < 1e-5


def test_the_centre_is_the_origin_and_distances_from_it_hold(cities: np.ndarray) -> None:
    plane = Plane(116.41, 39.90)

    flat = plane.project(cities)

    true = great_circle_km(116.41, 39.90, cities[:, 0], cities[:, 1])
    assert np.allclose(flat[0], 0, atol=1e-6)
    assert np.allclose(np.hypot(*flat.T)[1:], true[1:], rtol=0.006)


def test_a_square_degree_keeps_its_area() -> None:
    side = np.linspace(0, 1, 200)
    rim = np.vstack(
        [
            np.column_stack([side, 0 * side]),
            np.column_stack([0 * side + 1, side]),
            np.column_stack([side[::-1], 0 * side + 1]),
            np.column_stack([0 * side, side[::-1]]),
        ]
    )
    x, y = Plane(114.0, 36.0).project(rim + np.array([110.0, 30.0])).T
    area = 0.5 * abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))))

    true = EARTH_RADIUS_KM**2 * np.radians(1) * (np.sin(np.radians(31)) - np.sin(np.radians(30)))
    assert area == pytest.approx(true, rel=1e-5)


def test_the_middle_of_points_across_the_date_line_is_on_it() -> None:
    plane = plane_around(np.array([[179.0, 10.0], [-179.0, 10.0], [np.nan, 5.0]]))

    assert abs(plane.lon) == pytest.approx(180)
    assert plane.lat == pytest.approx(10, abs=0.01)


def test_no_point_at_all_still_has_a_plane() -> None:
    assert plane_around(np.empty((0, 2))) == Plane(0.0, 0.0)
