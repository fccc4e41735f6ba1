"""The rows that could not be taken as a file: as they were, why, and what to do; the mended file is taken again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.adapters.exports import write_csv
from jiuzhou.adapters.rejects import told
from jiuzhou.adapters.texts import Lang, render
from jiuzhou.collect.findings import REJECT_COLUMNS
from jiuzhou.kernel.message import say

_TOLD = ("row", "column", "code", "reason", "suggestion", "import")
_LANGS: tuple[Lang, ...] = ("zh", "en")


def _heading(name: str, lang: Lang) -> str:
    return render(say(f"importing.added_{name}"), lang)


@cache
def added() -> Mapping[str, str]:
    """Return the headings that an error file has beside the company's own, in both languages, and what each says."""
    return {_heading(name, lang): name for lang in _LANGS for name in _TOLD}


def write_error_file(rejects: Path, path: Path, *, number: int, lang: Lang) -> int:
    """
    Write the rejected rows of one table as CSV; return how many.

    Parameters
    ----------
    rejects
        The file that collect wrote.
    number
        The import they are from, by which the mended file is known again.
    """
    table = told(pq.read_table(rejects), lang)
    own = [name for name in table.column_names if name not in _TOLD]
    marks = frozenset(f"{name} (source)" for name in REJECT_COLUMNS.names)
    columns = {(name.removesuffix(" (source)") if name in marks else name): table[name] for name in own}
    for name in _TOLD[:-1]:
        columns[_heading(name, lang)] = table[name]
    columns[_heading("import", lang)] = pa.array([number] * table.num_rows, pa.int64())
    write_csv(pa.table(columns), path)
    return int(table.num_rows)


def is_error_file(headings: Collection[str]) -> bool:
    """Return whether these are the headings of an error file."""
    return {"import", "row", "code"} <= {added()[heading] for heading in headings if heading in added()}


def import_heading(headings: Sequence[str]) -> str:
    """Return the heading under which an error file names its import."""
    return next(heading for heading in headings if added().get(heading) == "import")
