"""What a company says its headings mean, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jiuzhou.adapters.toml_files import read_toml
from jiuzhou.collect.aliases import table_of
from jiuzhou.kernel.errors import BookError


def read_mapping(path: Path | str) -> dict[str, dict[str, str]]:
    """
    Return the mapping of a TOML file: one section for each table, ``"heading" = "column"`` in it.

    Raises
    ------
    BookError
        If it is no such file.
    """
    path = Path(path)
    given = read_toml(path, BookError)
    mapping: dict[str, dict[str, str]] = {}
    for table, columns in given.items():
        if not isinstance(columns, Mapping) or not all(isinstance(name, str) for name in columns.values()):
            raise BookError("adapters.bad_mapping", file=path.name, table=table)
        mapping[table_of(table) or table] = {str(heading): str(name) for heading, name in columns.items()}
    return mapping
