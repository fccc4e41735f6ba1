"""What an adcode says by itself."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.geo.codes import CHANGES, RECODED, code_on, current_code, plain_code, prefecture_of, province_of
from jiuzhou.geo.divisions import divisions, maps_available
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


def test_every_change_leads_to_a_division_of_today() -> None:
    known = divisions().by_code

    assert not maps_available() or [code for code in RECODED.values() if code not in known] == []
    assert not maps_available() or [code for code in RECODED if code in known] == []


def test_a_code_is_gone_once_and_changes_stay_in_their_province() -> None:
    gone = [change.code for change in CHANGES if change.how != "renamed"]

    assert len(gone) == len(set(gone)) > 1000
    assert all(change.code[:2] == change.now[:2] for change in CHANGES)
    assert all(change.how == "renamed" or change.code != change.now for change in CHANGES)


@pytest.mark.parametrize(
    ("code", "day", "then"),
    [
        ("310108", date(2015, 6, 1), "310108"),
        ("310108", date(2016, 1, 1), "310106"),
        ("622725", date(2005, 1, 1), "620824"),
        ("622725", date(2020, 1, 1), "620881"),
        ("620881", date(2010, 1, 1), "620824"),
        ("620881", date(1998, 1, 1), "622725"),
        ("310106", date(2000, 1, 1), "310106"),
        ("320584", date(2026, 1, 1), "320509"),
        ("110000", date(1999, 1, 1), "110000"),
        ("110100", date(2020, 1, 1), "110000"),
    ],
)
def test_a_code_is_said_as_it_was_on_a_day(code: str, day: date, then: str) -> None:
    assert code_on(code, day) == then


@pytest.mark.parametrize("code", ["", "99", "320A00"])
def test_what_is_no_code_was_none_on_any_day(code: str) -> None:
    assert code_on(code, date(2020, 1, 1)) is None


@given(code=st.sampled_from(sorted(RECODED)), day=st.dates(date(2026, 1, 1), date(2030, 1, 1)))
@settings(deadline=None)
def test_today_a_code_is_the_one_in_force(code: str, day: date) -> None:
    assert code_on(code, day) == current_code(code)
