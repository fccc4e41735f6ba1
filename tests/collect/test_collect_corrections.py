"""Cells put right by a person, amounts in larger units, decimals behind a comma."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from jiuzhou.collect import BrokenRow, Mark, RawTable, Source, Standing, Wishes
from jiuzhou.collect.corrections import Correction, corrected
from jiuzhou.collect.gathering import gather
from jiuzhou.collect.raw import source_of
from jiuzhou.collect.shelf import Memory
from jiuzhou.kernel.book import BookSettings


def source(*, first_row: int = 2, broken: tuple[BrokenRow, ...] = (), **columns: list[str | None]) -> Source:
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    return source_of(RawTable("客户.csv", table, first_row, broken))


def only(found: Source) -> RawTable:
    (block,) = found.blocks(None)
    return block


def test_one_typo_is_put_right_in_every_row_that_has_it() -> None:
    given = source(customer_id=["A", "B", "C"], city=["苏洲", " 苏洲 ", "无锡"])
    found = corrected(given, "customers", [Correction("customers", "city", "苏洲", "苏州")])
    assert only(found).table["city"].to_pylist() == ["苏州", "苏州", "无锡"]


def test_one_cell_goes_before_all_cells_that_say_the_same() -> None:
    given = source(customer_id=["A", "B"], city=["苏洲", "苏洲"])
    wanted = [Correction("customers", "city", "苏洲", "苏州"), Correction("customers", "city", "苏洲", "宿州", row=3)]
    assert only(corrected(given, "customers", wanted)).table["city"].to_pylist() == ["苏州", "宿州"]


def test_empty_cells_can_be_filled_and_cells_emptied() -> None:
    given = source(customer_id=["A", "B"], city=[None, "不详"])
    wanted = [Correction("customers", "city", "", "无锡"), Correction("customers", "city", "不详", "")]
    assert only(corrected(given, "customers", wanted)).table["city"].to_pylist() == ["无锡", ""]


def test_a_row_without_columns_gets_them_when_its_cells_are_corrected() -> None:
    given = source(
        broken=(BrokenRow(3, ("B", "乙", "Z", "多")),), customer_id=["A", "C"], name=["甲", "丙"], city=["x", "y"]
    )
    found = only(corrected(given, "customers", [Correction("customers", "city", "", "苏州", row=3)]))
    assert found.broken == ()
    assert found.rows().tolist() == [2, 3, 4]
    assert found.table.to_pylist()[1] == {"customer_id": "B", "name": "乙", "city": "苏州"}


def test_rows_are_counted_across_blocks() -> None:
    def blocks(mark: Mark | None) -> Iterator[RawTable]:
        for number, name in enumerate(["甲", "乙"]):
            yield RawTable("客户.csv", pa.table({"name": [name]}), 2 + number, mark=Mark(number, 2 + number))

    given = Source("客户.csv", ("name",), blocks)
    found = corrected(given, "customers", [Correction("customers", "name", "", "丙", row=3)])
    assert [block.table["name"].to_pylist() for block in found.blocks(None)] == [["甲"], ["丙"]]


def test_corrections_of_other_tables_and_columns_leave_the_source_as_it_is() -> None:
    given = source(customer_id=["A"])
    wanted = [Correction("orders", "customer_id", "A", "B"), Correction("customers", "town", "A", "B")]
    assert corrected(given, "customers", wanted) is given


def test_cells_of_any_type_can_be_corrected() -> None:
    given = source_of(RawTable("客户.parquet", pa.table({"customer_id": ["A", "B"], "potential": [1.0, -5.0]})))
    found = corrected(given, "customers", [Correction("customers", "potential", "-5", "5")])
    assert only(found).table["potential"].to_pylist() == ["1", "5"]


@pytest.mark.parametrize(
    ("cell", "unit", "amount"),
    [
        ("12", "万元", "120000"),
        ("3.14159", "万元", "31415.9"),
        ("3.5万", "万元", "35000"),
        ("3.5元", "千元", "3500"),
        ("¥１２", "万元", "120000"),
        ("(1.5)", "万元", "-15000"),
        ("1,234.5", "千元", "1234500"),
        ("0.00000001", "亿元", "1"),
        ("12", "元", "12"),
        ("1.5e2", "百万元", None),
        ("不详", "万元", None),
    ],
)
def test_amounts_are_read_in_the_unit_of_their_column(cell: str, unit: str, amount: str | None) -> None:
    shelf = Memory()
    wishes = Wishes(units={"orders": {"金额": unit}}, standing={"customers": Standing(pa.array(["A"]))})
    given = source(order_id=["1"], customer_id=["A"], ordered_at=["2025-01-01"], 金额=[cell])
    gather({"orders": given}, BookSettings(), shelf, wishes=wishes)
    assert shelf.tables["orders"]["amount"].to_pylist() == ([Decimal(amount)] if amount else [])


def test_numbers_of_a_typed_source_are_multiplied() -> None:
    shelf = Memory()
    wishes = Wishes(units={"customers": {"potential": "万元"}})
    table = pa.table({"customer_id": ["A", "B"], "potential": pa.array([1.5, None])})
    gather({"customers": source_of(RawTable("客户.parquet", table))}, BookSettings(), shelf, wishes=wishes)
    assert shelf.tables["customers"]["potential"].to_pylist() == [Decimal(15_000), None]


def test_an_amount_too_large_in_its_unit_is_rejected() -> None:
    shelf = Memory()
    wishes = Wishes(units={"customers": {"potential": "亿元"}})
    given = source(customer_id=["A", "B"], potential=["9999999", "1"])
    gather({"customers": given}, BookSettings(), shelf, wishes=wishes)
    assert shelf.rejected["customers"]["code"].to_pylist() == ["collect.bad_money"]
    assert shelf.tables["customers"]["potential"].to_pylist() == [Decimal(100_000_000)]


def test_a_table_with_decimal_commas_is_read_so() -> None:
    table = pa.table({"customer_id": ["A", "B", "C"], "potential": ["1.234,50", "12,5", "€ 7"]})
    raw = RawTable("Kunden.csv", table)
    given = Source("Kunden.csv", tuple(table.column_names), source_of(raw).blocks, found={"decimal": ","})
    shelf = Memory()
    gather({"customers": given}, BookSettings(currency="EUR"), shelf)
    assert shelf.tables["customers"]["potential"].to_pylist() == [Decimal("1234.5"), Decimal("12.5"), Decimal(7)]


def test_a_heading_can_be_left_a_column_of_the_companys_own() -> None:
    shelf = Memory()
    wishes = Wishes(columns={"customers": {"金额": "", "编号": "customer_id"}})
    gather({"customers": source(编号=["A"], 金额=["多"])}, BookSettings(), shelf, wishes=wishes)
    assert shelf.tables["customers"]["金额"].to_pylist() == ["多"]


def test_a_row_can_be_kept_without_a_cell_that_is_no_good() -> None:
    shelf = Memory()
    given = source(
        customer_id=["A", "B", None],
        potential=["不详", "5", "6"],
        lat=["31.2", "95", "31"],
        lon=["121.5", "121.5", "121"],
    )
    quality = gather({"customers": given}, BookSettings(), shelf, wishes=Wishes(lenient=True))
    kept = shelf.tables["customers"].select(["customer_id", "potential", "lat", "lon"]).to_pylist()
    assert kept == [
        {"customer_id": "A", "potential": None, "lat": 31.2, "lon": 121.5},
        {"customer_id": "B", "potential": Decimal(5), "lat": None, "lon": None},
    ]
    assert shelf.doubtful["customers"].select(["row", "column", "code"]).to_pylist() == [
        {"row": 2, "column": "potential", "code": "collect.bad_money"},
        {"row": 3, "column": "lat", "code": "collect.out_of_range"},
    ]
    assert shelf.rejected["customers"]["code"].to_pylist() == ["collect.missing_value"]
    assert quality.tables["customers"].consistency == 0
    assert quality.tables["customers"].doubts == {"collect.bad_money": 1, "collect.out_of_range": 1}


def test_the_line_number_of_an_order_is_never_emptied() -> None:
    shelf = Memory()
    wishes = Wishes(lenient=True, standing={"customers": Standing(pa.array(["A"]))})
    given = source(order_id=["1"], line_no=["erste"], customer_id=["A"], ordered_at=["2025-01-01"], amount=["1"])
    gather({"orders": given}, BookSettings(), shelf, wishes=wishes)
    assert shelf.rejected["orders"]["code"].to_pylist() == ["collect.bad_integer"]


def test_quality_is_told_by_province() -> None:
    given = source(
        customer_id=["A", "B", "C", "D"],
        name=["甲", None, "丙", "丁"],
        region_code=["320500", "320100", "310000", None],
        created_at=["2025-01-01", "2025-03-01", "2025-02-01", None],
    )
    quality = gather({"customers": given}, BookSettings(as_of=date(2025, 3, 11)), Memory())
    assert [(one.region_code, one.customers, one.completeness, one.freshness_days) for one in quality.regions] == [
        ("320000", 2, 0.75, 10),
        ("", 1, 0.5, None),
        ("310000", 1, 1.0, 38),
    ]


def test_places_change_their_coordinates_where_a_person_said_so_and_only_that_fits() -> None:
    shelf = Memory()
    given = source(customer_id=["A", "B", "C"], lat=["121.5", "31.2", "200"], lon=["31.2", "121.5", "31"])
    gather({"customers": given}, BookSettings(), shelf, wishes=Wishes(swap_places=True))
    assert shelf.tables["customers"].select(["lat", "lon"]).to_pylist() == [{"lat": 31.2, "lon": 121.5}] * 2
    assert shelf.rejected["customers"]["code"].to_pylist() == ["collect.out_of_range"]
