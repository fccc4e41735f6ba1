"""A Book as a workbook and back: the same Book, or what was edited and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.books import read_book, write_book
from jiuzhou.adapters.round_trip import take_over_edits
from jiuzhou.adapters.spreadsheets import write_workbook
from jiuzhou.cli.main import program
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import RefusedError

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
CELL = (
    st.none() | TEXT | st.sampled_from(["=1+1", "+86", "-", "@x", "'=1", "007", "1e5", "2025-01-02", "true", "甲 乙"])
)
MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


def book_of(rows: list[tuple[object, ...]]) -> Book:
    columns: list[list[object]] = [[row[place] for row in rows] for place in range(6)]
    table = pa.table(
        {
            "customer_id": [f"0{number}" for number in range(len(rows))],
            "name": pa.array(columns[0], pa.string()),
            "potential": pa.array(columns[1], pa.decimal128(18, 4)),
            "created_at": pa.array(columns[2], pa.timestamp("us", "UTC")),
            "lat": pa.array(columns[3], pa.float64()),
            "lon": pa.array(columns[3], pa.float64()),
            "key_account": pa.array(columns[4], pa.bool_()),
            "备注": pa.array(columns[5], pa.string()),
        }
    )
    return Book.of(BookSettings(as_of=datetime(2025, 1, 1, tzinfo=UTC).date()), {"customers": table})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    rows=st.lists(
        st.tuples(
            CELL,
            st.none() | st.decimals(0, 10**13, places=4),
            st.none() | MOMENT,
            st.none() | st.floats(-80, 80).filter(lambda value: abs(value) > 0.001),
            st.none() | st.booleans(),
            CELL,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_workbook_given_back_unchanged_says_nothing_otherwise(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    book = book_of(rows)
    write_book(book, tmp_path / "book")
    write_workbook({"customers": book.table("customers")}, tmp_path / "客户.xlsx", lang="zh", zone="Asia/Shanghai")
    taken = take_over_edits(
        tmp_path / "book", [tmp_path / "客户.xlsx"], tmp_path / "out", remove=False, dry_run=False, lang="zh"
    )
    assert (taken.cells, taken.rejected) == (0, 0)
    assert read_book(tmp_path / "out").table("customers").equals(book.table("customers"))


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A book of three customers, and a copy in which one was changed, one is missing and one is new."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [(f"客户{n}", Decimal(n), start + timedelta(days=n), 30.0 + n, False, f"备注{n}") for n in range(3)]
    write_book(book_of(rows), tmp_path / "book")
    copy = "customer_id,name,potential,备注\n00,客户0,12.5,备注0\n01,客户1,1,\n09,新客户,,\n10,坏,x,\n"
    (tmp_path / "customers.csv").write_text(copy, "utf-8")
    return tmp_path


def run(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(program, [*arguments, "--json", "--lang", "en"], catch_exceptions=False)
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_an_edited_copy_changes_its_cells_and_adds_its_rows(edited: Path) -> None:
    told = run("import", str(edited / "book"), str(edited / "customers.csv"), "--out", str(edited / "new"))
    assert told == {"added": 1, "changed": 2, "missing": 1, "rejected": 1, "cells": 4}
    rows = {row["customer_id"]: row for row in read_book(edited / "new").table("customers").to_pylist()}
    assert sorted(rows) == ["00", "01", "02", "09"]
    assert (rows["00"]["potential"], rows["00"]["lat"], rows["01"]["备注"]) == (Decimal("12.5"), 30.0, None)
    lines = (edited / "new" / "difference.csv").read_text("utf-8-sig").replace('"', "").splitlines()
    assert lines == [
        "table,key,kind,column,before,after",
        "customers,00,changed,potential,0.0000,12.5000",
        "customers,01,changed,备注,备注1,",
        "customers,09,added,,,",
        "customers,02,missing,,,",
    ]
    assert (edited / "new" / "rejects" / "customers.csv").is_file()


def test_missing_rows_are_removed_only_if_that_is_wished(edited: Path) -> None:
    run("import", str(edited / "book"), str(edited / "customers.csv"), "--remove", "--out", str(edited / "new"))
    assert read_book(edited / "new").table("customers")["customer_id"].to_pylist() == ["00", "01", "09"]


def test_a_dry_run_tells_the_differences_and_writes_no_book(edited: Path) -> None:
    run("import", str(edited / "book"), str(edited / "customers.csv"), "--dry-run", "--out", str(edited / "new"))
    assert sorted(path.name for path in (edited / "new").iterdir()) == ["difference.csv", "rejects"]


def test_export_writes_the_tables_that_were_asked_for(edited: Path) -> None:
    told = run("export", str(edited / "book"), "--table", "客户", "--out", str(edited / "book.xlsx"))
    assert told == {"tables": ["customers"], "rows": 3}
    again = run("import", str(edited / "book"), str(edited / "book.xlsx"), "--out", str(edited / "same"))
    assert again["cells"] == 0


def test_a_table_longer_than_a_sheet_is_refused(tmp_path: Path) -> None:
    table = pa.table({"customer_id": pa.nulls(1_048_576, pa.string())})
    with pytest.raises(RefusedError, match="sheet_too_long"):
        write_workbook({"customers": table}, tmp_path / "x.xlsx", lang="zh", zone="UTC")


def test_a_column_of_numbers_of_the_companys_own_may_become_one_of_texts(tmp_path: Path) -> None:
    table = pa.table({"customer_id": ["A", "B"], "自评": [1, 2]})
    write_book(Book.of(BookSettings(), {"customers": table}), tmp_path / "book")
    (tmp_path / "customers.csv").write_text("customer_id,自评\nA,一\nB,2\n", "utf-8")
    taken = take_over_edits(
        tmp_path / "book", [tmp_path / "customers.csv"], tmp_path / "out", remove=False, dry_run=False, lang="zh"
    )
    assert taken.cells == 1
    assert read_book(tmp_path / "out").table("customers")["自评"].to_pylist() == ["一", "2"]
