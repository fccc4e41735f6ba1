"""Moments are UTC; people's days are in their zone. The two conversions, for whole columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_STEP_US = 900_000_000  # no zone changes its clock within a quarter of an hour
_STEPS_A_WEEK = 7 * 24 * 4
_SORTED_FROM = 10_000_000  # quarters of an hour in 285 years; beyond, a sort needs less memory than a table
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = pa.timestamp("us", tz="UTC")


def to_utc(naive: pa.Array, zone: str) -> pa.Array:
    """
    Return the UTC moments of wall-clock times in ``zone``.

    Parameters
    ----------
    naive
        ``timestamp('us')`` without zone. A time that a clock change skips or repeats is read as the earlier offset.
    zone
        IANA name, such as ``Asia/Shanghai``.

    Returns
    -------
    pa.Array
        ``timestamp('us', tz='UTC')``; nulls stay null.
    """
    micros, valid = _micros(naive)
    return _moments(micros - _offsets(micros, zone, is_utc=False), valid, MOMENT)


def to_local(moments: pa.Array, zone: str) -> pa.Array:
    """
    Return the wall-clock times in ``zone`` of UTC moments.

    Parameters
    ----------
    moments
        ``timestamp('us', tz='UTC')``.
    zone
        IANA name.

    Returns
    -------
    pa.Array
        ``timestamp('us')`` without zone; cast to ``date32`` for the day.
    """
    micros, valid = _micros(moments)
    return _moments(micros + _offsets(micros, zone, is_utc=True), valid, pa.timestamp("us"))


def local_days(moments: pa.Array, zone: str) -> pa.Array:
    """Return the calendar day in ``zone`` of each UTC moment, as ``date32``."""
    return pc.cast(pc.floor_temporal(to_local(moments, zone), unit="day"), pa.date32())


def _micros(times: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    array = times.combine_chunks() if isinstance(times, pa.ChunkedArray) else times
    valid = np.asarray(pc.is_valid(array).to_numpy(zero_copy_only=False), dtype=bool)
    whole = pc.fill_null(pc.cast(array, pa.int64()), 0)
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.int64), valid


def _moments(micros: np.ndarray, valid: np.ndarray, kind: pa.DataType) -> pa.Array:
    return pa.array(micros, mask=~valid).cast(kind)


def _offsets(micros: np.ndarray, zone: str, *, is_utc: bool) -> np.ndarray:
    # Looked up once for each week, or quarter of an hour of a week in which clocks change, rather than for each row.
    steps, place = _distinct(micros // _STEP_US)
    weeks, of_week = _distinct(steps // _STEPS_A_WEEK)
    # Clocks change at most once a week: where both ends of one agree, so does all between them.
    begin = np.array([_offset_at(week * _STEPS_A_WEEK, zone, is_utc) for week in weeks.tolist()], dtype=np.int64)
    end = np.array([_offset_at((week + 1) * _STEPS_A_WEEK, zone, is_utc) for week in weeks.tolist()], dtype=np.int64)
    offsets = begin[of_week]
    odd = np.flatnonzero((begin != end)[of_week])
    offsets[odd] = [_offset_at(step, zone, is_utc) for step in steps[odd].tolist()]
    return np.asarray(offsets[place])


def _distinct(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not len(steps):
        return steps, steps
    low = int(steps.min())
    span = int(steps.max()) - low + 1
    if span > _SORTED_FROM:
        found, place = np.unique(steps, return_inverse=True)
        return found, place.reshape(-1)
    there = np.zeros(span, dtype=bool)
    there[steps - low] = True
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[steps - low]


@lru_cache(maxsize=1 << 17)
def _offset_at(step: int, zone: str, is_utc: bool) -> int:
    moment = _EPOCH + timedelta(minutes=15 * step)
    zone_info = ZoneInfo(zone)
    local = moment.astimezone(zone_info) if is_utc else moment.replace(tzinfo=zone_info)
    return (local.utcoffset() or timedelta()) // timedelta(microseconds=1)
