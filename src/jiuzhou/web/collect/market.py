"""What can be stated of a market: its kinds and their limits, where it may lie, and when it has grown old."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.provinces import PROVINCES

MEASURED = ("size", "competition", "growth", "population", "gdp")
DESCRIBED = ("culture", "law")
KINDS = (*MEASURED, *DESCRIBED)
LIMITS: Mapping[str, tuple[float, float]] = {
    "size": (0, 1e13),
    "competition": (0, 1),
    "growth": (-1, 100),
    "population": (0, 1e10),
    "gdp": (0, 1e15),
}
"""Least and most of each figure: money a year, a share, a share a year, people, money a year."""

STALE_DAYS: Mapping[str, int] = {
    "size": 365,
    "competition": 180,
    "growth": 365,
    "population": 730,
    "gdp": 730,
    "culture": 1460,
    "law": 365,
    "competitor": 180,
}
"""After how many days a statement should be looked at again."""

CHINA = "CN"
_ISO = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_FIGURE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(%|万|亿|万亿|k|m|bn)?", re.IGNORECASE)
_TIMES = {"": 1.0, "%": 0.01, "万": 1e4, "亿": 1e8, "万亿": 1e12, "k": 1e3, "m": 1e6, "bn": 1e9}


@dataclass(frozen=True, slots=True)
class MarketDraft:
    """One thing to be stated of a market: a figure in ``value`` or words in ``text``, as its kind asks."""

    place: str
    kind: str
    at: date
    source: str
    value: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class CompetitorDraft:
    """One thing to be stated of a competitor; ``place`` is empty where it holds everywhere."""

    name: str
    at: date
    source: str
    place: str = ""
    product: str = ""
    price: float | None = None
    share: float | None = None
    strength: str = ""


def place_of(text: str) -> str | None:
    """
    Return the code of a place; ``None`` where it names none, or more than one.

    Parameters
    ----------
    text
        An adcode, an ISO 3166-1 or 3166-2 code, or the name of a division of China such as 江苏, 苏州市 or Jiangsu.
    """
    said = re.sub(r"\s+", "", text)
    if said in ("100000", "中国", "全国") or said.casefold() == "china":
        return CHINA
    if len(said) == 6 and said.isascii() and said.isdigit():
        found = divisions().get(said)
        return found.code if found else None
    if _ISO.fullmatch(said.upper()) and said.isascii() and (len(said) == 2 or "-" in said):
        return said.upper()
    return _by_name().get(said.casefold())


def number_of(text: str) -> float | None:
    """Return the number that a person wrote, such as 1,200, 8%, 3.5亿; ``None`` where it is none."""
    found = _FIGURE.fullmatch(re.sub(r"[,，\s]", "", text))
    if found is None:
        return None
    value = float(found[1]) * _TIMES[(found[2] or "").lower()]
    return float(f"{value:.15g}") if math.isfinite(value) else None


def is_stale(kind: str, at: date, today: date) -> bool:
    """Return whether a statement of this kind is so old that it should be looked at again."""
    return at < today - timedelta(days=STALE_DAYS[kind])


@cache
def _by_name() -> Mapping[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    for division in divisions().by_code.values():
        for name in _names(division.name, division.level):
            if found.setdefault(name, division.code) != division.code:
                twice.add(name)
    unique = {name: code for name, code in found.items() if name not in twice}
    for province in PROVINCES:
        names = (province.name, province.full_name, province.name_en)
        unique |= {re.sub(r"\s+", "", name).casefold(): province.code for name in names}
    return unique


def _names(name: str, level: str) -> tuple[str, ...]:
    short = name.removesuffix("市") if level == "prefecture" and len(name) > 2 else name
    return (name.casefold(),) if short == name else (name.casefold(), short.casefold())
