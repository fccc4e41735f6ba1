"""The map files made by the package build: whether they are here, and what they say."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jiuzhou.kernel.message import Message

_FILES = ("divisions.json", "prefectures.json", "adjacency.json", "manifest.json")


@cache
def maps_available() -> bool:
    """Return whether this installation was built with map files; without them divisions and cities are our tables."""
    return all((files("jiuzhou.geo") / "built" / name).is_file() for name in _FILES)


def read_map(name: str) -> Any:
    """Return the content of a map file, such as ``"manifest.json"``; ask ``maps_available`` first."""
    return json.loads((files("jiuzhou.geo") / "built" / name).read_text("utf-8"))


def map_note() -> Message:
    """Return the sentence to show beside every map: what its borders are, or why there are none."""
    return Message("geo.map_note" if maps_available() else "geo.no_maps")


def read_pinyin() -> dict[str, str]:
    """Return how each division sounds by code, syllables apart; empty where the map files were made without it."""
    if not maps_available() or not (files("jiuzhou.geo") / "built" / "pinyin.json").is_file():
        return {}
    return dict(read_map("pinyin.json"))
