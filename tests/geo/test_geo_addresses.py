"""Addresses as text: two sets of labelled ones, and what must hold for any text."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.geo.addresses import SURE, Located, locate, locate_all
from jiuzhou.geo.characters import SIMPLIFIED, simplified, traditional
from jiuzhou.geo.codes import current_code
from jiuzhou.geo.divisions import Division, divisions, maps_available
from jiuzhou.geo.gazetteer import is_official, short_name

pytestmark = pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")

HERE = Path(__file__).parent
UNSURE = 0.5


@cache
def labelled(file: str) -> tuple[dict[str, str], ...]:
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def is_right(row: dict[str, str], found: dict[str, object]) -> bool:
    if row["adcode"] == "?":
        return found["region_code"] is None or (float(str(found["confidence"])) < UNSURE and bool(found["candidates"]))
    return found["region_code"] == current_code(row["adcode"])


def readings(file: str) -> list[tuple[dict[str, str], dict[str, object], bool]]:
    rows = labelled(file)
    found = locate_all(pa.array([row["address"] for row in rows])).to_pylist()
    return [(row, one, is_right(row, one)) for row, one in zip(rows, found, strict=True)]


def below_in_tree() -> list[Division]:
    return [division for division in divisions().of_level("district") if is_official(division)]


def test_addresses_labelled_by_hand_are_read_right_in_95_of_100() -> None:
    results = readings("labelled_addresses.tsv")

    of_kind, right = Counter(row["kind"] for row, _, _ in results), Counter(row["kind"] for row, _, ok in results if ok)
    shares = {kind: right[kind] / number for kind, number in of_kind.items()}
    for kind, share in sorted(shares.items(), key=lambda item: item[1]):
        print(f"{kind:20} {right[kind]:4} of {of_kind[kind]:4}  {share:.3f}")
    print("worst:", min(shares, key=shares.__getitem__))
    assert len(results) >= 300
    assert len(of_kind) == 10
    assert sum(right.values()) / len(results) >= 0.95


@pytest.mark.parametrize("file", ["labelled_addresses.tsv", "development_addresses.tsv"])
def test_a_sure_reading_is_right_in_95_of_100(file: str) -> None:
    sure = [ok for _, found, ok in readings(file) if float(str(found["confidence"])) >= SURE]

    assert len(sure) > len(labelled(file)) * 0.8
    assert sum(sure) / len(sure) >= 0.95


def test_the_development_set_is_read_right() -> None:
    assert [(row["address"], found) for row, found, ok in readings("development_addresses.tsv") if not ok] == []


def test_several_districts_of_one_name_are_candidates_and_none_is_chosen() -> None:
    assert locate("鼓楼区中山路1号") == Located(None, None, 0.0, ("320106", "320302", "350102", "410204"))


def test_what_all_candidates_lie_in_is_said_with_little_confidence() -> None:
    found = locate("江苏省鼓楼区")

    assert (found.code, found.candidates) == ("320000", ("320106", "320302"))
    assert found.confidence < UNSURE


def test_a_zone_in_several_districts_is_their_city_and_they_are_candidates() -> None:
    found = locate("重庆两江新区金渝大道")

    assert (found.code, set(found.candidates)) == ("500000", {"500112", "500105", "500109"})


def test_parts_that_contradict_each_other_leave_no_sure_reading() -> None:
    found = locate("江苏省杭州市西湖区文三路")

    assert found.code == "330106"
    assert found.confidence < SURE
    assert found.candidates == ("320000", "330106")


@pytest.mark.parametrize(
    ("address", "within", "code"),
    [
        ("鼓楼区中山路1号", "320100", "320106"),
        ("鼓楼区中山路1号", "410000", "410204"),
        ("人民路1号", "320507", "320507"),
        ("浙江省杭州市西湖区", "320500", "320500"),
        ("高新区科技路", "610100", "610100"),
        ("闸北区共和新路", "310108", "310106"),
        ("昆山市前进路", "999999", "320583"),
    ],
)
def test_a_known_region_restricts_the_reading(address: str, within: str, code: str) -> None:
    assert locate(address, within).code == code


def test_many_addresses_are_read_as_each_by_itself() -> None:
    addresses = ["江苏省苏州市姑苏区", None, "", "鼓楼区", "江苏省苏州市姑苏区", "鼓楼区", "西湖区文三路"]
    regions = [None, None, "320500", "320100", "320100", None, "330100"]

    found = locate_all(pa.array(addresses), pa.array(regions)).to_pylist()

    single = [locate(text or "", region) for text, region in zip(addresses, regions, strict=True)]
    assert [(row["region_code"], row["level"], tuple(row["candidates"])) for row in found] == [
        (one.code, one.level, one.candidates) for one in single
    ]
    assert locate_all(pa.array([], pa.string())).num_rows == 0
    assert locate_all(pa.chunked_array([["苏州市"], ["无锡市"]])).column("region_code").to_pylist() == [
        "320500",
        "320200",
    ]


def test_every_division_is_found_by_its_full_path() -> None:
    below = below_in_tree()
    paths = ["".join(divisions().path(division.code)) + "人民路88号" for division in below]

    found = locate_all(pa.array(paths))["region_code"].to_pylist()

    wrong = [(path, code) for path, code, division in zip(paths, found, below, strict=True) if code != division.code]
    assert wrong == []


def test_nearly_every_division_is_found_by_short_names_above_it() -> None:
    tree, below = divisions(), below_in_tree()
    paths = ["".join([*map(short_name, tree.path(one.code)[:-1]), one.name, "建设路6号"]) for one in below]

    found = locate_all(pa.array(paths))["region_code"].to_pylist()

    right = [code == division.code for code, division in zip(found, below, strict=True)]
    assert sum(right) / len(right) > 0.995


@given(number=st.integers(0, 10**6), writing=st.sampled_from(["old", "wide", "spaced", "bracketed", "twice"]))
@settings(deadline=None, max_examples=60)
def test_how_an_address_is_written_changes_nothing(number: int, writing: str) -> None:
    below = below_in_tree()
    path = divisions().path(below[number % len(below)].code)
    written = {
        "old": traditional("".join(path)),
        "wide": "".join(path) + "１２３号",
        "spaced": "　".join(" ".join(name) for name in path),
        "bracketed": "中国（" + "）【".join(path) + "】",
        "twice": path[0] + "".join(path),
    }

    assert locate(written[writing]).code == locate("".join(path)).code


@given(text=st.text(max_size=300), within=st.sampled_from([None, "320500", "110000", "x"]))
@settings(deadline=None, max_examples=200)
def test_any_text_is_read_without_complaint(text: str, within: str | None) -> None:
    found = locate(text, within)

    assert 0 <= found.confidence <= 1
    assert (found.code is None) == (found.level is None)
    assert within != "320500" or (found.code or "").startswith("3205")


@given(
    parts=st.lists(
        st.sampled_from(["江苏", "省", "市", "区", "鼓楼", "高新区", "路", "苏州", "东", "Nanjing", " ", "210009"])
    )
)
@settings(deadline=None, max_examples=200)
def test_pieces_of_addresses_in_any_order_are_read_without_complaint(parts: list[str]) -> None:
    found = locate("".join(parts))

    assert len(found.candidates) <= 8
    assert found.code is None or divisions().get(found.code) is not None


def test_traditional_characters_of_names_lead_to_simplified_ones_and_back() -> None:
    for old, new in SIMPLIFIED.items():
        assert simplified(old) == new
        assert simplified(traditional(new)) == new
