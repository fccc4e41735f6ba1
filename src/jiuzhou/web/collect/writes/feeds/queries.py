"""What the query of a source finds, as a file that is imported like any other."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

from jiuzhou.adapters.sources.queries import query_source
from jiuzhou.collect.parse import as_text, plain
from jiuzhou.kernel.errors import InputError
from jiuzhou.web.accounts.uploads import incoming
from jiuzhou.web.collect.writes.importing.files import LARGEST, MIB


def fetch(path: Path, table: str, target: Path) -> None:
    """
    Write what the query in the operator's file ``path`` finds into ``target`` as CSV.

    Raises
    ------
    BookError
        If the file or the database is not right; no password is told.
    InputError
        If there is no such file, or it finds more than an import may bring.
    """
    if not path.is_file():
        raise InputError("feeds.no_query", place=path.name)
    with (
        TemporaryDirectory(prefix="query-", dir=incoming()) as folder,
        target.open("x", encoding="utf-8", newline="") as file,
    ):
        source = query_source(path, table, Path(folder))
        write = csv.writer(file).writerow
        write(source.headings)
        for block in source.blocks(None):
            columns = [as_text(plain(block.table[name])).to_pylist() for name in source.headings]
            for cells in zip(*columns, strict=True):
                write(["" if cell is None else cell for cell in cells])
            if file.tell() > LARGEST:
                raise InputError("importing.too_large", file=path.name, most=LARGEST // MIB)
