"""JSON files that say what they are: every one carries ``format`` and ``version``, and older versions stay readable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jiuzhou.kernel.errors import InputError

_KINDS = ("plan", "quality", "accuracy", "alerts", "effect", "cycle", "forecast")
FORMATS: Mapping[str, str] = {name: f"jiuzhou.{name}" for name in _KINDS}
VERSION = 1


def write_json(path: Path, kind: str, content: Mapping[str, Any]) -> None:
    """Write ``content`` with its format and version; keys keep their order, so the same result is the same bytes."""
    whole = {"format": FORMATS[kind], "version": VERSION, **content}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False, default=_plain) + "\n", "utf-8")


def read_json(path: Path, kind: str) -> dict[str, Any]:
    """
    Return the content of a JSON file of ours.

    Raises
    ------
    InputError
        If the file is missing, is no JSON, is of another format, or of a newer version.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError:
        raise InputError("adapters.missing_file", file=path.name, folder=str(path.parent)) from None
    except ValueError as error:
        raise InputError("adapters.no_json", file=path.name, reason=str(error)) from None
    found = (content.get("format"), content.get("version")) if isinstance(content, dict) else (None, None)
    if found[0] != FORMATS[kind] or found[1] not in range(1, VERSION + 1):
        known = f"{FORMATS[kind]} {VERSION}"
        raise InputError("adapters.other_format", file=path.name, found=f"{found[0]} {found[1]}", known=known)
    return dict(content)


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of one of our files."""
    text = (files("jiuzhou") / "adapters" / "schemas" / f"{kind}.json").read_text("utf-8")
    return dict(json.loads(text))


def _plain(value: object) -> object:
    if hasattr(value, "to_json"):
        return value.to_json()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    return float(str(value))
