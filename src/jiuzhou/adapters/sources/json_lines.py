"""JSON: one object on each line, or a list of objects; every value as its text, so that no digit is lost."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any

import pyarrow as pa

from jiuzhou.adapters.sources.charsets import as_utf8, encoding_of
from jiuzhou.adapters.sources.csv_files import MAX_BYTES
from jiuzhou.adapters.sources.text_blocks import BLOCK_BYTES, MAX_RECORD
from jiuzhou.collect import BrokenRow, Mark, RawTable, Source
from jiuzhou.kernel.errors import BookError

MAX_COLUMNS = 500

_BOM = b"\xef\xbb\xbf"
_CHUNK = 1 << 20
_TWICE = "a key twice"


def json_source(path: Path, folder: Path, *, encoding: str | None = None, block_bytes: int = BLOCK_BYTES) -> Source:
    """
    Return JSON as a table of texts, with the keys as headings in the order in which they first come.

    An object of plain values within a row makes columns ``outer.inner``; lists and deeper objects stay as JSON. A line
    that is no object is kept aside. Rows are counted by lines, or in a list by its elements.

    Parameters
    ----------
    folder
        For a copy with one object on each line, where the file has them otherwise; it has to be there as long as the
        source is read.
    encoding
        One of ``charsets.STATED`` where a person said so.
    block_bytes
        About how much of the file is read at a time.

    Raises
    ------
    BookError
        If the file is empty, larger than 1 GiB, in an encoding that is not certain, or holds no object.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise BookError("adapters.file_too_large", file=path.name, limit="1 GiB")
    if size == 0:
        raise BookError("adapters.empty_file", file=path.name)
    known = encoding or encoding_of(path)
    copy = as_utf8(path, known, folder)
    copy = _as_lines(copy, path.name, folder) if _first_sign(copy) == b"[" else copy
    begins = 3 if _begins_with_mark(copy) else 0
    lines = _Lines(path.name, copy, begins, (), block_bytes)
    lines = replace(lines, keys=lines.all_keys())
    return Source(path.name, lines.headings, lines.blocks, copy.stat().st_size, {"encoding": known})


@dataclass(frozen=True, slots=True)
class _Lines:
    name: str
    path: Path
    begins: int
    keys: tuple[str, ...]
    block_bytes: int

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(key or f"column_{number}" for number, key in enumerate(self.keys, 1))

    def all_keys(self) -> tuple[str, ...]:
        """Return all keys in the order in which they first come."""
        names: dict[str, None] = {}
        reason = None
        for at, chunk in self._chunks(Mark(self.begins, 1)):
            for number, line in enumerate(_split(chunk), at.row):
                row = _read(line)
                if isinstance(row, dict):
                    if not names.keys() >= row.keys():
                        names.update(dict.fromkeys(row))
                elif reason is None and row is not None:
                    reason = f"{number}: {row}"
            if len(names) > MAX_COLUMNS:
                raise BookError("adapters.too_many_columns", file=self.name, count=len(names), limit=MAX_COLUMNS)
        if not names and reason is None:
            raise BookError("adapters.empty_file", file=self.name)
        if not names:
            raise BookError("adapters.no_objects", file=self.name, reason=reason)
        return tuple(names)

    def blocks(self, mark: Mark | None = None) -> Iterator[RawTable]:
        for at, chunk in self._chunks(mark or Mark(self.begins, 1)):
            yield self._parsed(chunk, at)

    def _chunks(self, at: Mark) -> Iterator[tuple[Mark, bytes]]:
        with self.path.open("rb") as file:
            file.seek(at.offset)
            while chunk := file.read(self.block_bytes):
                chunk += file.readline(MAX_RECORD) if not chunk.endswith(b"\n") else b""
                if not chunk.endswith(b"\n") and file.read(1):
                    raise BookError("adapters.endless_row", file=self.name, row=at.row + chunk.count(b"\n"))
                yield at, chunk
                at = Mark(at.offset + len(chunk), at.row + chunk.count(b"\n"))

    def _parsed(self, chunk: bytes, at: Mark) -> RawTable:
        rows: list[dict[str, str | None]] = []
        broken: list[BrokenRow] = []
        for number, line in enumerate(_split(chunk), at.row):
            row = _read(line)
            if isinstance(row, str):
                broken.append(BrokenRow(number, (line.decode(),)))
            else:
                rows.append(row or {})
        arrays = [pa.array([row.get(name) for row in rows], pa.string()) for name in self.keys]
        return RawTable(self.name, pa.table(arrays, list(self.headings)), at.row, tuple(broken), mark=at)


def _split(chunk: bytes) -> list[bytes]:
    return chunk.removesuffix(b"\n").split(b"\n")


def _read(line: bytes) -> dict[str, str | None] | str | None:
    """Return the cells of a line by heading, ``None`` for a blank one, or why it is no object."""
    text = line.strip()
    if not text:
        return None
    try:
        row = _DECODER.decode(text.decode())
        if not isinstance(row, dict):
            return "no object"
        cells = row if _PLAIN.issuperset(map(type, row.values())) else _flat(_INNER_DECODER.decode(text.decode()))
        if b"\\u" in text:
            "".join(f"{name}{value}" for name, value in cells.items()).encode()  # half of a pair of surrogates
    except (ValueError, RecursionError) as error:
        return error.msg if isinstance(error, JSONDecodeError) else str(error)
    return cells


def _flat(row: dict[str, Any]) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    count = len(row)
    for name, value in row.items():
        if isinstance(value, dict) and not any(isinstance(held, dict | list) for held in value.values()):
            count += len(value) - 1
            cells |= {f"{name}.{inner}": _text(held) for inner, held in value.items()}
        else:
            cells[name] = _text(value)
    if len(cells) < count:
        raise ValueError(_TWICE)
    return cells


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return _json(value)


def _json(value: Any) -> str:
    if isinstance(value, _Number):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_json(name)}: {_json(held)}' for name, held in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError(_TWICE)
    return made


class _Number(str):
    """A number as it is written: 0.10 is not 0.1, and 12345678901234567890 is no float."""

    __slots__ = ()


_PLAIN = frozenset((str, type(None)))
_DECODER = JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
_INNER_DECODER = JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_once)


def _first_sign(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_CHUNK).removeprefix(_BOM).lstrip()[:1]


def _begins_with_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == _BOM


def _as_lines(path: Path, name: str, folder: Path) -> Path:
    copy = folder / f"{len(list(folder.iterdir()))}.jsonl"
    with path.open(encoding="utf-8-sig", newline="") as file, copy.open("w", encoding="utf-8", newline="") as out:
        for element in _elements(file, name):
            # Line ends stand between the parts of an object only; inside a text they are written as signs.
            out.write(element.replace("\r", " ").replace("\n", " ") + "\n")
    return copy


def _elements(file: io.TextIOBase, name: str) -> Iterator[str]:
    text, at, size, count = file.read(_CHUNK).lstrip()[1:], 0, _CHUNK, 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if text[at : at + 1] == "]":
            return
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (JSONDecodeError, RecursionError) as error:
            more = file.read(size)
            if not more or size > MAX_RECORD:
                raise BookError("adapters.no_objects", file=name, reason=f"{count + 1}: {error}") from None
            text, at, size = text[at:] + more, 0, size * 2
            continue
        except ValueError:
            _, end = JSONDecoder().raw_decode(text, at)
        yield text[at:end]
        at, size, count = end, _CHUNK, count + 1
