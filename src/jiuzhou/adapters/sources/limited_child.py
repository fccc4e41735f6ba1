"""
The child process that opens what nobody vouches for.

It writes the sheets of a workbook as plain text tables or the regions of a GeoJSON file as Parquet, or reads a Parquet
file to its end to see whether that does any harm. Run by its path, so that it loads nothing but the reader it needs;
what it is told and answers goes line by line as JSON. Of a workbook it names the sheets, hears which are wanted, and
says what it wrote.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import sys
from datetime import date, datetime, time
from itertools import accumulate
from pathlib import Path
from typing import Any

HEAD = 12
"""Rows that are also told: the heading is among them."""

_LONGEST_HEADING = 200


def main(task: str, file: str, detail: str, *limits: int) -> None:
    """Do ``sheets`` or ``regions`` (with where to write to) or ``rows`` (with how many at a time) within limits."""
    _limit(*limits)
    try:
        if task == "sheets":
            _sheets(file, Path(detail))
        elif task == "regions":
            _regions(file, *json.loads(detail))
        else:
            _rows(file, int(detail))
    except (MemoryError, OverflowError):
        _say({"error": "large"})
    except OSError as error:
        _say({"error": "large" if error.errno == errno.EFBIG else "unreadable", "reason": str(error)})
    except ValueError as error:
        _say({"error": "unreadable", "reason": str(error)})


def _sheets(workbook: str, folder: Path) -> None:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(workbook)
        hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
        _say({"sheets": book.sheet_names, "hidden": sorted(hidden)})
        for name in json.loads(sys.stdin.readline()):
            _say(_dump(book.get_sheet_by_name(name), folder))
    except PasswordError:
        _say({"error": "locked"})
    except CalamineError as error:
        _say({"error": "unreadable", "reason": str(error)})


def _regions(geojson: str, crs: str, target: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from jiuzhou.geo.own_regions import read_own_regions
    from jiuzhou.kernel.errors import InputError

    try:
        found = read_own_regions(Path(geojson).read_bytes(), crs=crs)
    except InputError as error:
        _say({"refused": error.message.to_json()})
        return
    pq.write_table(found.table.append_column("level", pa.array(found.levels, pa.string())), target)
    _say({"mended": found.mended})


def _rows(parquet: str, block_rows: int) -> None:
    import pyarrow.parquet as pq

    count = 0
    with pq.ParquetFile(parquet, pre_buffer=False, buffer_size=1 << 20) as file:
        for group in range(file.metadata.num_row_groups):
            for batch in file.iter_batches(block_rows, row_groups=[group], use_threads=False):
                batch.validate(full=True)
                count += batch.num_rows
    _say({"rows": count})


def _limit(memory: int, seconds: int, disk: int) -> None:
    try:
        import resource
    except ImportError:  # a system without limits still has the parent's time-out
        return
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def _dump(sheet: Any, folder: Path) -> dict[str, Any]:
    rows = iter(sheet.iter_rows())
    head = [[text_of(cell) for cell in row] for _, row in zip(range(HEAD), rows, strict=False)]
    ends = list(accumulate(len(_line(cells)) for cells in head))
    filled = [False] * (len(head[0]) if head else 0)
    count = len(head)
    file = folder / f"{len(list(folder.iterdir()))}.sheet"
    with file.open("w", encoding="utf-8", errors="replace", newline="") as out:
        out.writelines(_line(cells).decode() for cells in head)
        write = csv.writer(out).writerow
        for row in rows:
            cells = [text_of(cell) for cell in row]
            if not all(filled):
                filled = [had or bool(cell) for had, cell in zip(filled, cells, strict=True)]
            write(cells)
            count += 1
    left = sheet.start[1] if sheet.start else 0
    merged = [(top, from_ - left, bottom, to - left) for (top, from_), (bottom, to) in sheet.merged_cell_ranges or ()]
    return {
        "file": file.name,
        "rows": count,
        "head": [[cell[:_LONGEST_HEADING] for cell in cells] for cells in head],
        "ends": ends,
        "filled": filled,
        "merged": [place for place in merged if place[0] < HEAD][:1000],
    }


def _line(cells: list[str]) -> bytes:
    # Lines end with both signs here and below: only then does the writer put quotes around either of them in a cell.
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def text_of(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, days and times as ISO writes them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], *(int(limit) for limit in sys.argv[4:]))
