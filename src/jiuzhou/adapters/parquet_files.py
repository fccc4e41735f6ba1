"""Parquet: refused by what it declares before it is read, and read in batches."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.collect import RawTable
from jiuzhou.kernel.errors import BookError

MAX_ROWS, MAX_BYTES = 20_000_000, 2 << 30
_BATCH = 16_384


def read_parquet(path: Path) -> RawTable:
    """
    Return a Parquet table with the types it has.

    Raises
    ------
    BookError
        If the file is no Parquet, has more than 20 million rows or 2 GiB, or a column holds records or maps.
    """
    if path.stat().st_size == 0:
        raise BookError("adapters.empty_file", file=path.name)
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > MAX_ROWS:
                raise BookError("adapters.too_many_rows", file=path.name, count=file.metadata.num_rows, limit=MAX_ROWS)
            schema = file.schema_arrow.remove_metadata()
            _check_types(schema, path.name)
            batches, size = [], 0
            for batch in file.iter_batches(_BATCH):
                plain = _resolved(batch)
                plain.validate(full=True)  # a damaged file may hold what is no text
                size += plain.nbytes
                if size > MAX_BYTES:
                    raise BookError("adapters.file_too_large", file=path.name, limit="2 GiB")
                batches.append(plain)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BookError("adapters.unreadable_table", file=path.name, reason=reason) from None
    # Files have no line of headings here: the first record is row 1.
    empty = _resolved(pa.RecordBatch.from_pylist([], schema))
    return RawTable(path.name, pa.Table.from_batches(batches, empty.schema), 1)


def _resolved(batch: pa.RecordBatch) -> pa.RecordBatch:
    # Dictionaries are written out here, so that the limit counts what they stand for.
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


def _check_types(schema: pa.Schema, file: str) -> None:
    for field in schema:
        kind = field.type
        inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
        if pa.types.is_nested(inner) or isinstance(inner, pa.ExtensionType):
            raise BookError("adapters.unsupported_type", file=file, column=field.name, type=str(kind))
