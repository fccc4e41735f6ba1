"""Duplicates from the command line: found, reviewed in a spreadsheet, merged, and a merge left out again."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jiuzhou.adapters.books import read_book, write_book
from jiuzhou.cli.main import main
from jiuzhou.demo.book import make_book
from jiuzhou.kernel.book import Book

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program in this process; return its exit code, standard output and standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        given = [str(argument) for argument in arguments]
        monkeypatch.setattr(sys, "argv", ["jiuzhou", *given])
        with pytest.raises(SystemExit) as ended:
            main(given)
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    return call


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Book of 120 customers, the first five of them twice."""
    made = make_book(customers=120)
    clean = Book.of(made.settings, made.tables)
    customers = clean.table("customers")
    again = [
        row | {"customer_id": f"D{at}", "tax_id": None, "name": row["name"] + "（备用）"}
        for at, row in enumerate(customers.slice(0, 5).to_pylist())
    ]
    both = pa.concat_tables([customers, pa.Table.from_pylist(again, customers.schema)])
    folder = tmp_path_factory.mktemp("twice") / "book"
    write_book(Book.of(clean.settings, {**clean.tables, "customers": both}), folder)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("lang", "word"), [("zh", "建议合并"), ("en", "merge")])
def test_pairs_are_written_side_by_side_with_their_evidence(
    run: Run, book: Path, tmp_path: Path, lang: str, word: str
) -> None:
    code, out, err = run("duplicates", book, "--out", tmp_path, "--lang", lang)

    assert code == 0, err
    found = rows(tmp_path / "duplicates.csv")
    assert {(row["left_customer_id"], row["right_customer_id"]) for row in found if row["verdict"] == word} == {
        (f"C000000{at + 1}", f"D{at}") for at in range(5)
    }
    assert all(row["evidence"] and float(row["probability"]) > 0 for row in found)
    assert "125" in out


def test_checked_merges_are_applied_and_a_row_left_out_is_not(run: Run, book: Path, tmp_path: Path) -> None:
    run("duplicates", book, "--out", tmp_path)
    lines = (tmp_path / "merges.csv").read_text("utf-8-sig").splitlines()
    (tmp_path / "fewer.csv").write_text("\n".join(lines[:-1]), "gb18030")

    code, out, err = run("duplicates", book, "--apply", tmp_path / "fewer.csv", "--out", tmp_path / "after", "--json")

    assert code == 0, err
    assert json.loads(out)["merges"] == 4
    assert read_book(tmp_path / "after").table("customers").num_rows == 121
    assert pq.read_table(tmp_path / "after" / "merges" / "merged_customers.parquet").num_rows == 4
    assert all(row["at"] for row in rows(tmp_path / "after" / "merges" / "merges.csv"))


def test_merges_of_another_book_are_refused_in_a_sentence(run: Run, book: Path, tmp_path: Path) -> None:
    (tmp_path / "merges.csv").write_text("survivor_id,merged_id\nC0000001,NOBODY\n", "utf-8")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")

    unknown = run("duplicates", book, "--apply", tmp_path / "merges.csv", "--out", tmp_path / "x")
    columns = run("duplicates", book, "--apply", tmp_path / "other.csv", "--out", tmp_path / "x")

    assert unknown[0] == columns[0] == 2
    assert "NOBODY" in unknown[2]
    assert "other.csv" in columns[2]
    assert not (tmp_path / "x").exists()
