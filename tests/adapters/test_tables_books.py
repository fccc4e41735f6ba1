"""A Book written and read is the same Book, and what was rejected can be opened by a person."""

from __future__ import annotations

import csv
import json
import string
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters import books
from jiuzhou.adapters.books import collect_folder, read_book, write_book
from jiuzhou.adapters.collecting import collect_into
from jiuzhou.adapters.json_files import schema
from jiuzhou.adapters.rejects import write_rejects
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.column import Column, Kind
from jiuzhou.kernel.errors import BookError, RefusedError
from jiuzhou.kernel.tables import TABLES

INTERVALS = ("active_to", "valid_to", "ends_at", "ends_on", "closed_at")
SIGNS = string.ascii_letters + string.digits + string.punctuation
WORD = st.text(SIGNS, min_size=1, max_size=8) | st.sampled_from(["客户", "José", "=1+1", "a|b", "NULL", "𠮷"])
VALUES = {
    Kind.TEXT: WORD,
    Kind.LIST: st.lists(WORD, max_size=3),
    Kind.INTEGER: st.integers(1880, 2100),
    Kind.NUMBER: st.floats(1, 90, allow_nan=False),
    Kind.MONEY: st.decimals(0, 10**13, places=4),
    Kind.YES_NO: st.booleans(),
    Kind.DAY: st.dates(date(1901, 1, 1), date(2199, 12, 31)),
    Kind.MOMENT: st.datetimes(
        datetime.fromisoformat("1901-01-02"), datetime.fromisoformat("2199-12-30"), timezones=st.just(UTC)
    ),
}


def cells(column: Column, count: int) -> st.SearchStrategy[list[object]]:
    if column.name == "line_no":
        return st.just(list(range(count)))
    if column.name in ("lat", "lon"):
        return st.just([12.5] * count)
    if column.name in INTERVALS:
        late = date(2199, 12, 31) if column.kind is Kind.DAY else datetime(2199, 12, 31, tzinfo=UTC)
        return st.just([late if column.required else None] * count)
    value: st.SearchStrategy[object] = VALUES[column.kind]
    if column.choices:
        value = st.sampled_from(column.choices)
    elif column.high == 1:
        value = st.floats(0, 1)
    if column.refers_to:
        value = st.just("1") if column.required else st.none()
    return st.lists(value if column.required else st.none() | value, min_size=count, max_size=count)


@st.composite
def one_book(draw: st.DrawFn) -> Book:
    chosen = draw(st.lists(st.sampled_from(sorted(TABLES)), max_size=3, unique=True))
    names = [name for name in TABLES if name in {"customers", "owners", "products", *chosen}]
    tables = {}
    for name in names:
        count = draw(st.integers(1 if name == "customers" else 0, 3))
        columns: dict[str, pa.Array] = {}
        for column in TABLES[name].columns:
            given_cells = draw(cells(column, count))
            if column.name in TABLES[name].key[:1] and not column.refers_to:
                given_cells = [str(number + 1) for number in range(count)]
            columns[column.name] = pa.array(given_cells, column.arrow)
        columns["备注"] = pa.array(draw(st.lists(st.none() | WORD, min_size=count, max_size=count)), pa.string())
        columns["own number"] = pa.array(range(count), pa.int32())
        table = pa.table(columns)
        repeats = TABLES[name].key and TABLES[name].column(TABLES[name].key[0]).refers_to  # type: ignore[union-attr]
        tables[name] = table.slice(0, 1) if repeats else table
    if not all(tables[name].num_rows for name in ("owners", "products")):
        tables = {name: tables[name] for name in tables if not _refers(name)}
    settings_of = BookSettings(zone="Europe/Berlin", language="en", as_of=draw(st.none() | st.just(date(2026, 3, 1))))
    return Book.of(settings_of, tables)


def _refers(name: str) -> bool:
    return any(column.required and column.refers_to for column in TABLES[name].columns)


@given(one_book())
@settings(deadline=None, max_examples=25)
def test_a_book_written_and_read_is_the_same_book(book: Book) -> None:
    with TemporaryDirectory() as folder:
        write_book(book, Path(folder) / "book")
        back = read_book(Path(folder) / "book")

    assert back.settings == book.settings
    assert list(back.tables) == list(book.tables)
    for name, table in book.tables.items():
        assert back.tables[name].schema.equals(table.schema), name
        assert back.tables[name].to_pylist() == table.to_pylist(), name


def small_book() -> Book:
    return Book.of(BookSettings(), {"customers": pa.table({"customer_id": ["C1"], "potential": [Decimal(5)]})})


