"""What lies within a region: administrative codes of six digits, and codes such as ``US-CA``."""

from __future__ import annotations

from collections.abc import Iterable


def region_prefixes(codes: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return what the codes within any of the regions ``codes`` start with.

    Parameters
    ----------
    codes
        Six digits as in GB/T 2260 (``440000`` is a province, ``440300`` a city, ``440305`` a district), fewer digits
        as a prefix of them, or ISO 3166-2 codes (``US``, ``US-CA``).

    Returns
    -------
    tuple[tuple[str, ...], tuple[str, ...]]
        Prefixes of the code itself, and prefixes of the code followed by ``-`` (so that ``US`` covers ``US`` and
        ``US-CA`` but not ``USX``).
    """
    digits, dashed = [], []
    for code in codes:
        if code.isdigit():
            digits.append(_significant(code))
        else:
            dashed.append(f"{code}-")
    return tuple(digits), tuple(dashed)


def is_within(region_code: str, codes: Iterable[str]) -> bool:
    """Return whether ``region_code`` is one of the regions ``codes`` or lies below one."""
    digits, dashed = region_prefixes(codes)
    return region_code.startswith(digits) or f"{region_code}-".startswith(dashed)


def _significant(code: str) -> str:
    # Two digits for each level: the zeros of the levels below are no part of the place.
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code
