"""Raw tables into a Book: what is kept, what is rejected and why, and that no row vanishes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiuzhou.collect import BrokenRow, Collected, RawTable, read
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.tables import TABLES

SHARED = Path(__file__).parents[2].parent / "shared"


def raw(name: str, text: str, *, broken: tuple[BrokenRow, ...] = ()) -> RawTable:
    """Make a table from lines of cells; ``.`` is an empty cell."""
    lines = [line.split() for line in text.strip().splitlines()]
    cells = [["" if cell == "." else cell for cell in line] for line in lines[1:]]
    columns = {heading: pa.array([row[i] for row in cells], pa.string()) for i, heading in enumerate(lines[0])}
    return RawTable(f"{name}.csv", pa.table(columns), 2, broken)


def collected(settings: BookSettings | None = None, **tables: str) -> Collected:
    given_tables = {"customers": "customer_id\nC1\nC2"} | tables
    return read({name: raw(name, text) for name, text in given_tables.items()}, settings or BookSettings())


def reasons(result: Collected, table: str) -> list[tuple[int, str, str]]:
    rows = result.rejects[table].to_pylist()
    return [(row["row"], row["column"], row["code"].removeprefix("collect.")) for row in rows]


def test_chinese_headings_are_understood_and_own_columns_kept() -> None:
    result = collected(customers="客户编号 客户名称 下次拜访 锁定\nC1 甲 周五 是")

    assert result.book.table("customers").select(["customer_id", "name", "locked", "下次拜访"]).to_pylist() == [
        {"customer_id": "C1", "name": "甲", "locked": True, "下次拜访": "周五"}
    ]
    assert result.quality.tables["customers"].own_columns == ("下次拜访",)


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        ("name", "collect.missing_column"),
        ("custmer_id", "collect.missing_column_near"),
        ("客户编号 客户编码", "collect.two_columns"),
        ("customer_id lat", "collect.half_place_columns"),
    ],
)
def test_headings_that_cannot_be_understood_are_refused(headings: str, code: str) -> None:
    with pytest.raises(BookError) as caught:
        collected(customers=f"{headings}\n" + " ".join("1" for _ in headings.split()))
    assert caught.value.code == code


def test_a_heading_twice_is_refused() -> None:
    table = pa.table([["C1"], ["C1"]], ["customer_id", "customer_id"])
    with pytest.raises(BookError, match=r"collect\.heading_twice"):
        read({"customers": RawTable("客户.csv", table)}, BookSettings())


def test_an_exact_name_goes_before_an_alias() -> None:
    result = collected(customers="客户编号 customer_id\n17 C1")

    assert result.book.table("customers")["customer_id"].to_pylist() == ["C1"]
    assert result.book.table("customers")["客户编号"].to_pylist() == ["17"]


def test_a_mapping_goes_before_every_other_reading() -> None:
    sources = {"customers": raw("customers", "key customer\nC1 甲")}

    result = read(sources, BookSettings(), mapping={"customers": {"key": "customer_id", "customer": "name"}})

    assert result.book.table("customers")["name"].to_pylist() == ["甲"]


@pytest.mark.parametrize(
    ("mapping", "code"), [({"nil": "name"}, "collect.mapped_nothing"), ({"a": "nil"}, "collect.mapped_unknown")]
)
def test_a_mapping_that_leads_nowhere_is_refused(mapping: dict[str, str], code: str) -> None:
    with pytest.raises(BookError) as caught:
        read({"customers": raw("customers", "a\n1")}, BookSettings(), mapping={"customers": mapping})
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("table", "text", "reason"),
    [
        ("customers", "customer_id name\n. 甲", (2, "customer_id", "missing_value")),
        ("customers", "customer_id 潜力\nC1 lots", (2, "潜力", "bad_money")),
        ("customers", "customer_id potential\nC1 -1", (2, "potential", "too_small")),
        ("customers", "customer_id lat lon\nC1 95 200", (2, "lat", "out_of_range")),
        ("customers", "customer_id lat lon\nC1 121.4 31.2", (2, "lat", "swapped_place")),
        ("customers", "customer_id lat lon\nC1 0 0.0", (2, "lat", "no_place")),
        ("customers", "customer_id lat lon\nC1 31.2 .", (2, "lon", "half_place")),
        ("customers", "customer_id lat lon\nC1 nan 3", (2, "lat", "bad_number")),
        ("customers", "customer_id crs\nC1 mars", (2, "crs", "unknown_choice")),
        ("orders", "order_id customer_id ordered_at amount\nO1 . 2026-01-01 5", (2, "customer_id", "missing_value")),
        (
            "orders",
            "order_id customer_id ordered_at amount\nO1 C9 2026-01-01 5",
            (2, "customer_id", "unknown_reference"),
        ),
        ("orders", "order_id customer_id ordered_at amount\nO1 C1 2026-02-31 5", (2, "ordered_at", "bad_moment")),
        ("orders", "order_id customer_id ordered_at amount\nO1 C1 2026-01-01 $5", (2, "amount", "other_currency")),
        ("contracts", "contract_id starts_on ends_on\nK1 2026-02-01 2026-01-01", (2, "ends_on", "ends_before_start")),
        ("interactions", "customer_id at kind\nC1 2026-02-01 dinner", (2, "kind", "unknown_choice")),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_reason(table: str, text: str, reason: tuple[int, str, str]) -> None:
    assert reasons(collected(**{table: text}), table) == [reason]


def test_the_first_of_two_rows_with_one_key_is_kept_and_the_other_names_it() -> None:
    result = collected(customers="customer_id name\nC1 甲\nC2 乙\nC1 丙")

    assert result.book.table("customers")["name"].to_pylist() == ["甲", "乙"]
    assert reasons(result, "customers") == [(4, "customer_id", "duplicate_key")]
    assert json.loads(result.rejects["customers"]["params"][0].as_py())["first_row"] == 2


def test_a_row_rejected_for_another_reason_leaves_its_key_to_a_sound_twin() -> None:
    result = collected(customers="customer_id potential\nC1 ?\nC1 5")

    assert result.book.table("customers")["potential"].to_pylist() == [Decimal(5)]


def test_the_orders_of_a_rejected_customer_are_rejected_and_say_so() -> None:
    result = collected(
        customers="customer_id potential\nC1 ?\nC2 5",
        orders="order_id customer_id ordered_at amount\nO1 C2 2026-01-01 1\nO2 C1 2026-01-01 1",
    )

    assert reasons(result, "orders") == [(3, "customer_id", "rejected_reference")]
    assert json.loads(result.rejects["orders"]["params"][0].as_py()) == {
        "file": "customers.csv",
        "value": "C1",
        "first_row": 2,
    }


def test_an_unknown_customer_that_only_lost_its_zeros_is_suggested() -> None:
    result = collected(
        customers="customer_id\n00017\nC2", orders="order_id customer_id ordered_at amount\nO1 17.0 2026-01-01 1"
    )

    assert json.loads(result.rejects["orders"]["params"][0].as_py())["near"] == "00017"


def test_an_optional_reference_that_leads_nowhere_is_emptied_and_counted() -> None:
    result = collected(
        owners="owner_id\nR1",
        customers="customer_id owner_id parent_customer_id\nC1 R1 C2\nC2 R9 C9",
    )

    customers = result.book.table("customers")
    assert customers["owner_id"].to_pylist() == ["R1", None]
    assert customers["parent_customer_id"].to_pylist() == ["C2", None]
    assert result.quality.tables["customers"].nulled == {"parent_customer_id": 1, "owner_id": 1}
    assert [note.code for note in result.quality.notes] == ["collect.note_emptied"] * 2


def test_a_reference_to_a_table_that_is_not_given_is_free() -> None:
    assert collected(customers="customer_id owner_id\nC1 R7").book.table("customers")["owner_id"].to_pylist() == ["R7"]


def test_order_lines_are_numbered_by_position_within_their_order() -> None:
    text = "order_id customer_id ordered_at amount line_no\n" + "\n".join(
        f"{order} C1 2026-01-01 1 {line}" for order, line in (("A", "."), ("B", 5), ("A", "."), ("B", "."), ("A", 1))
    )

    result = collected(orders=text)

    lines = result.book.table("orders").select(["order_id", "line_no"]).to_pylist()
    assert [(line["order_id"], line["line_no"]) for line in lines] == [
        ("A", 2),
        ("B", 5),
        ("A", 3),
        ("B", 6),
        ("A", 1),
    ]


def test_negative_amounts_are_returns_and_kept() -> None:
    result = collected(orders="order_id customer_id ordered_at amount quantity\nO1 C1 2026-01-01 -5 -1")

    assert result.book.table("orders")["amount"].to_pylist() == [Decimal(-5)]
    assert result.book.table("orders")["ordered_at"].to_pylist() == [datetime(2025, 12, 31, 16, tzinfo=UTC)]


def test_a_row_with_several_problems_tells_the_worst_and_counts_all() -> None:
    result = collected(customers="customer_id potential lat lon\n. ? 95 1\nC1 . . .")

    figures = result.quality.tables["customers"]
    assert reasons(result, "customers") == [(2, "customer_id", "missing_value")]
    assert figures.problems == {"collect.bad_money": 1, "collect.missing_value": 1, "collect.swapped_place": 1}
    assert figures.rejected_by == {"collect.missing_value": 1}


def test_rows_without_anything_in_them_are_no_rows() -> None:
    result = collected(customers="customer_id name\nC1 甲\n. .\nC2 乙\n. .")

    assert (result.quality.tables["customers"].read, result.quality.tables["customers"].blank) == (2, 2)


def test_a_row_that_does_not_fit_the_heading_is_rejected_under_its_own_number() -> None:
    broken = (BrokenRow(3, ("C2", "乙", "extra")),)
    table = raw("customers", "customer_id name\nC1 甲\nC1 丙", broken=broken)

    result = read({"customers": table}, BookSettings())

    assert reasons(result, "customers") == [(3, "", "ragged_row"), (4, "customer_id", "duplicate_key")]
    assert result.rejects["customers"]["name"].to_pylist() == ["乙", "丙"]


def test_a_source_column_called_as_ours_keeps_its_place_among_the_rejects() -> None:
    result = collected(customers="customer_id code\nC1 x\nC1 y")

    assert result.rejects["customers"].column_names == [
        "customer_id",
        "code (source)",
        "row",
        "column",
        "code",
        "params",
    ]
    assert result.rejects["customers"]["code (source)"].to_pylist() == ["y"]


def test_quality_tells_completeness_age_and_what_lies_after_the_books_day() -> None:
    result = collected(
        BookSettings(as_of=date(2026, 3, 1)),
        customers="customer_id name\nC1 甲\nC2 .",
        orders="order_id customer_id ordered_at amount\nO1 C1 2026-02-01 5\nO2 C1 2026-03-05 5",
    )

    figures = result.quality.tables
    assert figures["customers"].completeness == {"customer_id": 1.0, "name": 0.5}
    assert (figures["orders"].freshness_days, figures["orders"].later) == (-4, 1)
    assert json.loads(json.dumps(result.quality.to_json()))["as_of"] == "2026-03-01"


def test_without_customers_there_is_no_book() -> None:
    with pytest.raises(BookError, match=r"collect\.missing_table"):
        read({"orders": raw("orders", "order_id\n1")}, BookSettings())
    with pytest.raises(BookError, match=r"collect\.empty_table"):
        collected(customers="customer_id")


def test_a_book_whose_customers_are_all_rejected_says_why() -> None:
    with pytest.raises(BookError, match=r"collect\.no_customers") as caught:
        collected(customers="customer_id potential\nC1 ?").usable()
    assert caught.value.message.params["row"] == 2


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(BookError, match=r"kernel\.unknown_table"):
        collected(kunden="customer_id\nC1")


CELL = st.sampled_from(["", "C1", "C2", "C3", "0", "-1", "5", "nan", "2026-01-01", "rep", "visit", "?", "1,000", "万"])


@given(st.data(), st.sampled_from(sorted(TABLES)), st.integers(0, 8))
@settings(deadline=None, max_examples=80)
def test_every_row_read_is_kept_or_rejected(data: st.DataObject, table: str, count: int) -> None:
    names = [column.name for column in TABLES[table].columns][:8]
    names += [column.name for column in TABLES[table].columns if column.required and column.name not in names]
    columns = {
        name: pa.array(data.draw(st.lists(CELL, min_size=count, max_size=count)), pa.string())
        for name in names
        if name not in ("lat", "lon")
    }
    sources = {"customers": raw("customers", "customer_id\nC1\nC2"), "owners": raw("owners", "owner_id\nrep")}
    sources[table] = RawTable(f"{table}.csv", pa.table(columns))
    assume(table != "customers" or any(any(row.values()) for row in sources[table].table.to_pylist()))

    result = read(sources, BookSettings())

    blank = sum(all(not cell for cell in row.values()) for row in sources[table].table.to_pylist())
    kept, rejected = result.book.table(table).num_rows, result.rejects[table].num_rows
    assert kept + rejected + blank == count
    figures = result.quality.tables[table]
    assert (figures.read, figures.kept, figures.rejected, figures.blank) == (kept + rejected, kept, rejected, blank)
    assert sum(figures.rejected_by.values()) == rejected
    key = [name for name in TABLES[table].key if name in result.book.table(table).column_names]
    rows = [tuple(row[name] for name in key) for row in result.book.table(table).to_pylist()]
    assert not key or len(rows) == len(set(rows))


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from([None, 1, 2, 3])), max_size=10))
@settings(deadline=None, max_examples=100)
def test_no_two_kept_lines_of_an_order_share_a_number(lines: list[tuple[str, int | None]]) -> None:
    count = len(lines)
    orders = pa.table(
        {
            "order_id": pa.array([order for order, _ in lines], pa.string()),
            "line_no": pa.array([line for _, line in lines], pa.int64()),
            "customer_id": pa.array(["C1"] * count, pa.string()),
            "ordered_at": pa.array([date(2026, 1, 1)] * count, pa.date32()),
            "amount": pa.array([1] * count, pa.int64()),
        }
    )

    result = read({"customers": raw("customers", "customer_id\nC1"), "orders": RawTable("o", orders)}, BookSettings())

    kept = [(line["order_id"], line["line_no"]) for line in result.book.table("orders").to_pylist()]
    assert len(kept) == len(set(kept))
    assert None not in {line for _, line in kept}


@pytest.mark.shared
def test_online_retail_comes_out_with_the_counts_its_readers_publish() -> None:
    path = SHARED / "data" / "online_retail_ii.parquet"
    if not path.exists():
        pytest.skip("The real data do not lie beside this checkout.")
    lines = pq.read_table(path)
    amount = pc.multiply(lines["quantity"].cast(pa.float64()), lines["price"])
    columns = {"invoice": "order_id", "invoice_time": "ordered_at", "stock_code": "product_id"}
    orders = lines.drop_columns(["sheet", "price"]).append_column("amount", amount)
    customers = pa.table({"customer_id": pc.drop_null(lines["customer_id"]).unique()})

    result = read(
        {"customers": RawTable("c", customers, 1), "orders": RawTable("o", orders, 1)},
        BookSettings(zone="Europe/London", currency="GBP"),
        mapping={"orders": columns},
    )

    figures = result.quality.tables["orders"]
    assert (figures.read, figures.rejected_by) == (1_067_370, {"collect.missing_value": 243_007})
    assert result.book.table("customers").num_rows == 5_942
    assert np.asarray(pc.less(result.book.table("orders")["quantity"], 0)).sum() == 18_744
