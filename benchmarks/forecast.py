"""
Weekly demand of real retail, forecast and compared with what came; and the speed for many series.

    python benchmarks/forecast.py [--data FOLDER]

Online Retail II (Chen, D. 2012, UCI, CC BY 4.0): the 1,000 products with most weeks sold in the United Kingdom, 105
weeks from 2009-12-01, positive quantities, what stands in both sheets once. Their codes are in
``forecast_products.txt``. Forecasts of 12 weeks at four origins, beside plain smoothing.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from jiuzhou.evaluate.forecast.accuracy import accuracy_of
from jiuzhou.evaluate.forecast.predicting import predict
from jiuzhou.evaluate.forecast.smoothing import smooth
from jiuzhou.kernel.arrays import Floats

HERE = Path(__file__).parent
CODES = HERE / "forecast_products.txt"
WEEKS, HORIZON, SERIES = 105, 12, 1_000
FIRST = date(2009, 12, 1)
LINES = """
SELECT stock_code, date_diff('day', DATE '2009-12-01', invoice_time::DATE) // 7 AS week, sum(quantity)
FROM read_parquet(?)
WHERE country = 'United Kingdom' AND quantity > 0 AND regexp_matches(stock_code, '^[0-9]{5}')
  AND NOT (sheet = 2009 AND invoice_time >= '2010-12-01')
GROUP BY 1, 2
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    path = parser.parse_args().data / "online_retail_ii.parquet"
    if not path.is_file():
        print(f"left out: {path.name} is not there")
        return 0
    codes, values = sales(path)
    assert codes == CODES.read_text("utf-8").split(), "other products than those listed"
    print("| weeks known | method | CPU s | MASE | bias | WAPE | within the range | plain MASE | plain bias |")
    print("|--:|---|--:|--:|--:|--:|--:|--:|--:|")
    for weeks in (93, 81, 69, 57):
        told(values[:, :weeks], values[:, weeks : weeks + HORIZON])
    many = np.tile(values, (30, 1))
    began = time.process_time()
    predict(many, FIRST, HORIZON)
    print(f"{len(many):,} series of {WEEKS} weeks: {time.process_time() - began:.2f} CPU s")
    return 0


def sales(path: Path) -> tuple[list[str], Floats]:
    lines = [line for line in duckdb.execute(LINES, [str(path)]).fetchall() if line[1] < WEEKS]
    codes = sorted({code for code, _, _ in lines})
    place = {code: at for at, code in enumerate(codes)}
    values = np.zeros((len(codes), WEEKS))
    for code, week, quantity in lines:
        values[place[code], week] = quantity
    chosen = np.argsort(-(values > 0).sum(axis=1), kind="stable")[:SERIES]
    return [codes[at] for at in chosen], values[chosen]


def told(known: Floats, came: Floats) -> None:
    began = time.process_time()
    found = predict(known, FIRST, HORIZON)
    spent = time.process_time() - began
    off = accuracy_of(known, came, found.mean, found.low, found.high)
    level = smooth(known, (known > 0).argmax(axis=1)).level
    plain = accuracy_of(known, came, np.repeat(level[:, None], HORIZON, axis=1))
    print(
        f"| {known.shape[1]} | {found.method} | {spent:.2f} | {off.mase:.3f} | {off.bias:+.1%} | {off.wape:.3f} "
        f"| {off.hits:.0%} | {plain.mase:.3f} | {plain.bias:+.1%} |"
    )


if __name__ == "__main__":
    raise SystemExit(main())