def test_the_same_book_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_book(small_book(), tmp_path / name)

    files = [sorted((path.name, path.read_bytes()) for path in (tmp_path / name).iterdir()) for name in ("one", "two")]
    assert files[0] == files[1]
    assert [name for name, _ in files[0]] == ["book.toml", "customers.parquet"]


def test_writing_anew_removes_tables_that_are_gone_and_leaves_other_files(tmp_path: Path) -> None:
    with_owners = replace(small_book(), tables={**small_book().tables, "owners": pa.table({"owner_id": ["R1"]})})
    write_book(with_owners, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")

    write_book(small_book(), tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.toml", "customers.parquet", "notes.txt"]


def test_a_failure_in_the_middle_leaves_the_old_book_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_book(small_book(), tmp_path)
    before = sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir())

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(books, "settings_text", full_disk)
    other = Book.of(BookSettings(), {"customers": pa.table({"customer_id": ["C9"]})})
    with pytest.raises(OSError, match="No space"):
        write_book(other, tmp_path)

    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == before


def test_a_book_is_not_written_among_its_own_sources(tmp_path: Path) -> None:
    (tmp_path / "客户.csv").write_text("customer_id\nC1\n", "utf-8")

    with pytest.raises(RefusedError, match=r"adapters\.sources_in_the_way"):
        write_book(read_book(tmp_path), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["客户.csv"]


SOURCE = "客户编号,名称,潜力\nC1,甲,5\nC1,=cmd,6\n,丙,7\nC4,-丁,许多\nC5,戊\n"


def test_what_was_rejected_is_written_with_reason_and_suggestion(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "book"
    source.mkdir()
    (source / "客户.csv").write_text(SOURCE, "utf-8")

    collect_into(out, source)

    assert (out / "rejects" / "customers.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (out / "rejects" / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["客户编号", "名称", "潜力", "row", "column", "code", "reason", "suggestion"]
    assert [(row["row"], row["column"], row["名称"], row["reason"]) for row in rows] == [
        ("3", "客户编号", "'=cmd", "“C1”：相同的客户编号已在第 2 行出现。"),
        ("4", "客户编号", "丙", "必填的值是空的。"),
        ("5", "潜力", "'-丁", "“许多”不是金额，或达到了 100 万亿。"),
        ("6", "", "戊", "这一行有 2 格，而表头有 3 格。"),
    ]
    assert all(row["suggestion"] for row in rows)
    quality = json.loads((out / "quality.json").read_text("utf-8"))
    jsonschema.validate(quality, schema("quality"))
    assert quality["tables"]["customers"]["read"] == 5
    assert read_book(out).table("customers")["customer_id"].to_pylist() == ["C1"]


def test_the_language_of_the_reasons_can_be_chosen_and_clean_tables_leave_no_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "客户.csv").write_text(SOURCE, "utf-8")
    collected = collect_folder(tmp_path / "in")

    write_rejects(collected.rejects, tmp_path / "rejects", "en")
    text = (tmp_path / "rejects" / "customers.csv").read_text("utf-8-sig")
    write_rejects({"customers": collected.rejects["customers"].slice(0, 0)}, tmp_path / "rejects", "en")

    assert "The required value is missing." in text
    assert list((tmp_path / "rejects").iterdir()) == []


def test_when_no_customer_is_usable_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "customers.csv").write_text("customer_id,potential\nC1,?\n", "utf-8")

    with pytest.raises(BookError, match=r"collect\.no_customers"):
        collect_into(tmp_path / "out", tmp_path / "in")

    assert not (tmp_path / "out").exists()


def test_as_of_can_be_given_from_outside(tmp_path: Path) -> None:
    pq.write_table(pa.table({"customer_id": ["C1"]}), tmp_path / "customers.parquet")

    assert collect_folder(tmp_path, as_of=date(2026, 3, 1)).book.as_of == date(2026, 3, 1)


def test_places_are_looked_for_once_and_not_again_in_a_book_that_was_collected(tmp_path: Path) -> None:
    table = pa.table({"customer_id": ["A"], "address": ["江苏省苏州市昆山市前进路1号"]})
    write_book(Book.of(BookSettings(), {"customers": table}), tmp_path / "book")
    assert read_book(tmp_path / "book").table("customers")["region_code"].to_pylist() == [None]
    (tmp_path / "customers.csv").write_text("customer_id,address\nA,江苏省苏州市昆山市前进路1号\n", "utf-8")
    collect_into(tmp_path / "new", tmp_path / "customers.csv")
    placed = read_book(tmp_path / "new").table("customers").select(["region_code", "location_quality"])
    assert placed.to_pylist() == [{"region_code": "320583", "location_quality": "district"}]
