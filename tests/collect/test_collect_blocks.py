"""A table read block by block is the table read whole, whatever the blocks, and also after the reading was killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou import collect
from jiuzhou.adapters.shelves import DiskShelf
from jiuzhou.collect import BrokenRow, Mark, RawTable, Source, Standing, Wishes
from jiuzhou.collect.gathering import Progress, gather
from jiuzhou.collect.part import ROW
from jiuzhou.collect.repeats import repeats_in
from jiuzhou.collect.shelf import Memory
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import BookError

SETTINGS = BookSettings()
IDS = st.sampled_from(["A", "B", "C", "D", "", "甲", "乙", "no such"])
CUSTOMERS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "D", ""]), st.sampled_from(["甲", "乙", "丙", ""]), IDS, st.sampled_from("19x")
    ),
    min_size=1,
    max_size=14,
)
ORDERS = st.lists(
    st.tuples(
        st.sampled_from(["O1", "O2", "O3", ""]), st.sampled_from(["", "", "1", "2", "7"]), IDS, st.sampled_from("15x")
    ),
    max_size=14,
)


def raw_customers(rows: list[tuple[str, ...]]) -> RawTable:
    return raw_table("customers.csv", ("customer_id", "name", "parent_customer_id", "potential"), rows)


def raw_orders(rows: list[tuple[str, ...]]) -> RawTable:
    table = raw_table("orders.csv", ("order_id", "line_no", "customer_id", "amount"), rows)
    days = pa.array(["2025-03-01"] * len(rows), pa.string())
    return RawTable(table.file, table.table.append_column("ordered_at", days))


def raw_table(file: str, headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> RawTable:
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(headings)}
    return RawTable(file, pa.table(columns))


def in_blocks(raw: RawTable, size: int) -> Source:
    """The same table as a source of blocks of ``size`` rows."""

    def blocks(mark: Mark | None) -> Iterator[RawTable]:
        start = mark.offset if mark else 0
        for first in range(start, max(raw.table.num_rows, 1), size):
            row = raw.first_row + first
            yield RawTable(raw.file, raw.table.slice(first, size), row, mark=Mark(first, row))

    return Source(raw.file, tuple(raw.table.column_names), blocks)


def found_in(shelf: Memory, quality: collect.Quality) -> tuple[object, ...]:
    tables = {name: table.drop_columns([ROW]).to_pylist() for name, table in shelf.tables.items()}
    rejects = {name: table.to_pylist() for name, table in shelf.rejected.items()}
    return tables, rejects, quality.to_json()


@given(customers=CUSTOMERS, orders=ORDERS, size=st.integers(1, 5))
def test_blocks_of_any_size_give_what_the_whole_table_gives(
    customers: list[tuple[str, ...]], orders: list[tuple[str, ...]], size: int
) -> None:
    raw = {"customers": raw_customers(customers), "orders": raw_orders(orders)}
    found = []
    for rows in (100, size):
        shelf = Memory()
        try:
            quality = gather({name: in_blocks(one, rows) for name, one in raw.items()}, SETTINGS, shelf)
        except BookError as error:
            found.append((error.code,))
        else:
            found.append(found_in(shelf, quality))
            for name, table in quality.tables.items():
                assert table.read == table.kept + table.rejected == raw[name].table.num_rows - table.blank
    assert found[0] == found[1]


@pytest.mark.parametrize("last", range(9))
def test_a_reading_that_was_killed_after_any_block_goes_on_where_it_stopped(last: int, tmp_path: Path) -> None:
    customers = [(f"C{number % 9}", f"客户{number}", f"C{number + 1}", "5") for number in range(12)]
    orders = [(f"O{number % 5}", "", f"C{number % 10}", "x" if number == 7 else "3") for number in range(20)]
    sources = {"customers": in_blocks(raw_customers(customers), 3), "orders": in_blocks(raw_orders(orders), 4)}
    blocks = 0

    def stop(progress: Progress) -> None:
        nonlocal blocks
        blocks += 1
        if blocks > last:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        gather(sources, SETTINGS, DiskShelf(tmp_path / "again"), announce=stop)
    again = gather(sources, SETTINGS, DiskShelf(tmp_path / "again"))
    whole = gather(sources, SETTINGS, DiskShelf(tmp_path / "whole"))

    assert again == whole
    files = sorted(path.name for path in (tmp_path / "whole").glob("*.parquet"))
    assert files == ["customers.parquet", "customers.rejects.parquet", "orders.parquet", "orders.rejects.parquet"]
    for file in files:
        assert pq.read_table(tmp_path / "again" / file).equals(pq.read_table(tmp_path / "whole" / file))


def test_a_reading_that_was_killed_while_it_threw_parts_away_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = [(f"C{number}", f"客户{number}", "", "5") for number in range(12)]
    sources = {"customers": in_blocks(raw_customers(customers), 3)}

    def killed(folder: Path, **more: object) -> None:
        if folder.is_dir():
            (folder / "000000.kept").unlink()
            raise InterruptedError

    monkeypatch.setattr("jiuzhou.adapters.shelves.shutil.rmtree", killed)
    with pytest.raises(InterruptedError):
        gather(sources, SETTINGS, DiskShelf(tmp_path / "again"))
    monkeypatch.undo()
    again = gather(sources, SETTINGS, DiskShelf(tmp_path / "again"))

    assert again == gather(sources, SETTINGS, DiskShelf(tmp_path / "whole"))
    assert (tmp_path / "again" / "customers.parquet").read_bytes() == (
        tmp_path / "whole" / "customers.parquet"
    ).read_bytes()
    assert list((tmp_path / "again" / "parts").iterdir()) == []


def test_the_shelf_on_disk_holds_what_the_one_in_memory_holds(tmp_path: Path) -> None:
    raw = {"customers": raw_customers([("A", "甲", "B", "1"), ("B", "乙", "", "2"), ("A", "丙", "", "3")])}
    gather({name: in_blocks(one, 2) for name, one in raw.items()}, SETTINGS, DiskShelf(tmp_path))
    collected = collect.read(raw, SETTINGS)
    assert Book.of(SETTINGS, {"customers": pq.read_table(tmp_path / "customers.parquet")}) == collected.book
    assert pq.read_table(tmp_path / "customers.rejects.parquet").equals(collected.rejects["customers"])
    assert not (tmp_path / "parts" / "customers").exists()


def test_orders_alone_refer_to_customers_that_are_known_already() -> None:
    orders = raw_orders([("O1", "1", "C1", "5"), ("O2", "1", "苏州甲", "5"), ("O3", "1", "C9", "5")])
    shelf = Memory()
    wishes = Wishes(standing={"customers": Standing(pa.array(["C1", "C2"]), pa.array(["上海乙", "苏州甲"]))})
    gather({"orders": in_blocks(orders, 2)}, SETTINGS, shelf, wishes=wishes)
    assert shelf.tables["orders"]["customer_id"].to_pylist() == ["C1", "C2"]
    assert shelf.rejected["orders"]["code"].to_pylist() == ["collect.unknown_reference"]


def test_a_customer_given_again_is_still_known_when_its_new_row_is_rejected() -> None:
    raw = {
        "customers": raw_customers([("C1", "甲", "", "many"), ("C3", "丙", "", "1")]),
        "orders": raw_orders([("O1", "1", "C1", "5"), ("O2", "1", "C3", "5")]),
    }
    shelf = Memory()
    wishes = Wishes(standing={"customers": Standing(pa.array(["C1"]), pa.array(["甲"]))})
    gather({name: in_blocks(one, 9) for name, one in raw.items()}, SETTINGS, shelf, wishes=wishes)
    assert shelf.tables["orders"]["order_id"].to_pylist() == ["O1", "O2"]


def test_a_line_keeps_its_number_after_its_neighbour_was_corrected() -> None:
    lines = [("O1", "", "A", "1"), ("O1", "", "A", "x"), ("O1", "", "A", "3")]
    customers = raw_customers([("A", "甲", "", "1")])
    broken = collect.read({"customers": customers, "orders": raw_orders(lines)}, SETTINGS)
    lines[1] = ("O1", "", "A", "2")
    mended = collect.read({"customers": customers, "orders": raw_orders(lines)}, SETTINGS)
    assert broken.book.table("orders")["line_no"].to_pylist() == [1, 3]
    assert mended.book.table("orders")["line_no"].to_pylist() == [1, 2, 3]


def test_an_order_of_a_customer_whose_row_had_no_columns_is_told_so() -> None:
    customers = raw_customers([("A", "甲", "", "1")])
    customers = RawTable(customers.file, customers.table, broken=(BrokenRow(3, ("B", "乙")),))
    found = collect.read({"customers": customers, "orders": raw_orders([("O1", "1", "B", "1")])}, SETTINGS)
    assert found.rejects["orders"]["code"].to_pylist() == ["collect.rejected_reference"]


@given(
    parts=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2) | st.none()), max_size=6), min_size=1),
    at_once=st.integers(1, 8),
)
def test_repeats_are_those_a_set_would_find(parts: list[list[tuple[str, int | None]]], at_once: int) -> None:
    def keys(part: int) -> list[pa.Array]:
        rows = parts[part]
        return [pa.array([row[0] for row in rows], pa.string()), pa.array([row[1] for row in rows], pa.int64())]

    found = repeats_in(keys, [len(part) for part in parts], at_once=at_once)
    seen: dict[tuple[str, int | None], tuple[int, int]] = {}
    expected = []
    for part, rows in enumerate(parts):
        for place, row in enumerate(rows):
            if row in seen:
                expected.append((part, place, *seen[row]))
            seen.setdefault(row, (part, place))
    together = np.stack([found.part, found.place, found.earlier_part, found.earlier_place], axis=1)
    assert [tuple(row) for row in together.tolist()] == expected


def test_a_part_without_its_tally_does_not_count(tmp_path: Path) -> None:
    source = {"customers": in_blocks(raw_customers([("A", "甲", "", "1"), ("B", "乙", "", "1")]), 1)}

    def stop(progress: Progress) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        gather(source, SETTINGS, DiskShelf(tmp_path), announce=stop)
    (tmp_path / "parts" / "customers" / "000000.json").unlink()
    assert DiskShelf(tmp_path).done("customers") == []
    assert gather(source, SETTINGS, DiskShelf(tmp_path)).tables["customers"].kept == 2
