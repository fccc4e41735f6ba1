"""Moments are UTC; people's days are in their zone. The two conversions, for whole columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_STEP_US = 900_000_000  # no zone changes its clock within a quarter of an hour
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
    # Looked up once for each distinct quarter of an hour rather than for each row.
    zone_info = ZoneInfo(zone)
    steps, place = np.unique(micros // _STEP_US, return_inverse=True)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    offsets = np.empty(len(steps), dtype=np.int64)
    for index, step in enumerate(steps.tolist()):
        moment = epoch + timedelta(minutes=15 * step)
        local = moment.astimezone(zone_info) if is_utc else moment.replace(tzinfo=zone_info)
        offset = local.utcoffset() or timedelta()
        offsets[index] = offset // timedelta(microseconds=1)
    return offsets[place.reshape(-1)]
