"""Tables as companies have them: their own headings, names for numbers, Chinese choices, empty files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.books import collect_folder
from jiuzhou.adapters.collecting import collect_into
from jiuzhou.adapters.json_files import schema
from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.collect import Collected, RawTable, read
from jiuzhou.collect.aliases import COLUMN_ALIASES, OWN_ALIASES, YIELDING, column_of, folded
from jiuzhou.collect.choices import CHOICE_ALIASES, chosen
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.message import Message
from jiuzhou.kernel.tables import TABLES

ORDER = "order_id customer_id ordered_at amount"


def raw(name: str, text: str) -> RawTable:
    """Make a table from lines of cells; ``.`` is an empty cell."""
    lines = [line.split() for line in text.strip().splitlines()]
    cells = [["" if cell == "." else cell for cell in line] for line in lines[1:]]
    columns = {heading: pa.array([row[i] for row in cells], pa.string()) for i, heading in enumerate(lines[0])}
    return RawTable(f"{name}.csv", pa.table(columns))


def collected(stated: BookSettings | None = None, **tables: str) -> Collected:
    given_tables = {"customers": "customer_id name\nC1 甲公司\nC2 乙公司"} | tables
    sources = {name: raw(name, text) for name, text in given_tables.items()}
    return read(sources, stated or BookSettings(as_of=date(2026, 7, 1)))


def notes(result: Collected) -> dict[str, Message]:
    for note in result.quality.notes:
        assert all(render(note, lang) for lang in LANGS)
    return {note.code.removeprefix("collect."): note for note in result.quality.notes}


def column(result: Collected, table: str, name: str) -> list[object]:
    return result.book.table(table)[name].to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("table", "heading", "known"),
    [
        ("owners", "产能工时", "capacity_hours"),
        ("owners", "产能", "capacity_hours"),
        ("orders", "产品", "product_id"),
        ("orders", "货品", "product_id"),
        ("orders", "存货编码", "product_id"),
        ("orders", "含税金额", "amount"),
        ("orders", "单据日期", "ordered_at"),
        ("orders", "客户名称", "customer_id"),
        ("customers", "客户经理", "owner_id"),
        ("customers", "所属销售", "owner_id"),
        ("customers", "客户名称", "name"),
        ("customers", "产品", "products"),
        ("competitors", "产品", "product"),
    ],
)
def test_the_headings_of_usual_exports_are_known(table: str, heading: str, known: str) -> None:
    assert column_of(table, heading) == known


def test_every_name_that_yields_is_the_name_of_a_column() -> None:
    known = {folded(name) for names in (*COLUMN_ALIASES.values(), *OWN_ALIASES.values()) for name in names}

    assert [name for name in YIELDING if folded(name) not in known] == []


def test_a_name_beside_a_number_leaves_the_column_to_the_number_and_is_told() -> None:
    result = collected(
        owners="工号 姓名\nR1 张伟",
        customers="客户编号 客户 客户经理 业务员编号\nC1 甲公司 张伟 R1",
    )

    assert column(result, "customers", "owner_id") == ["R1"]
    assert column(result, "customers", "name") == ["甲公司"]
    assert column(result, "customers", "客户经理") == ["张伟"]
    told = notes(result)["note_own_columns"].params["columns"]
    assert told == (Message("collect.own_column_same", {"column": "客户经理", "other": "业务员编号"}),)


@pytest.mark.parametrize(("table", "heading"), [("owners", "负责人"), ("products", "商品")])
def test_what_stands_beside_the_number_of_its_own_row_is_its_name(table: str, heading: str) -> None:
    result = collected(None, **{table: f"编号 {heading}\nX1 甲"})

    assert column(result, table, "name") == ["甲"]


def test_a_heading_leaves_its_column_to_the_one_a_mapping_gives_it() -> None:
    sources = {"customers": raw("customers", "key 客户编号\nC1 17")}

    result = read(sources, BookSettings(), mapping={"customers": {"key": "customer_id"}})

    assert column(result, "customers", "customer_id") == ["C1"]


def test_a_column_not_recognised_is_told_with_the_nearest_known_one() -> None:
    told = notes(collected(owners="owner_id 年度工时 备注\nR1 1500 x"))["note_own_columns"]

    assert render(told, "zh") == (
        "owners.csv：未识别的列“年度工时”（最接近：年工时）、“备注”，按自有列保留；如有误请改名或用 --mapping。"
    )


def test_a_column_already_there_is_not_named_as_the_nearest() -> None:
    told = notes(collected(owners="owner_id 年工时 年度工时\nR1 1500 x"))["note_own_columns"]

    assert told.params["columns"] == (Message("collect.own_column", {"column": "年度工时", "near": ""}),)


def test_a_table_of_known_columns_says_nothing() -> None:
    assert notes(collected(owners="owner_id name\nR1 张伟", orders=f"{ORDER}\nO1 C1 2026-06-30 5")) == {}


def test_many_columns_not_recognised_make_one_sentence_with_the_like_ones_first() -> None:
    headings = " ".join(f"附加{number}" for number in range(30))
    told = notes(collected(customers=f"customer_id {headings} 客户名字\nC1 {'x ' * 31}"))["note_many_own_columns"]

    assert told.params["count"] == 31
    columns = told.params["columns"]
    assert isinstance(columns, tuple)
    assert len(columns) == 12
    assert columns[0] == Message("collect.own_column_near", {"column": "客户名字", "near": "客户名"})


def test_a_reference_by_the_name_of_one_row_is_read_as_its_id() -> None:
    result = collected(
        owners="owner_id 姓名\nR1 张伟\nR2 李娜",
        products="product_id name\nP1 锤子",
        customers="customer_id name 负责人 parent_customer_id\nC1 甲公司 张伟 .\nC2 乙公司 R2 甲公司\nC3 丙 张伟 C2",
        orders="order_id 客户 ordered_at amount 产品\nO1 乙公司 2026-06-30 5 锤子",
    )

    assert column(result, "customers", "owner_id") == ["R1", "R2", "R1"]
    assert column(result, "customers", "parent_customer_id") == [None, "C1", "C2"]
    assert (column(result, "orders", "customer_id"), column(result, "orders", "product_id")) == (["C2"], ["P1"])
    first = next(note for note in result.quality.notes if note.code == "collect.note_by_name")
    assert first.params == {
        "file": "customers.csv",
        "count": 2,
        "column": "负责人",
        "value": "张伟",
        "id": "R1",
        "other": "owners.csv",
        "names": "姓名",
    }
    assert result.quality.tables["customers"].nulled == {}


def test_a_name_of_two_rows_is_no_reference_and_an_example_is_told() -> None:
    result = collected(
        owners="owner_id name\nR1 王芳\nR2 王芳", customers="customer_id 负责人\nC1 王芳\nC2 R2\nC3 王芳"
    )

    assert column(result, "customers", "owner_id") == [None, "R2", None]
    told = notes(result)
    assert set(told) == {"note_emptied_shared"}
    assert (told["note_emptied_shared"].params["value"], told["note_emptied_shared"].params["count"]) == ("王芳", 2)


def test_a_required_reference_by_a_name_of_two_rows_is_rejected_and_says_so() -> None:
    result = collected(
        customers="customer_id name\nC1 甲\nC2 甲", orders="order_id 客户 ordered_at amount\nO1 甲 2026-06-30 5"
    )

    assert result.rejects["orders"]["code"].to_pylist() == ["collect.shared_name"]
    notes(result)


def test_an_id_goes_before_the_same_word_as_a_name() -> None:
    result = collected(owners="owner_id name\nA B\nB A", customers="customer_id owner_id\nC1 A\nC2 B")

    assert column(result, "customers", "owner_id") == ["A", "B"]


def test_the_name_of_a_rejected_row_leads_to_that_row() -> None:
    result = collected(
        owners="owner_id name weight\nR1 张伟 -5",
        customers="customer_id owner_id potential name\nC1 张伟 5 甲\nC2 . ? 乙",
        orders="order_id 客户 ordered_at amount\nO1 乙 2026-06-30 5",
    )

    assert column(result, "customers", "owner_id") == [None]
    assert notes(result)["note_emptied_rejected"].params["value"] == "张伟"
    assert result.rejects["orders"]["code"].to_pylist() == ["collect.rejected_reference"]


def test_an_emptied_reference_is_told_by_its_heading_with_an_example() -> None:
    told = notes(collected(owners="owner_id\nR1", customers="customer_id 客户经理\nC1 R9"))["note_emptied"]

    assert (told.params["column"], told.params["value"], told.params["other"]) == ("客户经理", "R9", "owners.csv")


@pytest.mark.parametrize(
    ("table", "name", "cell", "choice"),
    [
        ("owners", "kind", "销售代表", "rep"),
        ("owners", "kind", "Team", "team"),
        ("owners", "kind", "渠道商伙伴", "partner"),
        ("owners", "level", "高级", "senior"),
        ("owners", "partner_type", "经销商", "distributor"),
        ("customers", "location_quality", "区县", "district"),
        ("customers", "crs", "GCJ-02", "gcj02"),
        ("sites", "crs", "百度", "bd09"),
        ("interactions", "kind", "上门", "visit"),
        ("interactions", "kind", "微信", "message"),
        ("interactions", "kind", "focus group", "focus_group"),
        ("surveys", "kind", "净推荐值", "nps"),
        ("surveys", "kind", "ＮＰＳ", "nps"),
        ("surveys", "kind", "乱写", "乱写"),
    ],
)
def test_a_choice_is_understood_in_the_words_people_use(table: str, name: str, cell: str, choice: str) -> None:
    assert chosen(pa.array([cell, None]), table, name).to_pylist() == [choice, None]


def test_every_column_of_choices_has_its_words_and_no_word_means_two() -> None:
    columns = [(spec.name, item) for spec in TABLES.values() for item in spec.columns if item.choices]
    for table, item in columns:
        words = CHOICE_ALIASES.get((table, item.name)) or CHOICE_ALIASES["*", item.name]
        assert set(words) == set(item.choices), (table, item.name)
        said = [folded(word) for choice, names in words.items() for word in (choice, *names)]
        twice = sorted({word for word in said if said.count(word) > 1})
        assert twice == [], (table, item.name)


def test_owners_of_a_chinese_kind_are_kept() -> None:
    result = collected(owners="工号 类型\nR1 销售代表\nR2 谁知道")

    assert column(result, "owners", "kind") == ["rep"]
    assert result.rejects["owners"]["code"].to_pylist() == ["collect.unknown_choice"]


def test_a_day_taken_from_the_orders_is_told_and_a_stated_one_is_not() -> None:
    orders = f"{ORDER}\nO1 C1 2026-06-30 5"

    told = notes(collected(BookSettings(), orders=orders))["day_from_orders"]

    assert render(told, "zh").startswith("数据日期 2026-07-01，取自最后一笔订单的次日")
    assert notes(collected(orders=orders)) == {}
    assert notes(collected(BookSettings())) == {}


def test_a_number_of_an_order_that_several_customers_use_is_kept_and_told() -> None:
    lines = "\n".join(f"{order} {customer} 2026-06-30 5" for order, customer in ("1A", "1B", "2A", "2A"))
    people = "customer_id\nA\nB"

    result = collected(customers=people, orders=f"{ORDER}\n{lines}")

    assert result.quality.tables["orders"].kept == 4
    told = notes(result)["note_shared_order"].params
    assert (told["count"], told["order"], told["customers"]) == (1, "1", ("A", "B"))


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"customers"}))
@pytest.mark.parametrize("headings", [[], ["customer_id"], ["什么"]])
def test_a_table_without_rows_is_none_and_is_told(table: str, headings: list[str]) -> None:
    empty = pa.table({heading: pa.array([], pa.string()) for heading in headings})

    result = read({"customers": raw("customers", "customer_id\nC1"), table: RawTable("表.csv", empty)}, BookSettings())

    assert table not in result.book
    assert set(notes(result)) == {"note_empty_table"}
    assert result.quality.tables[table].read == 0


@pytest.mark.parametrize("content", ["", " \n\n", "订单编号,客户编号\n"])
def test_an_empty_file_of_another_table_is_told_and_that_of_the_customers_is_an_error(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "客户.csv").write_text("客户编号\nC1\n", "utf-8")
    (tmp_path / "订单.csv").write_text(content, "utf-8")
    (tmp_path / "回款.xlsx").write_bytes(b"")

    result = collect_folder(tmp_path)

    assert [note.code for note in result.quality.notes] == ["collect.note_empty_table"] * 2
    collect_into(tmp_path / "book", tmp_path)
    jsonschema.validate(json.loads((tmp_path / "book" / "quality.json").read_text("utf-8")), schema("quality"))
    (tmp_path / "客户.csv").write_text(content, "utf-8")
    with pytest.raises(BookError, match=r"empty_file|missing_column|empty_table"):
        collect_folder(tmp_path)


def test_the_notes_of_a_foreign_book_fit_the_form_of_the_quality_file(tmp_path: Path) -> None:
    (tmp_path / "客户.csv").write_text("客户编号,客户名字,备注\nC1,甲,x\n", "utf-8")

    collect_into(tmp_path / "book", tmp_path)

    quality = json.loads((tmp_path / "book" / "quality.json").read_text("utf-8"))
    jsonschema.validate(quality, schema("quality"))
    assert [note["code"] for note in quality["notes"]] == ["collect.note_own_columns"]


def test_customers_without_rows_stay_an_error() -> None:
    with pytest.raises(BookError, match=r"collect\.empty_table"):
        collected(customers="customer_id")


WORDS = st.sampled_from(["R1", "R2", "R3", "张伟", "王芳", "李娜", "", "?"])


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6), st.lists(WORDS, min_size=1, max_size=8))
@settings(deadline=None, max_examples=80)
def test_a_reference_leads_to_the_only_row_it_can_mean(people: list[tuple[str, str]], owners: list[str]) -> None:
    rows = {"owner_id": [number for number, _ in people], "name": [name for _, name in people]}
    customers = {"customer_id": [f"C{place}" for place in range(len(owners))], "owner_id": owners}
    sources = {"customers": RawTable("c", pa.table(customers)), "owners": RawTable("o", pa.table(rows))}

    result = read(sources, BookSettings())

    kept = {number for number, _ in people if number}
    meant = []
    for owner in owners:
        called = {number for number, name in people if name and name == owner}
        only = called.pop() if len(called) == 1 else ""
        meant.append(owner if owner in kept else only or None)
    if kept:
        assert column(result, "customers", "owner_id") == meant
    figures = result.quality.tables["customers"]
    assert figures.read == figures.kept == len(owners)
    notes(result)
