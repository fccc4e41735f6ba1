"""Opens what nobody vouches for in a child process of limited memory and time, and ends it, whatever it does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.message import message_of

MEMORY_BYTES, CPU_SECONDS, DISK_BYTES = 5 << 29, 120, 4 << 30
PATIENCE_SECONDS = 300.0

_KEPT = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
"""Without these some systems start no process at all."""

_CHILD = Path(__file__).with_name("limited_child.py")


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    A sheet as the child wrote it.

    Attributes
    ----------
    name
        Its name in the workbook.
    is_hidden
        Whether the workbook does not show it.
    file
        The plain text table with all its rows, as CSV without headings.
    row_count
        How many rows that has.
    head, ends
        The first rows, and the byte of ``file`` behind each.
    filled
        By column, whether it holds anything below these first rows.
    merged
        Rectangles of merged cells that begin there: top, left, bottom and right.
    """

    name: str
    is_hidden: bool
    file: Path
    row_count: int
    head: Sequence[Sequence[str]]
    ends: Sequence[int]
    filled: Sequence[bool]
    merged: Sequence[tuple[int, int, int, int]]


def unpack(workbook: Path, folder: Path, choose: Callable[[list[str]], list[str]]) -> list[Sheet]:
    """
    Return the sheets of a workbook that ``choose`` picks out of all their names, written to ``folder`` as plain text.

    Raises
    ------
    BookError
        If it is locked or cannot be read, or if reading it takes more than 2.5 GiB of memory, 2 minutes of processor,
        4 GiB of disk or 5 minutes in all; the child is ended then, whatever it does.
    """
    with _child("sheets", workbook, str(folder)) as child:
        book = _answer(child, workbook.name)
        chosen = choose(book["sheets"])
        _tell(child, chosen, workbook.name)
        return [_sheet(name, _answer(child, workbook.name), book["hidden"], folder) for name in chosen]


def try_parquet(file: Path, block_rows: int) -> None:
    """
    Read a Parquet file once to its end in blocks of ``block_rows``, so that what it does is done to a child.

    Raises
    ------
    BookError
        If it cannot be read, or not within the limits of ``unpack``.
    """
    with _child("rows", file, str(block_rows)) as child:
        _answer(child, file.name)


def unpack_regions(file: Path, target: Path, name: str, *, crs: str = "wgs84") -> int:
    """
    Write the regions of a GeoJSON file to ``target`` as Parquet; return how many shapes were mended.

    The table is that of ``geo.own_regions`` with the column ``level``: what each region says its level is called.

    Parameters
    ----------
    name
        What the file is called where something is said of it.
    crs
        Coordinate system of the file: ``wgs84``, ``gcj02`` or ``bd09``.

    Raises
    ------
    BookError
        If it holds no regions, or cannot be read within the limits of ``unpack``; the sentence names file and feature.
    """
    with _child("regions", file, json.dumps([crs, str(target.absolute())])) as child:
        told = _answer(child, name)
    refused = told.get("refused")
    if refused is not None:
        raise BookError("adapters.bad_geojson", file=name, reason=message_of(refused))
    return len(told["mended"])


@contextmanager
def _child(task: str, file: Path, detail: str) -> Iterator[subprocess.Popen[str]]:
    limits = [str(limit) for limit in (MEMORY_BYTES, CPU_SECONDS, DISK_BYTES)]
    # Isolated and without our environment: neither modules lying about nor secrets reach it.
    child = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", str(_CHILD), task, str(file.absolute()), detail, *limits],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_KEPT | {"ARROW_DEFAULT_MEMORY_POOL": "system"},  # a pool that knows when there is no more
        encoding="utf-8",
    )
    watch = threading.Timer(PATIENCE_SECONDS, child.kill)
    watch.start()
    try:
        yield child
    finally:
        watch.cancel()
        child.kill()
        child.communicate()


def _answer(child: subprocess.Popen[str], file: str) -> dict[str, Any]:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line.endswith("\n"):
        raise _too_much(file)
    answer: dict[str, Any] = json.loads(line)
    error = answer.get("error")
    if error == "locked":
        raise BookError("adapters.locked_workbook", file=file)
    if error == "large":
        raise _too_much(file)
    if error is not None:
        reason = " ".join(str(answer["reason"]).split())[:200]
        raise BookError("adapters.unreadable_table", file=file, reason=reason)
    return answer


def _tell(child: subprocess.Popen[str], names: list[str], file: str) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(names) + "\n")
        child.stdin.flush()
    except BrokenPipeError:
        raise _too_much(file) from None


def _too_much(file: str) -> BookError:
    return BookError("adapters.unpacking_failed", file=file)


def _sheet(name: str, told: dict[str, Any], hidden: list[str], folder: Path) -> Sheet:
    merged = [(top, left, bottom, right) for top, left, bottom, right in told["merged"]]
    file = folder / Path(told["file"]).name
    return Sheet(name, name in hidden, file, told["rows"], told["head"], told["ends"], told["filled"], merged)
