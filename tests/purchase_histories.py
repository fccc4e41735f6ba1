"""Purchase histories for tests of the models: written as rows, drawn, and of the real customers beside the checkout."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.evaluate.worth.histories import Histories, distinct
from jiuzhou.kernel.arrays import Floats

DATA = Path(__file__).parents[1].parent / "shared" / "data"
THERE = DATA.is_dir()
ABSENT = "The real data do not lie beside the project."


def histories_of(*rows: tuple[float, float, float]) -> Histories:
    """Histories of one customer each, given as ``x, t_x, T``."""
    x, t_x, T = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Histories(x, t_x, T, np.ones(len(x)))


@cache
def cdnow_summary() -> Histories:
    """The CDNOW customers in rounded weeks, as the papers have them."""
    with (DATA / "cdnow_customers_summary.csv").open(encoding="utf-8") as file:
        rows = [[float(row[name]) for name in ("frequency", "recency", "T")] for row in csv.DictReader(file)]
    return distinct(*np.array(rows).T)


@cache
def donations() -> Histories:
    """The donors of the BG/BB's paper, in years."""
    with (DATA / "donations.csv").open(encoding="utf-8") as file:
        rows = [[float(value) for value in row.values()] for row in csv.DictReader(file)]
    return Histories(*np.array(rows).T)


def cut(customers: pa.Array, days: pa.Array, first_after: str, ahead: int) -> tuple[Histories, Floats]:
    """
    Histories in days of those who had bought before the day ``first_after``, a row each, and their purchase days in the
    ``ahead`` days from it on.
    """
    end = np.datetime64(first_after)
    bought = pa.table({"who": customers, "day": days}).group_by(["who", "day"]).aggregate([])
    day = bought["day"].to_numpy().astype("datetime64[D]")
    _, who = np.unique(bought["who"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    past, late = day < end, (day >= end) & (day < end + ahead)
    x = np.bincount(who[past], minlength=who.max() + 1) - 1
    first, last = np.full(len(x), end), np.full(len(x), end - 100_000)
    np.minimum.at(first, who[past], day[past])
    np.maximum.at(last, who[past], day[past])
    known = x >= 0
    later = np.bincount(who[late], minlength=len(x))[known].astype(float)
    t_x, T = (last - first)[known].astype(float), (end - 1 - first)[known].astype(float)
    return Histories(x[known].astype(float), t_x, T, np.ones(len(T))), later


@cache
def cdnow_days() -> tuple[Histories, Floats]:
    """The CDNOW customers after 39 weeks, and their purchase days in the next 39."""
    fields = [line.split() for line in (DATA / "CDNOW_sample.txt").read_text("utf-8").splitlines() if line.strip()]
    days = np.array([f"{day[:4]}-{day[4:6]}-{day[6:]}" for _, _, day, *_ in fields], dtype="datetime64[D]")
    return cut(pa.array([field[1] for field in fields]), pa.array(days), "1997-10-01", 273)


@cache
def online_retail() -> tuple[Histories, Floats]:
    """The customers of Online Retail II at 9 June 2011, and their purchase days in the 183 days after."""
    lines = pq.read_table(DATA / "online_retail_ii.parquet")
    twice = pc.and_(
        pc.match_substring(lines["sheet"].cast(pa.string()), "2009"),
        pc.greater_equal(lines["invoice_time"].cast(pa.date32()), pa.scalar(date(2010, 12, 1))),
    )
    sold = pc.and_(pc.is_valid(lines["customer_id"]), pc.greater(lines["quantity"], 0))
    kept = lines.filter(pc.and_(sold, pc.invert(twice)))
    return cut(kept["customer_id"], kept["invoice_time"].cast(pa.date32()), "2011-06-09", 183)


@cache
def complete_journey() -> tuple[Histories, Floats]:
    """The households of Complete Journey at the end of September 2017, and their purchase days in the 90 days after."""
    baskets = pq.read_table(DATA / "completejourney_transactions_sample.parquet")
    return cut(baskets["household_id"], baskets["transaction_timestamp"].cast(pa.date32()), "2017-10-01", 90)


def counted(histories: Histories) -> Histories:
    """The same customers, each distinct history once."""
    return distinct(histories.x.astype(int), histories.t_x.astype(int), histories.T.astype(int))
