"""
Adcodes (GB/T 2260) by arithmetic: what a six-digit code says of province and prefecture, and codes that have changed.

The package build loads this file by itself, so it imports nothing of the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

WHOLE_PROVINCES: frozenset[str] = frozenset({"11", "12", "31", "50", "71", "81", "82"})
"""First two digits of the divisions that are their own prefecture: municipalities, Taiwan, Hong Kong, Macao."""

PROVINCE_DIGITS: frozenset[str] = WHOLE_PROVINCES | {
    *("13", "14", "15", "21", "22", "23", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46"),
    *("51", "52", "53", "54", "61", "62", "63", "64", "65"),
}
"""First two digits of the 34 province-level divisions."""


class Change(NamedTuple):
    """
    One line of ``changes.tsv``: a division that lost its code or its name.

    Attributes
    ----------
    code, name
        As they were.
    gone
        Month of the first published list without them, such as ``"2015-12"``, which is up to a year after the decision
        before 2015; ``"-"`` where two codes have always meant one area.
    how
        ``"moved"``: the same area, or nearly, under a new code; ``"joined"``: it became a part of another;
        ``"renamed"``: it has its code still.
    now
        The code that took over: of the same area, or of the one it became part of, or of the prefecture among whose
        districts it was divided.
    """

    code: str
    name: str
    gone: str
    how: str
    now: str


def _changes() -> tuple[Change, ...]:
    lines = Path(__file__).with_name("changes.tsv").read_text("utf-8").splitlines()
    return tuple(Change(*line.split("\t")) for line in lines[1:])


CHANGES: tuple[Change, ...] = _changes()
"""Every change since about 1999 that we know, by code; each code is gone at most once."""

_SUCCESSOR: Mapping[str, Change] = {change.code: change for change in CHANGES if change.how != "renamed"}
_PREDECESSOR: Mapping[str, Change] = {change.now: change for change in CHANGES if change.how == "moved"}


def _in_force(code: str) -> str:
    while code in _SUCCESSOR:
        code = _SUCCESSOR[code].now
    return code


RECODED: Mapping[str, str] = {old: _in_force(old) for old in _SUCCESSOR}
"""Old code → the code in force."""


def plain_code(code: str) -> str | None:
    """Return the six digits of an adcode, also of the nine and twelve digits used below county level, or None."""
    digits = code.strip()
    known = len(digits) in (6, 9, 12) and digits.isascii() and digits.isdigit() and digits[:2] in PROVINCE_DIGITS
    return digits[:6] if known else None


def current_code(code: str) -> str | None:
    """Return the adcode in force for ``code``, which may be an older one; None where it is no adcode."""
    plain = _whole_province(code)
    return None if plain is None else RECODED.get(plain, plain)


def code_on(code: str, day: date) -> str | None:
    """
    Return the adcode that the area of ``code`` had on ``day``; None where it is no adcode.

    A code already gone on that day leads to its successors of then. A newer code leads back to the one before where
    the area is the same; one made of several has no older code and keeps its own.

    Parameters
    ----------
    day
        Compared by its month with ``Change.gone``.
    """
    month = day.isoformat()[:7]
    at = _whole_province(code)
    if at is None:
        return None
    while at in _SUCCESSOR and _SUCCESSOR[at].gone <= month:
        at = _SUCCESSOR[at].now
    while at in _PREDECESSOR and _PREDECESSOR[at].gone > month:
        at = _PREDECESSOR[at].code
    return at


def _whole_province(code: str) -> str | None:
    plain = plain_code(code)
    whole = plain is not None and plain[:2] in WHOLE_PROVINCES - {"71"} and plain[4:] == "00"
    return plain[:2] + "0000" if plain is not None and whole else plain


def province_of(code: str) -> str | None:
    """Return the adcode of the province that ``code`` lies in, or None where it is no adcode."""
    plain = plain_code(code)
    return None if plain is None else plain[:2] + "0000"


def prefecture_of(code: str) -> str | None:
    """
    Return the adcode of the prefecture-level area that ``code`` lies in.

    A municipality, Taiwan, Hong Kong and Macao are each one area (``"110105"`` → ``"110000"``); a county or city
    governed by its province directly is an area of its own (``"429004"``). None where ``code`` is no adcode, or names
    a province that has prefectures.
    """
    plain = current_code(code)
    if plain is None:
        return None
    if plain[:2] in WHOLE_PROVINCES:
        return plain[:2] + "0000"
    if plain[2:] == "0000" or plain[2:] == "9000":
        return None
    if plain[2:4] == "90":
        return plain
    return current_code(plain[:4] + "00")
