"""Where the files of an import lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from jiuzhou.web.store.models import Import

FOLDER = "imports"


def home_of(row: Import) -> Path:
    """Return the folder of an import."""
    return Path(settings.HOME) / FOLDER / row.folder


def path_of(row: Import, file: Mapping[str, Any]) -> Path:
    """Return where one of an import's files lies."""
    return home_of(row) / str(file["stored"])


def shelf_of(row: Import) -> Path:
    """Return the folder in which what was checked in the import's present round lies."""
    return home_of(row) / f"round-{row.round}"


def differing_path(table: Path) -> Path:
    """Return where the keys lie of rows that are known with other values than the file of ``table`` tells."""
    return table.with_name(f"{table.stem}.differing.parquet")


def shelf_checked(row: Import) -> Path:
    """Return the folder of what was checked last, whatever changed since."""
    return home_of(row) / f"round-{row.counts.get('round', row.round)}"
