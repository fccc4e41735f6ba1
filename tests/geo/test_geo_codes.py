"""What an adcode says by itself."""

import pytest

from jiuzhou.geo.codes import RECODED, current_code, plain_code, prefecture_of, province_of
from jiuzhou.geo.provinces import PROVINCES


@pytest.mark.parametrize(
    ("code", "prefecture"),
    [
        ("320507", "320500"),
        ("320500", "320500"),
        ("320507400001", "320500"),
        ("110105", "110000"),
        ("110100", "110000"),
        ("500241", "500000"),
        ("810000", "810000"),
        ("429004", "429004"),
        ("469021", "469021"),
        ("469003", "460400"),
        ("542621", "540400"),
        ("371202", "370100"),
        ("341422", "340200"),
        ("512081", "510100"),
    ],
)
def test_a_code_knows_its_prefecture(code: str, prefecture: str) -> None:
    assert prefecture_of(code) == prefecture


@pytest.mark.parametrize("code", ["320000", "429000"])
def test_a_province_with_prefectures_lies_in_none(code: str) -> None:
    assert prefecture_of(code) is None


@pytest.mark.parametrize("code", ["", "32", "99", "CN-JS", "999999", "3205O7", "３２０５０７", "1234567"])
def test_what_is_no_adcode_has_no_place(code: str) -> None:
    assert plain_code(code) is current_code(code) is province_of(code) is prefecture_of(code) is None


def test_an_older_code_leads_to_the_one_in_force_in_one_step() -> None:
    for old, new in RECODED.items():
        assert current_code(old) == new
        assert current_code(new) == new
        assert province_of(old) == province_of(new)


def test_every_province_of_the_table_is_known_by_its_digits() -> None:
    assert [province_of(province.code) for province in PROVINCES] == [province.code for province in PROVINCES]
