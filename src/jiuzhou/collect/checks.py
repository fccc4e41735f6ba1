"""What a row must keep to by itself: values there, of their kind, in range, and not contradicting one another."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.draft import Draft
from jiuzhou.collect.findings import shown
from jiuzhou.collect.numbers import other_currency
from jiuzhou.kernel.arrays import mask_of
from jiuzhou.kernel.column import Column, Kind
from jiuzhou.kernel.message import Json

_INTERVALS = (
    *(("active_from", "active_to"), ("valid_from", "valid_to"), ("starts_at", "ends_at"), ("starts_on", "ends_on")),
    ("opened_at", "closed_at"),
)


def check_rows(draft: Draft) -> None:
    """Add every problem a row has by itself: required columns first, then the others, then places and intervals."""
    columns = [column for column in draft.spec.columns if column.name in draft.headings]
    for column in sorted(columns, key=lambda item: not item.required):
        _check_column(draft, column)
    _check_place(draft)
    _check_intervals(draft)
    _check_currency(draft)


def _check_column(draft: Draft, column: Column) -> None:
    values, name = draft.values[column.name], column.name
    bad = draft.bad[name]
    if bad.any():
        draft.blame(name, f"collect.bad_{column.kind}", bad, value=shown(draft.text(name)))
    if column.required and name != "line_no":
        draft.blame(name, "collect.missing_value", mask_of(values.is_null()) & ~bad)
    if column.choices:
        other = mask_of(pc.fill_null(pc.invert(pc.is_in(values, value_set=pa.array(column.choices))), False))
        other &= mask_of(values.is_valid())
        draft.blame(name, "collect.unknown_choice", other, value=shown(values), known=", ".join(column.choices))
    if column.low is not None or column.high is not None:
        _check_range(draft, column, values)


def _check_range(draft: Draft, column: Column, values: pa.Array) -> None:
    outside = np.zeros(len(values), dtype=bool)
    sizes = values.cast(pa.float64(), safe=False)  # a whole number beyond 2^53 needs no exact size
    if column.low is not None:
        outside |= mask_of(pc.fill_null(pc.less(sizes, column.low), False))
    if column.high is not None:
        outside |= mask_of(pc.fill_null(pc.greater(sizes, column.high), False))
    if not outside.any():
        return
    texts = shown(draft.text(column.name))
    if column.name == "lat" and "lon" in draft.values:
        swapped = outside & _swapped(draft)
        draft.blame("lat", "collect.swapped_place", swapped, value=texts, lon=shown(draft.text("lon")))
        outside &= ~swapped
    code, limits = _limits(column)
    draft.blame(column.name, code, outside, value=texts, **limits)


def _limits(column: Column) -> tuple[str, dict[str, Json]]:
    if column.low is not None and column.high is not None:
        return "collect.out_of_range", {"low": column.low, "high": column.high}
    if column.low is not None:
        return "collect.too_small", {"low": column.low}
    return "collect.too_large", {"high": column.high}


def _swapped(draft: Draft) -> np.ndarray:
    # Inside the world only after swapping: asked about, never done in silence.
    lat, lon = draft.values["lat"], draft.values["lon"]
    fits = pc.and_(pc.less_equal(pc.abs(lat), 180), pc.less_equal(pc.abs(lon), 90))
    return mask_of(pc.fill_null(fits, False))


def _check_place(draft: Draft) -> None:
    if "lat" not in draft.values or "lon" not in draft.values or "lat" not in draft.headings:
        return
    lat, lon = draft.values["lat"], draft.values["lon"]
    nowhere = mask_of(pc.fill_null(pc.and_(pc.equal(lat, 0), pc.equal(lon, 0)), False))
    draft.blame("lat", "collect.no_place", nowhere)
    for one, other in (("lat", "lon"), ("lon", "lat")):
        half = mask_of(draft.values[one].is_valid()) & mask_of(draft.values[other].is_null()) & ~draft.bad[other]
        draft.blame(other, "collect.half_place", half, other=draft.heading(one))


def _check_intervals(draft: Draft) -> None:
    for first, last in _INTERVALS:
        if first in draft.headings and last in draft.headings:
            wrong = mask_of(pc.fill_null(pc.less(draft.values[last], draft.values[first]), False))
            if wrong.any():
                told = {"value": shown(draft.text(last)), "start": shown(draft.text(first))}
                draft.blame(last, "collect.ends_before_start", wrong, **told)


def _check_currency(draft: Draft) -> None:
    count, book = len(draft.rows), draft.settings.currency
    currencies = draft.values.get("currency") if "currency" in draft.headings else None
    stated = pa.array([book] * count, pa.string()) if currencies is None else pc.fill_null(currencies, book)
    for column in draft.spec.columns:
        if column.kind is Kind.MONEY and column.name in draft.headings:
            source = draft.raw.table[draft.headings[column.name]]
            if pa.types.is_string(source.type) or pa.types.is_large_string(source.type):
                texts = draft.text(column.name)
                wrong = other_currency(texts, stated)
                told = {"value": shown(texts), "currency": stated}
                draft.blame(column.name, "collect.other_currency", wrong, **told)
