"""A workbook looked at as an archive, in little memory, before any reader of workbooks sees it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path

from jiuzhou.kernel.errors import BookError

MAX_BYTES, MAX_UNPACKED, MAX_RATIO = 100 << 20, 500 << 20, 100
MAX_COLUMNS, MAX_CELLS = 200, 20_000_000

_OLD, _LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "EncryptedPackage".encode("utf-16-le")
_SMALL = 10 << 20
_CHUNK, _OVERLAP = 1 << 20, 64
_FAR_COLUMN = re.compile(rb"""r\s*=\s*["'](?:[A-Z]{3,}|[H-Z][A-Z]|G[S-Z])[0-9]""")
_FAR_ROW = re.compile(rb"""r\s*=\s*["'][A-Z]*([0-9]{6,})["']""")
_WIDEST = re.compile(rb"""r\s*=\s*["']([A-Z]{1,2})[0-9]""")


def check_archive(path: Path) -> None:
    """
    Refuse an archive that is none, or that unpacks to more than it is good to read, before anything unpacks it.

    Raises
    ------
    BookError
        If so: by what its directory declares, and by what its parts hold when they are counted.
    """
    if path.stat().st_size > MAX_BYTES:
        raise BookError("adapters.file_too_large", file=path.name, limit="100 MiB")
    if path.stat().st_size == 0:
        raise BookError("adapters.empty_file", file=path.name)
    _check_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            packed, unpacked = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
            if unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked > MAX_RATIO * packed):
                raise BookError("adapters.file_too_large", file=path.name, limit="500 MiB")
            left = MAX_UNPACKED
            for part in parts:
                if part.filename.endswith(".xml"):
                    left = _check_part(archive, part, path.name, left)
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, OSError, EOFError, ValueError):
        raise BookError("adapters.no_workbook", file=path.name) from None


def _check_kind(path: Path) -> None:
    # A password makes of a workbook a file of the old kind, with the real one inside.
    with path.open("rb") as file:
        if file.read(len(_OLD)) == _OLD:
            is_locked = _LOCKED in file.read()
            raise BookError("adapters.locked_workbook" if is_locked else "adapters.old_workbook", file=path.name)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: str, left: int) -> int:
    # The directory of an archive can lie, so bytes are counted too; and the reader keeps a rectangle of cells up to
    # the farthest one, so one far cell would need more memory than there is.
    is_sheet = part.filename.startswith("xl/worksheets/")
    rows, columns, rest = 0, 1, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            text = rest + chunk
            if left < 0:
                raise BookError("adapters.file_too_large", file=file, limit="500 MiB")
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise BookError("adapters.no_workbook", file=file)
            if is_sheet:
                if _FAR_COLUMN.search(text):
                    raise BookError("adapters.too_many_columns", file=file, count=MAX_COLUMNS + 1, limit=MAX_COLUMNS)
                rows = max([rows, *(int(found[:9]) for found in _FAR_ROW.findall(text))])
                columns = _widest(text, columns) if rows else columns
            rest = text[-_OVERLAP:]
    if rows * columns > MAX_CELLS:
        raise BookError("adapters.too_many_cells", file=file, count=rows * columns, limit=MAX_CELLS)
    return left


def _widest(text: bytes, columns: int) -> int:
    for letters in set(_WIDEST.findall(text)):
        number = 0
        for letter in letters:
            number = number * 26 + letter - 64
        columns = max(columns, number)
    return columns
