"""Customers drawn for people to check, and what their answers say of the Book."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from jiuzhou.adapters.books import read_book, write_book
from jiuzhou.adapters.sources.places import read_table
from jiuzhou.cli.main import program
from jiuzhou.collect.verifying import draw, judge, right_values
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.tables import TABLES


def customers(*provinces: int) -> pa.Table:
    """As many customers of each province as the numbers say."""
    codes = [f"{11 + place}0000" for place, count in enumerate(provinces) for _ in range(count)]
    ids = [f"C{number}" for number in range(len(codes))]
    table = pa.table({"customer_id": ids, "name": [f"客户{one}" for one in ids], "region_code": codes})
    return Book.of(BookSettings(), {"customers": table}).table("customers")


@given(st.lists(st.integers(0, 40), min_size=1, max_size=4).filter(any), st.integers(1, 60), st.integers(0, 5))
def test_every_province_has_its_share_of_the_sample(provinces: list[int], size: int, seed: int) -> None:
    table = customers(*provinces)
    sample = draw(table, size=size, seed=seed)
    wanted = min(size, table.num_rows)
    assert sample.num_rows == len(set(sample["customer_id"].to_pylist())) == wanted
    for place, count in enumerate(provinces):
        drawn = sample["region_code"].to_pylist().count(f"{11 + place}0000")
        assert abs(drawn - wanted * count / table.num_rows) < 2
    assert sample.equals(draw(table, size=size, seed=seed))


def test_fields_that_nobody_has_are_not_asked_for() -> None:
    sample = draw(customers(3))
    assert sample.column_names == ["customer_id", "name", "name_right", "region_code", "region_code_right"]
    assert set(TABLES["customers"].arrow.names) >= {"name", "phone", "tax_id"}


def answered(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def test_an_answer_says_right_or_gives_the_right_value() -> None:
    table = answered(
        customer_id=["A", "B", "C", "D"], name=["甲", "乙", "丙", "丁"], name_right=["对", " 乙 ", "柄", None]
    )
    found = judge(table)["name"]
    assert (found.checked, found.right) == (3, 2)
    assert right_values(table) == {"name": {"C": "柄"}}


@pytest.mark.parametrize("right", [0, 1, 45, 50])
def test_the_interval_is_that_of_wilson(right: int) -> None:
    answers: list[str | None] = ["ok"] * right + ["另"] * (50 - right)
    found = judge(answered(customer_id=["A"] * 50, name=["x"] * 50, name_right=answers))["name"]
    oracle = binomtest(right, 50).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high))


def test_a_table_without_answers_is_refused() -> None:
    with pytest.raises(InputError, match="no_sample"):
        judge(answered(customer_id=["A"], name=["甲"]))


def test_a_sample_goes_out_and_its_answers_come_back_into_the_book(tmp_path: Path) -> None:
    write_book(Book(BookSettings(), {"customers": customers(4, 2)}), tmp_path / "book")
    run("verify", str(tmp_path / "book"), "--size", "6", "--out", str(tmp_path / "out"))
    sample = read_table(tmp_path / "out" / "verify.xlsx", "customers").table
    rows = [{**row, "name_right": "改名" if row["customer_id"] == "C1" else "对"} for row in sample.to_pylist()]
    lines = [",".join(rows[0]), *(",".join(str(cell or "") for cell in row.values()) for row in rows)]
    (tmp_path / "checked.csv").write_text("\n".join(lines), "utf-8")

    told = run(
        "verify", str(tmp_path / "book"), "--checked", str(tmp_path / "checked.csv"), "--out", str(tmp_path / "new")
    )

    assert told["corrected"] == 1
    assert (told["accuracy"]["name"]["checked"], told["accuracy"]["name"]["right"]) == (6, 5)
    names = read_book(tmp_path / "new").table("customers")["name"].to_pylist()
    assert names == ["客户C0", "改名", "客户C2", "客户C3", "客户C4", "客户C5"]
    stored = json.loads((tmp_path / "new" / "accuracy.json").read_text("utf-8"))
    assert stored["fields"]["name"]["right"] == 5


def run(*arguments: str) -> dict[str, dict[str, dict[str, int]]]:
    result = CliRunner().invoke(program, [*arguments, "--json", "--lang", "en"], catch_exceptions=False)
    found: dict[str, dict[str, dict[str, int]]] = json.loads(result.stdout)
    return found
