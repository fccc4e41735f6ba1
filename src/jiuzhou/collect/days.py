"""Days and moments as people write them; years stand first, because 3/5 is March in one country and May in another."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.numbers import narrow
from jiuzhou.kernel.moments import MOMENT, to_utc

FIRST_YEAR, LAST_YEAR = 1901, 2199
"""Days outside are placeholders such as 1900-01-00 or slips such as 20204, and are refused."""

_DAY_US = 86_400_000_000
_START = (date(FIRST_YEAR, 1, 1) - date(1970, 1, 1)).days
_END = (date(LAST_YEAR + 1, 1, 1) - date(1970, 1, 1)).days
_SERIAL_START = (date(1899, 12, 30) - date(1970, 1, 1)).days
_FORM = (
    r"^(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"
    r"(?:(?:T|\s+)(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})(?:[.,](?P<part>[0-9]+))?)?)?"
    r"\s*(?P<half>[AaPp][Mm])?)?\s*(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_EXACT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$"
_CHINESE = (
    (r"[年月]", "-"),
    (r"日", " "),
    (r"[时点分]", ":"),
    (r"秒", ""),
    (r"[:\s]+$", ""),
)


def parse_day(texts: pa.Array, *, serials: bool = False) -> tuple[pa.Array, np.ndarray]:
    """
    Return ``texts`` as ``date32``, and which of them are days.

    Parameters
    ----------
    texts
        Not null, trimmed: ISO 8601, ``2024/3/5``, ``2024年3月5日``, ``20240305``; the time of day, if any, is left out.
    serials
        Whether ``45356`` may be a spreadsheet's day.
    """
    micros, _, good = _micros(texts, serials=serials)
    return pa.array((micros // _DAY_US).astype(np.int32), mask=~good).cast(pa.date32()), good


def parse_moment(texts: pa.Array, zone: str, *, serials: bool = False) -> tuple[pa.Array, np.ndarray]:
    """
    Return ``texts`` as UTC moments, and which of them are moments.

    Parameters
    ----------
    texts
        As for ``parse_day``; a day alone is its midnight. ``Z`` or ``+08:00`` may follow.
    zone
        IANA name of the zone in which a time without offset is read.
    """
    micros, offset_us, good = _micros(texts, serials=serials)
    here = to_utc(pa.array(micros, mask=~good).cast(pa.timestamp("us")), zone)
    known = offset_us != _NO_OFFSET
    if not known.any():
        return here, good
    there = pa.array(micros - np.where(known, offset_us, 0), mask=~good).cast(MOMENT)
    return pc.if_else(pa.array(known), there, here), good


def plausible(days: pa.Array) -> np.ndarray:
    """Return which days (``date32``, null counts as plausible) lie in the years a Book accepts, shape ``(n,)``."""
    number = pc.fill_null(days.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
    return np.asarray((number >= _START) & (number < _END), dtype=bool)


_NO_OFFSET = np.iinfo(np.int64).max


def _micros(texts: pa.Array, *, serials: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # The quick way knows only exact ISO; whatever it refuses is looked at again, part by part.
    try:
        quick = texts.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        micros, offset_us, good = _mixed(texts, serials=serials)
    else:
        micros, offset_us = quick, np.full(len(texts), _NO_OFFSET)
        good = np.ones(len(texts), dtype=bool)
    good &= (micros >= _START * _DAY_US) & (micros < _END * _DAY_US)
    return np.where(good, micros, 0), offset_us, good


def _mixed(texts: pa.Array, *, serials: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    exact = np.array(pc.match_substring_regex(texts, _EXACT).to_numpy(zero_copy_only=False), dtype=bool)
    try:
        quick = texts.filter(pa.array(exact)).cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:  # such as the 31st of February
        return _by_parts(texts, serials=serials)
    micros, offset_us = np.zeros(len(texts), dtype=np.int64), np.full(len(texts), _NO_OFFSET)
    good = exact.copy()
    micros[exact] = quick
    micros[~exact], offset_us[~exact], good[~exact] = _by_parts(texts.filter(pa.array(~exact)), serials=serials)
    return micros, offset_us, good


def _by_parts(texts: pa.Array, *, serials: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found = pc.extract_regex(_iso(texts), _FORM)
    good = np.array(pc.is_valid(found).to_numpy(zero_copy_only=False), dtype=bool)
    part = {
        name: pc.fill_null(pc.struct_field(found, name), "")
        for name in ("year", "month", "day", "hour", "minute", "second", "part", "half", "offset")
    }
    month, day, hour = _whole(part["month"]), _whole(part["day"]), _whole(part["hour"])
    minute, second = _whole(part["minute"]), _whole(part["second"])
    first = (np.maximum(_whole(part["year"]), 1) - 1970) * 12 + np.clip(month, 1, 12) - 1
    months = first.astype("datetime64[M]")
    starts = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - starts
    hour, in_half = _by_halves(hour, part["half"])
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    good &= in_half & (hour < 24) & (minute < 60) & (second < 60)
    fraction = _whole(pc.utf8_slice_codeunits(pc.utf8_rpad(part["part"], 6, "0"), 0, 6))
    micros = (starts + day - 1) * _DAY_US + ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
    offset_us, in_day = _offset(part["offset"])
    good &= in_day
    return _with_serials(texts, micros, good, offset_us) if serials else (micros, offset_us, good)


def _iso(texts: pa.Array) -> pa.Array:
    said = narrow(texts)
    chinese = pc.match_substring_regex(said, "[年月日时点]")
    if pc.any(chinese).as_py():
        plain = said.filter(chinese)
        for word, sign in _CHINESE:
            plain = pc.replace_substring_regex(plain, word, sign)
        said = pc.replace_with_mask(said, chinese, plain)
    return pc.replace_substring_regex(said, r"^([0-9]{4})([0-9]{2})([0-9]{2})($|[T\s])", r"\1-\2-\3\4")


def _whole(digits: pa.Array) -> np.ndarray:
    filled = pc.if_else(pc.equal(digits, ""), "0", digits)
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _by_halves(hour: np.ndarray, half: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    said = np.array(pc.utf8_upper(half).to_pylist(), dtype=object)
    pm, any_half = said == "PM", said != ""
    clock = np.where(any_half, hour % 12 + np.where(pm, 12, 0), hour)
    return clock, ~any_half | ((hour >= 1) & (hour <= 12))


def _offset(said: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    digits = pc.replace_substring_regex(said, "[^0-9]", "")
    hours = _whole(pc.utf8_slice_codeunits(digits, 0, 2))
    minutes = _whole(pc.utf8_slice_codeunits(digits, 2, 4))
    minus = np.array(pc.starts_with(said, "-").to_numpy(zero_copy_only=False), dtype=bool)
    none = np.array(pc.equal(said, "").to_numpy(zero_copy_only=False), dtype=bool)
    size_us = (hours * 60 + minutes) * 60_000_000
    return np.where(none, _NO_OFFSET, np.where(minus, -size_us, size_us)), (hours <= 14) & (minutes < 60)


def _with_serials(
    texts: pa.Array, micros: np.ndarray, good: np.ndarray, offset_us: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    serial = pc.match_substring_regex(texts, r"^[0-9]{3,6}(\.[0-9]+)?$")
    days = pc.fill_null(pc.if_else(serial, texts, pa.scalar(None, pa.string())).cast(pa.float64()), 0)
    is_serial = np.array(serial.to_numpy(zero_copy_only=False), dtype=bool)
    # Spreadsheets keep a time of day as a fraction of a float day: to the second is all it holds.
    seconds = np.rint(days.to_numpy(zero_copy_only=False) * 86_400).astype(np.int64)
    from_serial = _SERIAL_START * _DAY_US + seconds * 1_000_000
    return np.where(is_serial, from_serial, micros), offset_us, good | is_serial
