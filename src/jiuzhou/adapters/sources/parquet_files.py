"""Parquet: refused by what it declares before it is read, and read in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.adapters.sources.unpacking import try_parquet
from jiuzhou.collect import Mark, RawTable, Source
from jiuzhou.kernel.errors import BookError

MAX_ROWS, MAX_BLOCK_BYTES = 20_000_000, 1 << 30

_AIM_BYTES, _FEWEST, _MOST = 16 << 20, 1024, 131_072


def parquet_source(path: Path, *, block_rows: int | None = None, trusted: bool = True) -> Source:
    """
    Return a Parquet table with the types it has; its marks count rows.

    Parameters
    ----------
    block_rows
        The most rows of a block; by default as many as make about 16 MiB.
    trusted
        Whether the file is one's own. Few bytes can stand for many in Parquet, and no count in it has to be true: what
        a stranger sent is first read in a limited child.

    Raises
    ------
    BookError
        If the file is no Parquet, has more than 20 million rows, or a column holds records, maps or types of somebody's
        own; on reading, if it is damaged or a block takes more than 1 GiB.
    """
    if path.stat().st_size == 0:
        raise BookError("adapters.empty_file", file=path.name)
    try:
        with pq.ParquetFile(path) as file:
            facts = file.metadata
            schema = file.schema_arrow.remove_metadata()
    except _DAMAGE as error:
        raise _unreadable(path, error) from None
    if facts.num_rows > MAX_ROWS:
        raise BookError("adapters.too_many_rows", file=path.name, count=facts.num_rows, limit=MAX_ROWS)
    _check_types(schema, path.name)
    groups = [facts.row_group(index) for index in range(facts.num_row_groups)]
    size = sum(group.total_byte_size for group in groups)
    rows = block_rows or int(np.clip(_AIM_BYTES * facts.num_rows // max(size, 1), _FEWEST, _MOST))
    if not trusted:
        try_parquet(path, rows)
    begins = tuple(np.cumsum([0, *(group.num_rows for group in groups)]).tolist())
    return Source(path.name, tuple(schema.names), _Rows(path, schema, begins, rows).blocks, facts.num_rows)


_DAMAGE = (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a file whose groups begin with the rows ``begins``, the last of which is their number."""

    path: Path
    schema: pa.Schema
    begins: tuple[int, ...]
    block_rows: int

    def blocks(self, mark: Mark | None = None) -> Iterator[RawTable]:
        try:
            yield from self._blocks(mark.offset if mark else 0)
        except _DAMAGE as error:
            raise _unreadable(self.path, error) from None

    def _blocks(self, at: int) -> Iterator[RawTable]:
        if not self.begins[-1]:
            yield self._block(pa.RecordBatch.from_pylist([], self.schema), 0)
            return
        with pq.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 20) as file:
            for group, begin in enumerate(self.begins[:-1]):
                if self.begins[group + 1] <= at:
                    continue
                for batch in file.iter_batches(self.block_rows, row_groups=[group], use_threads=False):
                    if begin >= at:
                        yield self._block(batch, begin)
                    begin += batch.num_rows

    def _block(self, batch: pa.RecordBatch, begin: int) -> RawTable:
        # Dictionaries are written out here, so that the limit counts what they stand for.
        columns = [
            column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
            for column in batch.columns
        ]
        plain = pa.RecordBatch.from_arrays(columns, batch.schema.names)
        plain.validate(full=True)  # a damaged file may hold what is no text
        if plain.nbytes > MAX_BLOCK_BYTES:
            raise BookError("adapters.file_too_large", file=self.path.name, limit="1 GiB")
        # Files have no line of headings here: the first record is row 1.
        return RawTable(self.path.name, pa.Table.from_batches([plain]), begin + 1, mark=Mark(begin, begin + 1))


def _check_types(schema: pa.Schema, file: str) -> None:
    for field in schema:
        kind = field.type
        inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
        if pa.types.is_nested(inner) or isinstance(inner, pa.ExtensionType | pa.BaseExtensionType):
            raise BookError("adapters.unsupported_type", file=file, column=field.name, type=str(kind))


def _unreadable(path: Path, error: Exception) -> BookError:
    reason = " ".join(str(error).split())[:200]
    return BookError("adapters.unreadable_table", file=path.name, reason=reason)
