"""The settings of a Book as people write them: ``book.toml``, read and written."""

from __future__ import annotations

import difflib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jiuzhou.adapters.toml_files import read_toml, toml_value
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import BookError

SETTINGS = "book.toml"
FORMAT, VERSION = "jiuzhou.book", 1


def read_settings_file(path: Path) -> BookSettings:
    """
    Return what a ``book.toml`` says; what it does not say keeps its default.

    Raises
    ------
    BookError
        If it is no TOML, or a name or value in it is unknown.
    """
    given = read_toml(path, BookError)
    kind, version = given.pop("format", FORMAT), given.pop("version", VERSION)
    if kind != FORMAT or version not in range(1, VERSION + 1):
        raise BookError("adapters.other_format", file=path.name, found=f"{kind} {version}", known=f"{FORMAT} {VERSION}")
    for name in given:
        if name not in BookSettings.names():
            known = ", ".join(BookSettings.names())
            near = difflib.get_close_matches(name, BookSettings.names(), 1)
            raise BookError("adapters.unknown_book_setting", setting=name, near=near[0] if near else "—", known=known)
    stated: dict[str, Any] = {name: _value(name, value) for name, value in given.items()}
    return BookSettings(**stated)


def is_collected(path: Path) -> bool:
    """Return whether a ``book.toml`` is that of a Book we wrote, whose Parquet tables were collected before."""
    return read_toml(path, BookError).get("format") == FORMAT


def settings_text(settings: BookSettings) -> str:
    """Return the settings as the ``book.toml`` that ``read_settings_file`` reads back."""
    lines = [f'format = "{FORMAT}"', f"version = {VERSION}"]
    for name in BookSettings.names():
        value = getattr(settings, name)
        if value is not None:
            lines.append(f"{name} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def _value(name: str, value: object) -> object:
    if name == "as_of" and isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise BookError("adapters.bad_as_of", value=str(value)) from None
    expected = {"as_of": date, "fiscal_year_start": int}.get(name, str)
    if not isinstance(value, expected) or isinstance(value, bool | datetime):
        raise BookError("kernel.bad_book_setting", setting=name, value=str(value))
    return value
