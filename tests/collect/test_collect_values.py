"""What people write in cells: numbers, amounts, days, moments, yes or no, lists."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.collect.parse import parse
from jiuzhou.kernel.column import ARROW, Kind


def read_one(cell: object, kind: Kind, *, serials: bool = False) -> tuple[object, bool]:
    parsed = parse(pa.chunked_array([pa.array([cell])]), kind, zone="Asia/Shanghai", serials=serials)
    assert parsed.values.type == ARROW[kind]
    return parsed.values[0].as_py(), bool(parsed.bad[0])


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1234.5", "1234.5000"),
        ("1,234.50", "1234.5000"),
        ("１２３４．５", "1234.5000"),
        ("￥1,234.50", "1234.5000"),
        ("¥ -3", "-3.0000"),
        ("-$5.00", "-5.0000"),
        ("(1,234.50)", "-1234.5000"),
        ("3.5万", "35000.0000"),
        ("1.25亿元", "125000000.0000"),
        ("120元", "120.0000"),
        ("+7", "7.0000"),
        (".5", "0.5000"),
        ("1E3", "1000.0000"),
        ("0.00005", "0.0000"),  # half-even
        ("0.00015", "0.0002"),
        ("99999999999999.1234", None),
        ("12345678901234.1234", "12345678901234.1234"),
        ("0.1234500000000000000001", "0.1235"),
    ],
)
def test_an_amount_is_read_exactly(cell: str, amount: str | None) -> None:
    value, bad = read_one(cell, Kind.MONEY)

    assert bad == (amount is None)
    assert value == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "cell",
    [
        *("nan", "NaN", "inf", "-inf", "Infinity", "1e400", "1_000", "٣", "0x10", "1,5", "12,34", "1.2.3", "--5", "5-"),
        *("²", "½", "5²", "1 234", "=1+1", "五", "12kg", "1,234.50.6", "", "NULL"),
    ],
)
def test_a_text_with_no_or_two_readings_is_no_number(cell: str) -> None:
    value, bad = read_one(cell, Kind.NUMBER)

    assert value is None
    assert bad == (cell not in ("", "NULL"))


@pytest.mark.parametrize(("cell", "number"), [("12%", 0.12), ("1e3", 1000.0), ("1,000", 1000.0), ("２万", 20000.0)])
def test_a_number_may_carry_what_people_put_behind_it(cell: str, number: float) -> None:
    assert read_one(cell, Kind.NUMBER) == (number, False)


@pytest.mark.parametrize(("cell", "whole"), [("12", 12), ("12.0", 12), ("-3", -3), ("1,000", 1000), ("2e3", 2000)])
def test_a_whole_number_may_look_like_a_decimal_one(cell: str, whole: int) -> None:
    assert read_one(cell, Kind.INTEGER) == (whole, False)


@pytest.mark.parametrize("cell", ["12.5", "1e30", "9999999999999999999", "twelve"])
def test_what_is_not_whole_or_too_long_is_refused(cell: str) -> None:
    assert read_one(cell, Kind.INTEGER) == (None, True)


@pytest.mark.parametrize(
    ("cell", "said"), [("是", True), ("否", False), ("TRUE", True), ("no", False), ("1", True), ("０", False)]
)
def test_yes_and_no_are_known_in_both_languages(cell: str, said: bool) -> None:
    assert read_one(cell, Kind.YES_NO) == (said, False)


def test_maybe_is_neither_yes_nor_no() -> None:
    assert read_one("maybe", Kind.YES_NO) == (None, True)


@pytest.mark.parametrize(
    "cell",
    ["2024-03-05", "2024/3/5", "2024.03.05", "2024年3月5日", "２０２４年３月５日", "20240305", "2024-03-05 14:03"],
)
def test_a_day_is_read_in_every_form_that_begins_with_the_year(cell: str) -> None:
    assert read_one(cell, Kind.DAY) == (date(2024, 3, 5), False)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "2024-02-31",
            "2023-02-29",
            "0000-00-00",
            "1900-01-00",
            "1900-01-01",
            "20204-01-01",
            "3/5/2024",
            "05.03.2024",
        ),
        *("2024-13-01", "2024-00-10", "tomorrow", "45356", "2024-03-05 25:00", "2024-03-05 12:60", "2024"),
    ],
)
def test_what_is_no_day_is_refused(cell: str) -> None:
    assert read_one(cell, Kind.DAY) == (None, True)


def test_a_spreadsheets_serial_is_a_day_only_where_the_source_is_one() -> None:
    assert read_one("45356", Kind.DAY, serials=True) == (date(2024, 3, 5), False)
    assert read_one("45356.5", Kind.MOMENT, serials=True) == (datetime(2024, 3, 5, 4, tzinfo=UTC), False)
    assert read_one("45356", Kind.DAY) == (None, True)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-03-05 14:03", datetime(2024, 3, 5, 6, 3, tzinfo=UTC)),
        ("2024-03-05T14:03:01.250", datetime(2024, 3, 5, 6, 3, 1, 250000, tzinfo=UTC)),
        ("2024-03-05T14:03:00Z", datetime(2024, 3, 5, 14, 3, tzinfo=UTC)),
        ("2024-03-05 14:03+01:00", datetime(2024, 3, 5, 13, 3, tzinfo=UTC)),
        ("2024年3月5日 14时03分", datetime(2024, 3, 5, 6, 3, tzinfo=UTC)),
        ("2024/3/5 2:03 PM", datetime(2024, 3, 5, 6, 3, tzinfo=UTC)),
        ("2024/3/5", datetime(2024, 3, 4, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_without_offset_is_read_in_the_books_zone(cell: str, moment: datetime) -> None:
    assert read_one(cell, Kind.MOMENT) == (moment, False)


@pytest.mark.parametrize("cell", ["a|b", "a;b", "a；b", "a、b", "a | b |", '["a", "b"]'])
def test_a_list_is_read_with_every_usual_separator(cell: str) -> None:
    assert read_one(cell, Kind.LIST) == (["a", "b"], False)


def test_a_broken_json_list_is_refused() -> None:
    assert read_one('["a", ', Kind.LIST) == (None, True)


@pytest.mark.parametrize(
    ("cells", "kind", "values", "bad"),
    [
        (pa.array([1.0, None, float("nan")]), Kind.TEXT, ["1", None, None], 0),
        (pa.array([1.5, float("nan"), float("inf")]), Kind.NUMBER, [1.5, None, None], 2),
        (pa.array([1.00005, float("nan"), 1e300]), Kind.MONEY, [Decimal("1.0001"), None, None], 2),
        (pa.array([Decimal("1.23455")], pa.decimal128(10, 5)), Kind.MONEY, [Decimal("1.2346")], 0),
        (pa.array([12.0, 12.5]), Kind.INTEGER, [12, None], 1),
        (pa.array([1, 0, 2]), Kind.YES_NO, [True, False, None], 1),
        (pa.array([20240305]), Kind.DAY, [date(2024, 3, 5)], 0),
        (pa.array([10**11], pa.timestamp("s")), Kind.MOMENT, [None], 1),
        (
            pa.array([datetime.fromisoformat("2024-03-05T20:00")], pa.timestamp("ns", "UTC")),
            Kind.DAY,
            [date(2024, 3, 6)],
            0,
        ),
        (pa.array([date(2024, 3, 5)]), Kind.MOMENT, [datetime(2024, 3, 4, 16, tzinfo=UTC)], 0),
        (pa.array(["x", "x"]).dictionary_encode(), Kind.TEXT, ["x", "x"], 0),
        (pa.array([["a", "b"]], pa.large_list(pa.string())), Kind.LIST, [["a", "b"]], 0),
        (pa.array([b"\x01\xff"]), Kind.TEXT, ["01ff"], 0),
        (pa.nulls(2), Kind.MONEY, [None, None], 0),
    ],
)
def test_typed_columns_are_cast_and_what_does_not_fit_is_named(
    cells: pa.Array, kind: Kind, values: list[object], bad: int
) -> None:
    parsed = parse(cells, kind, zone="Asia/Shanghai")

    assert parsed.values.to_pylist() == values
    assert parsed.bad.sum() == bad


def test_two_spellings_of_one_letter_become_one_text() -> None:
    parsed = parse(pa.array(["Jose\u0301", "José", " José "]), Kind.TEXT, zone="UTC")

    assert len(set(parsed.values.to_pylist())) == 1


def test_a_nul_character_is_refused_and_a_person_called_null_is_not() -> None:
    parsed = parse(pa.array(["a\0b", "NULL"]), Kind.TEXT, zone="UTC")

    assert parsed.values.to_pylist() == [None, "NULL"]
    assert parsed.bad.tolist() == [True, False]


@given(st.lists(st.text(max_size=20), max_size=8), st.sampled_from(list(Kind)), st.booleans())
@settings(deadline=None, max_examples=80)
def test_no_text_whatever_makes_reading_fail(cells: list[str], kind: Kind, serials: bool) -> None:
    parsed = parse(pa.array(cells, pa.string()), kind, zone="Asia/Shanghai", serials=serials)

    assert len(parsed.values) == len(parsed.bad) == len(cells)
    assert all(value is None for value, bad in zip(parsed.values.to_pylist(), parsed.bad, strict=True) if bad)


@given(
    st.lists(st.from_regex(r"[-+¥(]?[0-9,]{1,12}(\.[0-9]{0,6})?(万|亿|E[0-9]{1,3}|%)?\)?", fullmatch=True), max_size=6)
)
@settings(deadline=None, max_examples=80)
def test_no_number_like_text_makes_reading_fail(cells: list[str]) -> None:
    for kind in (Kind.NUMBER, Kind.MONEY, Kind.INTEGER):
        parsed = parse(pa.array(cells, pa.string()), kind, zone="UTC")
        assert len(parsed.values) == len(cells)


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4, allow_nan=False))
@settings(deadline=None, max_examples=100)
def test_an_amount_survives_being_written_and_read(amount: Decimal) -> None:
    assert read_one(f"{amount:f}", Kind.MONEY) == (amount, False)
    assert read_one(f"{amount:,f}", Kind.MONEY) == (amount, False)


@given(st.datetimes(datetime.fromisoformat("1901-01-02"), datetime.fromisoformat("2199-12-30")))
@settings(deadline=None, max_examples=100)
def test_a_moment_survives_being_written_and_read(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert read_one(aware.isoformat(), Kind.MOMENT) == (aware, False)
    assert read_one(moment.strftime("%Y年%m月%d日"), Kind.DAY) == (moment.date(), False)
