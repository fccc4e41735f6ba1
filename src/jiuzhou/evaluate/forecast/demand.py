"""From order lines to the demand of each region and product by week, and on to the weeks to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.evaluate.forecast.predicting import LEAST_WEEKS, RANGE, Predicted, predict
from jiuzhou.evaluate.forecast.season import YEAR_WEEKS
from jiuzhou.evaluate.prepare import Known
from jiuzhou.geo.codes import province_of
from jiuzhou.kernel.arrays import Floats, Ints, floats, integers
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.scores import FORECAST

WEEKS_BACK = 4 * YEAR_WEEKS
"""Weeks of history that are looked at."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    Demand to come.

    Attributes
    ----------
    table
        Table ``FORECAST``: pieces where the Book has quantities, else amounts in its currency.
    unit
        ``quantity`` or ``amount``; empty without a forecast.
    predicted
        How it was made and how far earlier ones were off; ``None`` without.
    notes
        What a reader must know.
    """

    table: pa.Table
    unit: str
    predicted: Predicted | None
    notes: tuple[Message, ...]

    def to_json(self) -> dict[str, Any]:
        """Return how it was made as plain values, for ``forecast.json``."""
        if self.predicted is None:
            return {"unit": "", "method": "", "trials": []}
        return {
            "unit": self.unit,
            "method": self.predicted.method,
            "trust": round(self.predicted.trust, 4),
            "range": RANGE,
            "trials": [
                {"weeks": trial.weeks, **{name: _plain(found) for name, found in trial.by_method.items()}}
                for trial in self.predicted.trials
            ],
        }


def forecast_demand(known: Known, engine: ibis.BaseBackend, *, horizon: int) -> Forecast:
    """
    Return the demand of each region and product in the ``horizon`` weeks from ``known.as_of`` on.

    Regions are provinces, and whole codes where a code is no adcode. Weeks are counted back from the day, so that the
    last one is whole. Returns count against the week in which they came; a week has at least no demand.
    """
    if not horizon or "lines" not in known.has:
        return _none()
    sold = engine.to_pyarrow(_weekly(known, engine))
    if not sold.num_rows:
        return _none()
    unit = "quantity" if pc.any(pc.is_valid(sold["quantity"])).as_py() else "amount"
    series, values = _matrix(sold, unit)
    weeks = values.shape[1]
    if not len(values):
        return _none()
    if weeks < LEAST_WEEKS:
        return _none(say("evaluate.forecast_too_short", weeks=weeks, least=LEAST_WEEKS))
    predicted = predict(values, known.as_of - timedelta(weeks=weeks), horizon)
    return Forecast(_table(series, predicted, known.as_of), unit, predicted, _notes(predicted, horizon))


def _none(*notes: Message) -> Forecast:
    return Forecast(FORECAST.empty_table(), "", None, notes)


def _weekly(known: Known, engine: ibis.BaseBackend) -> ir.Table:
    lines = known["lines"]
    eve = ibis.literal(known.as_of)
    lines = lines.mutate(eve=eve)
    back = (lines.eve.delta(lines.day, unit="day") - 1) // 7
    lines = lines.mutate(back=back.cast("int64")).join(_regions(known, engine), "customer_id")
    lines = lines.filter(lines.back < WEEKS_BACK)
    grouped = lines.group_by("region_code", "product_id", "back")
    summed = grouped.aggregate(quantity=lines.quantity.sum(), amount=lines.amount.sum())
    return summed.order_by("region_code", "product_id", "back")


def _regions(known: Known, engine: ibis.BaseBackend) -> ir.Table:
    """Return the customers with the province of each, or its whole code: before the lines are summed up, not after."""
    where = engine.to_pyarrow(known["customers"].select("customer_id", "region_code"))
    codes = pc.dictionary_encode(where["region_code"].combine_chunks(), null_encoding="encode")
    names = [province_of(code or "") or code or None for code in codes.dictionary.to_pylist()]
    named = pa.array(names, pa.string()).take(codes.indices)
    return ibis.memtable(pa.table({"customer_id": where["customer_id"], "region_code": named}))


def _matrix(sold: pa.Table, unit: str) -> tuple[pa.Table, Floats]:
    """Return the regions and products that anything was sold of, and the demand of each by week."""
    regions, region = _encoded(sold["region_code"])
    products, product = _encoded(sold["product_id"])
    series, place = np.unique(region * len(products) + product, return_inverse=True)
    back = integers(sold["back"], missing=0)
    weeks = int(back.max()) + 1
    values = np.zeros((len(series), weeks))
    np.add.at(values, (place, weeks - 1 - back), floats(sold[unit], missing=0.0))
    sells = values.max(axis=1) > 0
    which, of = np.divmod(series[sells], len(products))
    named = {"region_code": regions.take(pa.array(which)), "product_id": products.take(pa.array(of))}
    return pa.table(named), np.maximum(values[sells], 0.0)


def _encoded(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Return the values there are, ascending with none last, and which of them each is."""
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    names = encoded.dictionary.to_pylist()
    known = sorted({name for name in names if name is not None})
    place = {name: at for at, name in enumerate([*known, None])}
    at = np.array([place[name] for name in names], dtype=np.int64)
    return pa.array([*known, None], pa.string()), at[integers(encoded.indices, missing=0)]


def _table(series: pa.Table, predicted: Predicted, as_of: date) -> pa.Table:
    count, horizon = predicted.mean.shape
    rows = pa.array(np.repeat(np.arange(count), horizon))
    weeks = pa.array([as_of + timedelta(weeks=week) for week in range(horizon)] * count, pa.date32())
    columns = {name: series[name].take(rows) for name in series.column_names} | {"week": weeks}
    for name in ("mean", "low", "high"):
        columns[name] = pa.array(np.round(getattr(predicted, name).reshape(-1), 4))
    return pa.table(columns).cast(FORECAST)


def _notes(predicted: Predicted, horizon: int) -> tuple[Message, ...]:
    tried = [trial.by_method[predicted.method] for trial in predicted.trials]
    tried = [one for one in tried if not np.isnan(one.bias)]
    if not tried:
        return (say("evaluate.forecast_untried", weeks=horizon),)
    off = float(np.mean([abs(one.bias) for one in tried]))
    code = "evaluate.forecast_season" if predicted.method == "season" else "evaluate.forecast_plain"
    return (say(code, trials=len(tried), weeks=horizon, off=round(off, 4)),)


def _plain(found: Any) -> dict[str, float | None]:
    names = ("mase", "bias", "wape")
    return {name: None if np.isnan(getattr(found, name)) else round(getattr(found, name), 4) for name in names}
