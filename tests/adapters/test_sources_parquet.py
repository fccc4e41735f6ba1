"""Parquet in blocks: the types it has, the rows it says, and nothing that does harm."""

from __future__ import annotations

import decimal
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jiuzhou.adapters.sources import unpacking
from jiuzhou.adapters.sources.parquet_files import parquet_source
from jiuzhou.adapters.sources.places import whole_table
from jiuzhou.kernel.errors import BookError

COUNT = 1000
TABLE = pa.table({"customer_id": [f"C{i}" for i in range(COUNT)], "name": pa.array(["甲"] * COUNT).dictionary_encode()})


@pytest.mark.parametrize("trusted", [True, False])
def test_blocks_are_the_whole_and_a_mark_gives_its_block_again(tmp_path: Path, trusted: bool) -> None:
    pq.write_table(TABLE, tmp_path / "customers.parquet", row_group_size=300)

    source = parquet_source(tmp_path / "customers.parquet", block_rows=70, trusted=trusted)
    blocks = list(source.blocks(None))

    assert source.size == COUNT
    assert [block.first_row for block in blocks][:6] == [1, 71, 141, 211, 281, 301]
    assert whole_table(source).table.to_pylist() == TABLE.to_pylist()
    for block in blocks:
        rest = list(source.blocks(block.mark))
        assert rest[0].table.equals(block.table)
        assert sum(part.table.num_rows for part in rest) == COUNT - block.first_row + 1


def test_a_file_without_rows_is_one_block_with_its_types(tmp_path: Path) -> None:
    pq.write_table(TABLE.slice(0, 0), tmp_path / "customers.parquet")

    (block,) = parquet_source(tmp_path / "customers.parquet").blocks(None)

    assert block.table.schema.types == [pa.string(), pa.string()]


class Own(pa.ExtensionType):
    def __init__(self) -> None:
        super().__init__(pa.string(), "jiuzhou.test")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type: pa.DataType, serialized: bytes) -> Own:
        return cls()


STRANGE = {
    "records": pa.array([{"a": 1}]),
    "maps": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    "lists of lists": pa.array([[["a"]]]),
    "lists of fixed size": pa.array([["a"]], pa.list_(pa.string(), 1)),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_type_that_is_no_plain_value_is_named_and_refused(tmp_path: Path, name: str) -> None:
    pq.write_table(pa.table({"customer_id": ["C1"], "odd": STRANGE[name]}), tmp_path / "customers.parquet")
    with pytest.raises(BookError, match=r"adapters\.unsupported_type") as caught:
        parquet_source(tmp_path / "customers.parquet")
    assert caught.value.message.params["column"] == "odd"


def test_a_type_of_somebodys_own_is_refused_or_read_as_what_it_is_made_of(tmp_path: Path) -> None:
    column = pa.ExtensionArray.from_storage(Own(), pa.array(["C1"]))
    pq.write_table(pa.table({"customer_id": column}), tmp_path / "customers.parquet")
    assert whole_table(parquet_source(tmp_path / "customers.parquet")).table["customer_id"].type == pa.string()

    pa.register_extension_type(Own())
    try:
        with pytest.raises(BookError, match=r"adapters\.unsupported_type"):
            parquet_source(tmp_path / "customers.parquet")
    finally:
        pa.unregister_extension_type("jiuzhou.test")


def test_days_of_old_writers_and_decimals_are_plain_values(tmp_path: Path) -> None:
    at, amount = datetime.fromisoformat("2024-03-05T14:00"), decimal.Decimal("1.2345")
    table = pa.table({"at": pa.array([at], pa.timestamp("ns")), "amount": pa.array([amount], pa.decimal128(18, 4))})
    pq.write_table(table, tmp_path / "orders.parquet", use_deprecated_int96_timestamps=True)

    row = whole_table(parquet_source(tmp_path / "orders.parquet")).table.to_pylist()[0]

    assert row == {"at": at, "amount": amount}


def test_few_bytes_that_stand_for_many_end_a_strangers_file_in_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MEMORY_BYTES", 600 << 20)
    same = pa.DictionaryArray.from_arrays(pa.array([0] * 40_000, pa.int32()), pa.array(["x" * 50_000]))
    pq.write_table(pa.table({"customer_id": same}), tmp_path / "customers.parquet", store_schema=False)
    assert (tmp_path / "customers.parquet").stat().st_size < 20_000

    with pytest.raises(BookError, match=r"adapters\.(unpacking_failed|unreadable_table)"):
        parquet_source(tmp_path / "customers.parquet", trusted=False)
