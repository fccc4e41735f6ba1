"""Amounts in other currencies, turned into the Book's own by a table of rates; what was stated is kept beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.draft import Draft
from jiuzhou.collect.numbers import round_money
from jiuzhou.kernel.arrays import Ints, Mask, integers, mask_of
from jiuzhou.kernel.moments import local_days

STATED_AMOUNT, STATED_CURRENCY = "stated_amount", "stated_currency"
"""Columns of a converted table: amount and currency as the source has them; empty where nothing was converted."""

_DATED = {"orders": "ordered_at", "payments": "paid_at"}
_AMOUNTS = {"orders": ("amount", "cost"), "payments": ("amount",)}
_RATE = pa.decimal128(18, 8)


@dataclass(frozen=True, slots=True)
class Rates:
    """
    What one unit of a currency is worth in the Book's own.

    Attributes
    ----------
    days, values
        By ISO 4217 code, the days from which on a rate holds (after 1970-01-01, ascending) and the rates beside them.
    """

    days: Mapping[str, Ints]
    values: Mapping[str, pa.Array]

    def on(self, currency: str, days: Ints) -> tuple[pa.Array, Mask]:
        """Return the rate of a currency in force on each day, and where there is one, shape ``(n,)`` each."""
        if currency not in self.days:
            return pa.nulls(len(days), _RATE), np.zeros(len(days), dtype=bool)
        place = np.searchsorted(self.days[currency], days, side="right") - 1
        known = place >= 0
        return self.values[currency].take(pa.array(place, mask=~known)), known


def rates_of(table: pa.Table) -> Rates:
    """Return the rates in a Book's table ``rates``."""
    table = table.sort_by([("currency", "ascending"), ("valid_from", "ascending")])
    days, values = {}, {}
    for currency in pc.unique(table["currency"]).to_pylist():
        rows = table.filter(pc.equal(table["currency"], currency))
        days[currency] = integers(rows["valid_from"], missing=0)
        values[currency] = pc.round(rows["rate"].combine_chunks(), 8).cast(_RATE, safe=False)
    return Rates(days, values)


def convert(draft: Draft, rates: Rates | None) -> None:
    """
    Turn amounts in another currency into the Book's, at the rate of their day; one without a rate stays in doubt.

    Only tables whose rows name their currency are looked at, and only where there are rates at all.
    """
    amounts = [name for name in _AMOUNTS.get(draft.spec.name, ()) if name in draft.values]
    if rates is None or "currency" not in draft.headings or not amounts:
        return
    stated, own = draft.values["currency"], draft.settings.currency
    foreign = mask_of(pc.fill_null(pc.not_equal(stated, own), False))
    whole = [draft.values[name] for name in amounts]
    draft.values[STATED_AMOUNT] = pa.nulls(len(stated), whole[0].type)
    draft.values[STATED_CURRENCY] = pa.nulls(len(stated), pa.string())
    if not foreign.any():
        return
    moments = draft.values[_DATED[draft.spec.name]]
    days = integers(local_days(moments, draft.settings.zone), missing=-(1 << 40))
    rate, converted = _rates_of_rows(rates, stated, foreign, days)
    for name, values in zip(amounts, whole, strict=True):
        product = round_money(pc.multiply(values, rate))
        draft.values[name] = pc.if_else(pa.array(converted), product, values)
    nothing = pa.scalar(None, whole[0].type), pa.scalar(None, pa.string())
    draft.values[STATED_AMOUNT] = pc.if_else(pa.array(converted), whole[0], nothing[0])
    draft.values[STATED_CURRENCY] = pc.if_else(pa.array(converted), stated, nothing[1])
    draft.values["currency"] = pc.if_else(pa.array(converted), own, stated)
    draft.doubts.add(draft.heading("currency"), "collect.no_rate", foreign & ~converted, value=stated, own=own)


def _rates_of_rows(rates: Rates, stated: pa.Array, foreign: Mask, days: Ints) -> tuple[pa.Array, Mask]:
    found, known = pa.nulls(len(stated), _RATE), np.zeros(len(stated), dtype=bool)
    for currency in pc.unique(stated.filter(pa.array(foreign))).to_pylist():
        rows = foreign & mask_of(pc.fill_null(pc.equal(stated, currency), False))
        of_rows, there = rates.on(currency, days[rows])
        found = pc.replace_with_mask(found, pa.array(rows), of_rows)
        known[rows] = there
    return found, known
