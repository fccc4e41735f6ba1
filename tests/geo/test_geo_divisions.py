"""The division tree, with map files and without."""

from collections.abc import Iterator

import pytest

from jiuzhou.geo import divisions as module
from jiuzhou.geo.codes import prefecture_of, province_of
from jiuzhou.geo.divisions import Division, DivisionTree, divisions, maps_available, tree_of
from jiuzhou.geo.maps import map_note
from jiuzhou.geo.provinces import PROVINCES

built = pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")


@pytest.fixture
def without_maps(monkeypatch: pytest.MonkeyPatch) -> Iterator[DivisionTree]:
    monkeypatch.setattr(module, "maps_available", lambda: False)
    divisions.cache_clear()
    yield divisions()
    divisions.cache_clear()


def test_every_province_has_its_own_tile() -> None:
    assert len(PROVINCES) == 34
    assert len({province.tile for province in PROVINCES}) == 34
    assert [province.code for province in PROVINCES] == sorted(province.code for province in PROVINCES)
    assert all(province.full_name.startswith(province.name) for province in PROVINCES)


def test_a_small_tree_is_walked_up_and_down() -> None:
    tree = tree_of(
        [
            Division("320507", "相城区", "district", "320500"),
            Division("320500", "苏州市", "prefecture", "320000"),
            Division("320505", "虎丘区", "district", "320500"),
            Division("320000", "江苏省", "province", None),
        ]
    )

    assert tree.path("320507") == ("江苏省", "苏州市", "相城区")
    assert [above.code for above in tree.ancestors("320507")] == ["320500", "320000"]
    assert [below.code for below in tree.children("320500")] == ["320505", "320507"]
    assert [below.code for below in tree.of_level("prefecture")] == ["320500"]


def test_an_unknown_code_has_nothing_above_or_below() -> None:
    tree = tree_of([Division("320000", "江苏省", "province", None)])

    assert tree.get("329999") is None
    assert tree.get("somewhere") is None
    assert tree.ancestors("329999") == tree.children("329999") == tree.path("329999") == ()
    assert tree.ancestors("320000") == ()


def test_without_map_files_the_tree_is_our_provinces_and_cities(without_maps: DivisionTree) -> None:
    assert len(without_maps.of_level("province")) == 34
    assert without_maps.path("320500") == ("江苏省", "苏州")
    assert without_maps.path("110000") == ("北京市",)
    assert without_maps.get("320507") is None
    assert without_maps.of_level("district") == ()


def test_the_note_of_the_map_says_which_it_is() -> None:
    assert map_note().code == ("geo.map_note" if maps_available() else "geo.no_maps")


@built
def test_the_built_tree_agrees_with_the_arithmetic_of_codes() -> None:
    for division in divisions().by_code.values():
        above = [parent.code for parent in divisions().ancestors(division.code)]
        assert province_of(division.code) == ([division.code, *above])[-1]
        if division.level == "prefecture":
            assert prefecture_of(division.code) == division.code
            assert above == [province_of(division.code)]
        if division.level == "district":
            assert division.parent == prefecture_of(division.code)


@built
def test_the_built_tree_has_the_country_down_to_the_district() -> None:
    tree = divisions()

    assert [division.name for division in tree.of_level("province")] == [province.full_name for province in PROVINCES]
    assert 330 <= len(tree.of_level("prefecture")) <= 400
    assert 2_800 <= len(tree.of_level("district")) <= 3_400
    assert tree.path("110105") == ("北京市", "朝阳区")
    assert tree.path("371202") == ("山东省", "济南市", "莱芜区")
    assert not [division for division in tree.by_code.values() if "直辖" in division.name or division.name == "市辖区"]
