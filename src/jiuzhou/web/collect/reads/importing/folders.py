"""Where the files of an import lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from jiuzhou.web.store.models import Import

FOLDER = "imports"
ANSWERS = "geocoded"
"""The folder of what a map service said of addresses."""
ROWS = ("customers", "owners")
"""Tables that the store keeps as rows; every other holds facts."""


def home_of(row: Import) -> Path:
    """Return the folder of an import."""
    return Path(settings.HOME) / FOLDER / row.folder


def path_of(row: Import, file: Mapping[str, Any]) -> Path:
    """Return where one of an import's files lies."""
    return home_of(row) / str(file["stored"])


def shelf_of(row: Import) -> Path:
    """Return the folder in which what was checked in the import's present round lies."""
    return home_of(row) / f"round-{row.round}"


def difference_path(table: Path) -> Path:
    """Return where the cells lie that the file of ``table`` changes."""
    return table.with_name(f"{table.stem}.difference.parquet")


def shelf_checked(row: Import) -> Path:
    """Return the folder of what was checked last, whatever changed since."""
    return home_of(row) / f"round-{row.counts.get('round', row.round)}"
