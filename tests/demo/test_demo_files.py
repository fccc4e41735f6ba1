"""The demo book on disk: byte-equal, complete, and with exactly the bad rows that were planted."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from jiuzhou.adapters.books import collect_folder
from jiuzhou.adapters.demo import write_demo
from jiuzhou.demo import make_book
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import InputError

FAULTS = {
    "duplicate": "collect.duplicate_key",
    "latitude": "collect.out_of_range",
    "potential": "collect.too_small",
    "unreadable": ("collect.bad_money", "collect.bad_number"),
    "unknown_customer": "collect.unknown_reference",
    "no_date": "collect.missing_value",
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("second", 7), ("other", 8)):
        write_demo(tmp_path / name, customers=300, seed=seed)

    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert contents(tmp_path / "first")["orders.csv"] != contents(tmp_path / "other")["orders.csv"]


def test_what_is_read_is_what_is_kept_and_what_was_planted(tmp_path: Path) -> None:
    written = write_demo(tmp_path, customers=1_500)

    collected = collect_folder(tmp_path)

    rejected = {name: table.num_rows for name, table in collected.rejects.items() if table.num_rows}
    assert rejected == {name: sum(faults.values()) for name, faults in written.planted.items()}
    kept = {name: table.num_rows for name, table in collected.book.tables.items()}
    assert {name: kept[name] + rejected.get(name, 0) for name in kept} == dict(written.rows)
    for name, faults in written.planted.items():
        codes = collected.rejects[name]["code"].to_pylist()
        for fault, count in faults.items():
            assert sum(code in FAULTS[fault] for code in codes) == count, fault


def test_the_files_hold_the_book_that_memory_holds(tmp_path: Path) -> None:
    write_demo(tmp_path, customers=400, seed=3)
    made = make_book(customers=400, seed=3)

    read = collect_folder(tmp_path).book

    expected = Book.of(made.settings, made.tables)
    assert read.settings == made.settings
    for name in ("customers", "owners", "ownership", "payments", "interactions", "stock", "market"):
        assert read.table(name).equals(expected.table(name)), name


def test_a_large_book_is_parquet_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiuzhou.adapters.demo.CSV_UP_TO", 10)
    monkeypatch.setattr("jiuzhou.adapters.demo._BATCH", 1_000)
    made = make_book(customers=1_200)

    written = write_demo(tmp_path, customers=1_200)

    assert written.planted == {}
    for name, path in written.files.items():
        assert path.suffix == ".parquet"
        assert pq.read_table(path).equals(made.tables[name]), name


def test_an_earlier_demo_is_replaced_and_anything_else_is_left_alone(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    other.mkdir()
    (other / "letters.txt").write_text("dear customer", "utf-8")
    write_demo(mine, customers=50)
    write_demo(mine, customers=40, as_of=date(2025, 7, 1))

    with pytest.raises(InputError) as refused:
        write_demo(other, customers=50)

    assert refused.value.code == "demo.folder_taken"
    assert [path.name for path in other.iterdir()] == ["letters.txt"]
    assert collect_folder(mine).book.as_of == date(2025, 7, 1)
