"""The built areas of the prefectures."""

import numpy as np
import pytest
import shapely

from jiuzhou.geo.adjacency import components
from jiuzhou.geo.divisions import divisions, maps_available
from jiuzhou.geo.maps import read_map
from jiuzhou.geo.prefectures import Prefectures, prefectures

pytestmark = pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")


@pytest.fixture(scope="module")
def areas() -> Prefectures:
    found = prefectures()
    assert found is not None
    return found


def test_the_source_had_the_polygons_and_borders_we_expect() -> None:
    counts = read_map("manifest.json")["counts"]

    assert (counts["source_polygons"], counts["source_borders"]) == (367, 967)
    assert (counts["prefectures"], counts["borders"], counts["sea_links"]) == (366, 964, 3)


def test_the_areas_are_valid_and_overlap_nowhere(areas: Prefectures) -> None:
    assert shapely.is_valid(areas.polygons).all()
    assert shapely.coverage_is_valid(areas.polygons)


def test_every_area_has_a_name_and_a_point_inside(areas: Prefectures) -> None:
    assert [code for code in areas.codes if divisions().get(code) is None] == []
    assert shapely.contains(areas.polygons, shapely.points(areas.points)).all()
    assert list(areas.codes) == sorted(areas.codes)


def test_the_neighbours_connect_the_whole_map_over_sea_links(areas: Prefectures) -> None:
    assert (components(len(areas.codes), areas.pairs) == 0).all()
    land = np.array([pair for pair in areas.pairs.tolist() if pair not in areas.sea.tolist()])
    assert components(len(areas.codes), land).max() == 2  # Hainan and Taiwan


def test_neighbours_are_those_of_the_atlas(areas: Prefectures) -> None:
    assert areas.neighbours("320500") == ("310000", "320200", "320600", "321200", "330400", "330500")
    assert areas.neighbours("320507") == areas.neighbours("320500")
    assert areas.neighbours("810000") == ("440300",)
    assert "440800" in areas.neighbours("460100")
    assert areas.neighbours("371200") == areas.neighbours("370100")
    assert areas.neighbours("460300") == ()


def test_pairs_among_some_codes_are_their_positions(areas: Prefectures) -> None:
    codes = ["320200", "460300", "310000", "320500", "650100"]

    assert areas.pairs_among(codes).tolist() == [[0, 3], [2, 3]]
    assert areas.pairs_among([]).tolist() == []
    assert areas.pairs_among(areas.codes).tolist() == areas.pairs.tolist()


def test_a_coarser_map_keeps_its_borders_shared(areas: Prefectures) -> None:
    codes = [code for code in areas.codes if code.startswith("32")]

    coarse = areas.simplified(codes, 0.05)

    assert shapely.coverage_is_valid(coarse)
    before = shapely.get_num_coordinates(areas.polygons[[areas.row[code] for code in codes]]).sum()
    assert shapely.get_num_coordinates(coarse).sum() < 0.5 * before


def test_an_area_is_found_by_any_code_in_it(areas: Prefectures) -> None:
    assert areas.polygon("320507") is areas.polygons[areas.row["320500"]]
    assert areas.polygon("320000") is None
    assert areas.polygon("nowhere") is None
