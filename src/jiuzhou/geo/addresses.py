"""
Chinese addresses as text → the division they lie in, without a network.

A dictionary reading: the longest name at each place, over all names of the gazetteer; a name must lie in what was read
before it, so that 南京 in 上海市南京东路 is no city. Nothing is learnt from data; the figures in `benchmarks/README.md`
come from addresses labelled by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jiuzhou.geo.codes import current_code
from jiuzhou.geo.divisions import Level
from jiuzhou.geo.lexicon import Ints, division_codes, lexicon

SURE = 0.8
"""From this confidence on a reading is right in at least 95 of 100 addresses."""

_LEVELS = pa.array(["province", "prefecture", "district"], pa.string())


@dataclass(frozen=True, slots=True)
class Located:
    """
    Where an address lies.

    Attributes
    ----------
    code
        Adcode in force of the most exact division that the address names; None where nothing says it, or where
        several divisions are as likely and no upper one was named.
    level
        Level of ``code``; None without one.
    confidence
        How likely ``code`` is the most exact division named, in [0, 1]: the trust in the kind of name (a full name
        0.98, a former one 0.93, a short one 0.94, pinyin 0.92, a zone 0.78 to 0.93), the lowest of all names read;
        times the share of the division among those that the names allow; less where a short district name opens the
        address, or a name stands apart behind other words. At most 0.45 where several remain (``code`` is then what
        all of them lie in), and at most 0.6 where two parts contradict each other.
    candidates
        Codes of all divisions that the names allow, at most 8; empty where it is one.
    """

    code: str | None
    level: Level | None
    confidence: float
    candidates: tuple[str, ...]


def locate(address: str, within: str | None = None) -> Located:
    """
    Return the division in which ``address`` lies.

    Parameters
    ----------
    within
        Adcode of a division, also an older one, in which it is known to lie; names elsewhere are passed over. One
        that the division tree does not have says nothing.
    """
    regions = None if within is None else pa.array([within], pa.string())
    row = locate_all(pa.array([address], pa.string()), regions).to_pylist()[0]
    return Located(row["region_code"], row["level"], row["confidence"], tuple(row["candidates"]))


def locate_all(addresses: pa.Array, regions: pa.Array | None = None) -> pa.Table:
    """
    Return the divisions of ``addresses``; equal texts are read once.

    Parameters
    ----------
    addresses
        Texts, shape ``(n,)``; null gives no division.
    regions
        Adcode in which each address is known to lie, shape ``(n,)``, null where unknown; see ``locate``.

    Returns
    -------
    pa.Table
        Columns ``region_code`` (string), ``level`` (string), ``confidence`` (float64), ``candidates`` (list of
        string), shape ``(n,)``; what they say is told by ``Located``.
    """
    words = _encoded(addresses)
    places = np.full(1, -1, dtype=np.int32)
    pick = words.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    texts = words.dictionary
    if regions is not None:
        known = _encoded(regions)
        places = _rows_of(known.dictionary)
        both = pick * (len(places)) + known.indices.to_numpy(zero_copy_only=False)
        distinct, pick = np.unique(both, return_inverse=True)
        texts, places = texts.take(pa.array(distinct // len(places))), places[distinct % len(places)]
    else:
        places = np.full(len(texts), -1, dtype=np.int32)
    return _read(texts, places).take(pa.array(pick.reshape(-1)))


def warm() -> None:
    """Compile the reading, or load it from numba's cache."""
    locate("江苏省苏州市")


def _encoded(values: pa.Array) -> pa.DictionaryArray:
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.fill_null(pc.cast(whole, pa.string()), "").dictionary_encode()


def _rows_of(codes: pa.Array) -> Ints:
    row = {code: at for at, code in enumerate(division_codes())}
    found = (row.get(current_code(code) or "", -1) for code in codes.to_pylist())
    return np.fromiter(found, dtype=np.int32, count=len(codes))


def _read(texts: pa.Array, within: Ints) -> pa.Table:
    from jiuzhou.geo.compiled_choice import no_readings, read_texts

    wide = texts.cast(pa.large_string())
    offsets, data = _buffers(wide)
    out = no_readings(len(texts))
    read_texts(lexicon(), data, offsets, within, out)
    codes = pa.array(division_codes(), pa.string())
    missing = out.node < 0
    level = lexicon().meanings.division[out.node, 2] - 1
    starts = np.concatenate([[0], np.cumsum(out.number)]).astype(np.int32)
    used = np.arange(out.others.shape[1]) < out.number[:, None]
    return pa.table(
        {
            "region_code": codes.take(pa.array(out.node, mask=missing)),
            "level": _LEVELS.take(pa.array(level, mask=missing)),
            "confidence": pa.array(out.confidence.astype(np.float64).round(3)),
            "candidates": pa.ListArray.from_arrays(pa.array(starts), codes.take(pa.array(out.others[used]))),
        }
    )


def _buffers(texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return places, np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, dtype=np.uint8)
