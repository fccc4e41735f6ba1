"""A column of any source as the kind its name says, with the cells that are no such thing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.days import parse_day, parse_moment, plausible
from jiuzhou.collect.numbers import (
    MONEY_LIMIT,
    NUMBER_LIMIT,
    parse_integer,
    parse_money,
    parse_number,
    parse_yes_no,
    round_money,
)
from jiuzhou.kernel.column import ARROW, Kind
from jiuzhou.kernel.moments import MOMENT, local_days, to_utc

_NOTHING = pa.array(["", "NULL", "null", "N/A", "n/a", "#N/A", r"\N", "-", "--", "—", "——", "/"])
"""What people write in a cell of numbers or days that holds none. Texts keep them: somebody is called Null."""

_NOT_YET_COMPOSED = "[^\x00-\x7f\u3000-\u3029\u4e00-\u9fff\uff01-\uff5e]"
"""Signs outside those of ordinary Chinese texts, none of which Unicode's composition changes."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """
    A column read as its kind.

    Attributes
    ----------
    values
        In the Arrow type of the kind; null where the cell was blank or bad.
    bad
        Cells that hold something which is not of the kind, shape ``(n,)``.
    """

    values: pa.Array
    bad: np.ndarray


def parse(column: pa.ChunkedArray | pa.Array, kind: Kind, *, zone: str, serials: bool = False) -> Parsed:
    """
    Return ``column`` as ``kind``.

    Parameters
    ----------
    column
        Texts, or values of a type that means the same; any other type is read through its text.
    zone
        IANA name of the zone in which times without offset are read.
    serials
        Whether a bare number may be a spreadsheet's day.
    """
    values = plain(column)
    if pa.types.is_null(values.type):
        return Parsed(pa.nulls(len(values), ARROW[kind]), np.zeros(len(values), dtype=bool))
    typed = _typed(values, kind, zone)
    if typed is not None:
        return typed
    texts = pc.utf8_trim_whitespace(as_text(values))
    return _text(texts) if kind is Kind.TEXT else _by_distinct(texts, kind, zone, serials)


def plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return ``column`` as one array, its dictionary resolved and its texts of the one text type."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    is_text = pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type)
    return values.cast(pa.string()) if is_text else values


def as_text(values: pa.Array) -> pa.Array:
    """Return each value as the text a person would write; whole floats without ``.0``, since ids often come as such."""
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind):
        return _float_text(values.cast(pa.float64()))
    if pa.types.is_nested(kind):
        given = values.to_pylist()
        return pa.array([_json(value) for value in given], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if value is None else value.hex() for value in values.to_pylist()], pa.string())
    if pa.types.is_decimal(kind):
        return pa.array([None if value is None else _decimal_text(value) for value in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _typed(values: pa.Array, kind: Kind, zone: str) -> Parsed | None:
    given = values.type
    fine = np.zeros(len(values), dtype=bool)
    if kind is Kind.LIST and pa.types.is_list(given) and pa.types.is_string(given.value_type):
        return Parsed(values.cast(ARROW[kind]), fine)
    if kind is Kind.YES_NO and pa.types.is_boolean(given):
        return Parsed(values, fine)
    if kind in (Kind.DAY, Kind.MOMENT) and (pa.types.is_date(given) or pa.types.is_timestamp(given)):
        return _typed_time(values, kind, zone)
    if kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY) and pa.types.is_integer(given):
        return _bounded(values.cast(pa.float64(), safe=False), values, kind)
    if kind in (Kind.NUMBER, Kind.MONEY) and pa.types.is_floating(given):
        return _bounded(values.cast(pa.float64()), values, kind)
    if kind is Kind.MONEY and pa.types.is_decimal(given):
        return _bounded(values.cast(pa.float64()), values, kind)
    return None


def _bounded(size: pa.Array, values: pa.Array, kind: Kind) -> Parsed:
    limit = MONEY_LIMIT if kind is Kind.MONEY else NUMBER_LIMIT
    fits = pc.less(pc.abs(size), limit)  # NaN is less than nothing
    bad = np.array(pc.fill_null(pc.invert(fits), False).to_numpy(zero_copy_only=False), dtype=bool)
    kept = pc.if_else(fits, values, pa.scalar(None, values.type))
    if kind is not Kind.MONEY:
        return Parsed(kept.cast(ARROW[kind], safe=False), bad)
    if pa.types.is_decimal(kept.type):
        return Parsed(round_money(kept), bad)
    wide = kept.cast(pa.decimal128(38, 4)) if pa.types.is_integer(kept.type) else pc.round(kept.cast(pa.float64()), 4)
    return Parsed(wide.cast(ARROW[kind]), bad)


def _typed_time(values: pa.Array, kind: Kind, zone: str) -> Parsed:
    days = values.cast(pa.date32(), safe=False) if not pa.types.is_timestamp(values.type) else _days_of(values)
    good = plausible(days)
    kept = pc.if_else(pa.array(good), values, pa.scalar(None, values.type))
    aware = pa.types.is_timestamp(kept.type) and kept.type.tz is not None
    if kind is Kind.DAY:
        is_day = pa.types.is_date(kept.type)
        read = local_days(kept.cast(MOMENT, safe=False), zone) if aware else kept.cast(pa.date32(), safe=is_day)
    elif aware:
        read = kept.cast(MOMENT, safe=False)
    else:
        read = to_utc(kept.cast(pa.timestamp("us"), safe=False), zone)
    return Parsed(read, ~good)


def _days_of(values: pa.Array) -> pa.Array:
    # Through the count of ticks: a far moment must not overflow before it was looked at.
    ticks = values.cast(pa.int64())
    per_day = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}[values.type.unit]
    whole = np.asarray(pc.fill_null(ticks, 0).to_numpy(zero_copy_only=False)) // per_day
    return pa.array(np.clip(whole, -(2**31), 2**31 - 1).astype(np.int32)).cast(pa.date32())


def _text(texts: pa.Array) -> Parsed:
    if not pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        texts = _composed(texts)
    blank = pc.equal(texts, "")
    bad = pc.fill_null(pc.match_substring(texts, "\0"), False)
    bad_mask = np.array(bad.to_numpy(zero_copy_only=False), dtype=bool)
    return Parsed(pc.if_else(pc.or_(blank, bad), pa.scalar(None, pa.string()), texts), bad_mask)


def _composed(texts: pa.Array) -> pa.Array:
    # One spelling of é, or two twins would be two customers. Most Chinese texts have nothing to be composed.
    open_to_it = pc.fill_null(pc.match_substring_regex(texts, _NOT_YET_COMPOSED), False)
    if not pc.any(open_to_it).as_py():
        return texts
    return pc.replace_with_mask(texts, open_to_it, pc.utf8_normalize(texts.filter(open_to_it), "NFC"))


def _by_distinct(texts: pa.Array, kind: Kind, zone: str, serials: bool) -> Parsed:
    # Columns repeat themselves: each distinct cell is read once.
    encoded = texts.dictionary_encode()
    distinct = encoded.dictionary
    blank = pc.is_in(distinct, value_set=_NOTHING)
    full = distinct.filter(pc.invert(blank))
    values, good = _read(full, kind, zone, serials)
    place = np.full(len(distinct) + 1, -1, dtype=np.int64)
    place[np.flatnonzero(~np.asarray(blank.to_numpy(zero_copy_only=False), dtype=bool))] = np.arange(len(full))
    index = pc.fill_null(encoded.indices, len(distinct)).to_numpy(zero_copy_only=False)
    where = place[index]
    bad_of = np.append(~good, False)  # the last place is that of blanks
    return Parsed(values.take(pa.array(where, mask=where < 0)), bad_of[where])


def _read(texts: pa.Array, kind: Kind, zone: str, serials: bool) -> tuple[pa.Array, np.ndarray]:
    if kind is Kind.DAY:
        return parse_day(texts, serials=serials)
    if kind is Kind.MOMENT:
        return parse_moment(texts, zone, serials=serials)
    read = {
        Kind.INTEGER: parse_integer,
        Kind.NUMBER: parse_number,
        Kind.MONEY: parse_money,
        Kind.YES_NO: parse_yes_no,
        Kind.LIST: _parse_list,
    }[kind]
    return read(texts)


def _parse_list(texts: pa.Array) -> tuple[pa.Array, np.ndarray]:
    lists = [_items(text) for text in texts.to_pylist()]
    return pa.array(lists, ARROW[Kind.LIST]), np.array([items is not None for items in lists], dtype=bool)


def _items(text: str) -> list[str] | None:
    if not text.startswith("["):
        return [item.strip() for item in re.split("[|;；、]", text) if item.strip()]
    try:
        items = json.loads(text)
    except ValueError:
        return None
    plain_items = isinstance(items, list) and all(isinstance(item, str | int) for item in items)
    return [str(item) for item in items] if plain_items else None


def _float_text(values: pa.Array) -> pa.Array:
    # Not-a-number is how some tools write an empty cell, and is no id.
    given = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
    whole = pc.and_(pc.equal(pc.floor(given), given), pc.less(pc.abs(given), 1e15))
    digits = pc.if_else(whole, given, pa.scalar(None, pa.float64())).cast(pa.int64()).cast(pa.string())
    odd = pc.fill_null(pc.invert(whole), False)
    rest = [repr(value) for value in given.filter(odd).to_pylist()]
    return pc.replace_with_mask(digits, odd, pa.array(rest, pa.string()))


def _decimal_text(value: Decimal) -> str:
    return f"{value:f}"


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
