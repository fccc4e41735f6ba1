"""When to order which product for which location."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Floats, Ints, floats, indices, lookup, ordinals
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.moments import local_days
from jiuzhou.resource.policy import ResourcePolicy

STOCK = pa.schema(
    [
        ("product_id", pa.string()),
        ("location_id", pa.string()),
        ("region_code", pa.string()),
        ("on_hand", pa.float64()),
        ("on_order", pa.float64()),
        ("daily_demand", pa.float64()),  # mean, units a day
        ("weekly_sd", pa.float64()),  # of demand, units
        ("season", pa.float64()),  # demand ahead over the mean, by the same days a year ago; 1 is as usual
        ("lead_time_days", pa.float64()),
        ("service_level", pa.float64()),
        ("safety_stock", pa.float64()),
        ("reorder_point", pa.float64()),
        ("order_quantity", pa.float64()),  # what is missing to the reorder point, at least 0
        ("days_of_cover", pa.float64()),  # null without demand
        ("status", pa.string()),  # reorder, excess, enough, no_demand
    ]
)
"""One row for each product and location of the stock table, by both."""

_WEEK = 7


def reorder_points(book: Book, *, policy: ResourcePolicy, today: date) -> tuple[pa.Table, tuple[Message, ...]]:
    """
    Return table ``STOCK`` and what its reader must know; empty without a stock table.

    Reorder point = mean demand over the lead time + z × standard deviation of demand over it, demand taken as normal
    and independent from week to week. Source: Silver, Pyke and Thomas, Inventory and Production Management in Supply
    Chains, 4th ed. (2017), chapter 6. Demand counts where it was shipped: at the location whose region code is the
    longest beginning of the order's; the rest is spread evenly over the product's locations.
    """
    stock = _latest(book, today)
    if not stock.num_rows or "orders" not in book:
        return STOCK.empty_table(), ()
    weeks = policy.demand_days // _WEEK
    weekly = _weekly_demand(book, stock, weeks, today)
    daily = weekly.mean(axis=1) / _WEEK
    spread = weekly.std(axis=1, ddof=1)
    lead = floats(stock["lead_time_days"])
    lead = np.where(np.isfinite(lead), lead, policy.lead_time_days)
    season = _season(book, today, int(np.median(lead)))
    ahead = daily * lead * season
    safety = NormalDist().inv_cdf(policy.service_level) * spread * np.sqrt(lead / _WEEK)
    on_hand, on_order = floats(stock["on_hand"]), np.nan_to_num(floats(stock["on_order"]))
    missing = np.maximum(ahead + safety - on_hand - on_order, 0)
    cover = np.divide(on_hand, daily, out=np.full(len(daily), np.nan), where=daily > 0)
    status = np.select(
        [daily <= 0, missing > 0, cover > policy.excess_days], ["no_demand", "reorder", "excess"], "enough"
    )
    figures = {
        "on_hand": on_hand,
        "on_order": on_order,
        "daily_demand": daily,
        "weekly_sd": spread,
        "season": np.full(len(daily), season),
        "lead_time_days": lead,
        "service_level": np.full(len(daily), policy.service_level),
        "safety_stock": safety,
        "reorder_point": ahead + safety,
        "order_quantity": np.where(daily > 0, np.ceil(missing - 1e-9) + 0.0, 0.0),
        "days_of_cover": cover,
    }
    columns = {name: stock[name] for name in ("product_id", "location_id", "region_code")}
    columns |= {name: pa.array(np.round(values, 4), from_pandas=True) for name, values in figures.items()}
    table = pa.table(columns | {"status": pa.array(status.tolist(), pa.string())}).cast(STOCK)
    counts = [int((status == name).sum()) for name in ("reorder", "excess")]
    note = say("resource.stock_made", level=policy.service_level, weeks=weeks, reorder=counts[0], excess=counts[1])
    return table, (note,)


def _latest(book: Book, today: date) -> pa.Table:
    # The last count of each product and location that is known today, by both.
    stock = book.table("stock")
    days = ordinals(local_days(stock["at"], book.settings.zone))
    stock = stock.append_column("day", pa.array(days)).filter(pa.array(days <= today.toordinal()))
    keys = ["product_id", "location_id"]
    stock = stock.sort_by([(name, "ascending") for name in (*keys, "day")])
    names = pc.binary_join_element_wise(stock["product_id"], stock["location_id"], "\x1f").to_pylist()
    last = [index for index, name in enumerate(names) if index + 1 == len(names) or names[index + 1] != name]
    return stock.take(pa.array(last, pa.int64()))


def _weekly_demand(book: Book, stock: pa.Table, weeks: int, today: date) -> Floats:
    # Units asked for in each of the last weeks, shape (rows of stock, weeks); a week of more returns than sales is 0.
    orders = book.table("orders").select(["customer_id", "product_id", "quantity", "ordered_at", "ship_region_code"])
    start = today - timedelta(days=weeks * _WEEK)
    wanted = pc.is_in(orders["product_id"], value_set=pc.unique(stock["product_id"]).drop_null())
    orders = orders.filter(pc.and_(wanted, pc.is_valid(orders["quantity"])))
    day = ordinals(local_days(orders["ordered_at"], book.settings.zone)) - start.toordinal()
    inside = (day >= 0) & (day < weeks * _WEEK)
    orders, week = orders.filter(pa.array(inside)), day[inside] // _WEEK
    customers = book.table("customers")
    home = lookup(orders["customer_id"], customers["customer_id"], customers["region_code"])
    region = pc.coalesce(orders["ship_region_code"], home)
    cell, share = _places(stock, orders["product_id"], region)
    quantity = floats(orders["quantity"])
    demand = np.zeros((stock.num_rows, weeks))
    direct = cell >= 0
    np.add.at(demand, (cell[direct], week[direct]), quantity[direct])
    products = pc.unique(stock["product_id"])
    place, of_row = indices(orders["product_id"], products), indices(stock["product_id"], products)
    loose = np.zeros((len(products), weeks))
    np.add.at(loose, (place[~direct], week[~direct]), quantity[~direct])
    return np.maximum(demand + loose[of_row] * share[of_row][:, None], 0)


def _places(stock: pa.Table, products: pa.ChunkedArray, regions: pa.ChunkedArray) -> tuple[Ints, Floats]:
    # The row of stock that serves each order (-1 where none does), and each product's even share for a location.
    codes = stock["region_code"].to_pylist()
    rows: dict[str, list[int]] = {}
    for index, product in enumerate(stock["product_id"].to_pylist()):
        rows.setdefault(product, []).append(index)
    share = np.array([1 / len(found) for found in rows.values()])
    pairs = (
        pc.binary_join_element_wise(products, pc.fill_null(regions, ""), "\x1f").combine_chunks().dictionary_encode()
    )
    served = np.full(len(pairs.dictionary), -1, dtype=np.int64)
    for index, pair in enumerate(pairs.dictionary.to_pylist()):
        product, region = pair.split("\x1f", 1)
        fits = [
            (len(_stem(codes[row])), -row)
            for row in rows[product]
            if codes[row] and region.startswith(_stem(codes[row]))
        ]
        if fits:
            served[index] = -max(fits)[1]
    return served[np.asarray(pairs.indices.to_numpy(zero_copy_only=False), dtype=np.int64)], share


def _stem(code: str) -> str:
    # 320000 is a province and 320500 a city in it: trailing pairs of zeros name no place.
    while len(code) > 2 and code.isdigit() and code.endswith("00"):
        code = code[:-2]
    return code


def _season(book: Book, today: date, lead: int) -> float:
    # How the units sold in the days ahead stood to the year's mean a year ago, company-wide, within half and thrice.
    orders = book.table("orders")
    quantity = np.maximum(np.nan_to_num(floats(orders["quantity"])), 0)
    day = ordinals(local_days(orders["ordered_at"], book.settings.zone))
    window = max(lead, 28)
    start = today.toordinal() - 365
    if not len(day) or int(day.min()) > start - 182:
        return 1.0
    ahead = quantity[(day >= start) & (day < start + window)].sum() / window
    around = quantity[(day >= start - 182) & (day < start + 183)].sum() / 365
    return float(np.clip(ahead / around, 0.5, 3.0)) if around > 0 else 1.0
