"""TOML as people write it, and back."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from jiuzhou.adapters.reasons import why
from jiuzhou.kernel.errors import InputError


def read_toml(path: Path, refusal: type[InputError]) -> dict[str, Any]:
    """
    Return what a TOML file says.

    Raises
    ------
    InputError
        The ``refusal`` given: if the file cannot be read, or is no TOML.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise refusal("adapters.unreadable_file", file=path.name, reason=why(error)) from None
    return toml_of_text(text, path.name, refusal)


def toml_of_text(text: str, name: str, refusal: type[InputError]) -> dict[str, Any]:
    """
    Return what a TOML text says.

    Raises
    ------
    InputError
        The ``refusal`` given: if it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise refusal("adapters.no_toml", file=name, reason=" ".join(str(error).split())) from None


def toml_key(name: str) -> str:
    """Return ``name`` as the left side of a line: bare where TOML allows it."""
    plain = name.replace("_", "a").replace("-", "a")
    return name if plain.isalnum() and plain.isascii() else toml_value(name)


def toml_value(value: object) -> str:
    """Return a text, number, yes or no, day or list of them as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return str(value)
