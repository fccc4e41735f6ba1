"""What a company says its headings and units mean, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jiuzhou.adapters.toml_files import read_toml
from jiuzhou.collect import Wishes
from jiuzhou.collect.aliases import table_of
from jiuzhou.collect.wishes import UNITS
from jiuzhou.kernel.errors import BookError

_UNITS, _YES_NO = "units", ("lenient", "swap_places")


def read_wishes(path: Path | str) -> Wishes:
    """
    Return what a TOML file says about the reading of tables.

    One section for each table has ``"heading" = "column"`` in it; ``[units.<table>]`` has ``"heading" = "万元"``;
    ``lenient = true`` and ``swap_places = true`` stand before the sections.

    Raises
    ------
    BookError
        If it is no such file.
    """
    path = Path(path)
    given = read_toml(path, BookError)
    switches: dict[str, Any] = {name: _switch(path, name, given.pop(name)) for name in _YES_NO if name in given}
    units = {}
    for table, said in _sections(path, given.pop(_UNITS, {}), _UNITS).items():
        units[table] = said
        wrong = next((unit for unit in said.values() if unit not in UNITS), None)
        if wrong is not None:
            raise BookError("adapters.unknown_unit", file=path.name, unit=wrong, known=", ".join(UNITS))
    columns = _sections(path, given, "")
    return replace(Wishes(columns, units), **switches)


def _sections(path: Path, given: Any, under: str) -> dict[str, dict[str, str]]:
    if not isinstance(given, Mapping):
        raise BookError("adapters.bad_mapping", file=path.name, table=under)
    found: dict[str, dict[str, str]] = {}
    for table, columns in given.items():
        if not isinstance(columns, Mapping) or not all(isinstance(name, str) for name in columns.values()):
            raise BookError("adapters.bad_mapping", file=path.name, table=table)
        found[table_of(table) or table] = {str(heading): str(name) for heading, name in columns.items()}
    return found


def _switch(path: Path, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BookError("adapters.bad_switch", file=path.name, name=name)
    return value
