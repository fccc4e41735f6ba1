"""CPU seconds and memory of `evaluate.score` on made-up books: the demo's size, and one of a million order lines."""

from __future__ import annotations

import argparse
import resource
import time
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.evaluate import score
from jiuzhou.kernel.book import Book, BookSettings

AS_OF = date(2026, 1, 1)
SIZES = {"demo": (3_000, 24, 100_000), "million": (5_942, 100, 1_067_370)}


def made_up_book(customers: int, owners: int, lines: int, *, seed: int = 0) -> Book:
    rng = np.random.default_rng(seed)
    ids = np.array([f"C{i:06d}" for i in range(customers)])
    activity = rng.gamma(0.7, 1.0, customers)
    whose = rng.choice(customers, lines // 5 + 1, p=activity / activity.sum())
    start = datetime(2024, 1, 1, tzinfo=UTC)
    minutes = rng.integers(0, 731 * 1440, len(whose))
    order = np.arange(lines) // 5
    moments = np.datetime64(start.replace(tzinfo=None), "us") + minutes.astype("timedelta64[m]")
    product = rng.integers(0, 200, lines)
    amount = np.round(rng.gamma(2.0, 150.0, lines) + 1, 2)
    cost = np.round(amount * 0.7, 2)
    money = pa.decimal128(18, 4)
    tables = {
        "customers": pa.table(
            {
                "customer_id": ids,
                "region_code": [f"{p:02d}{c:02d}{d:02d}" for p, c, d in rng.integers(11, 40, (customers, 3)).tolist()],
                "industry": [f"I{i}" for i in rng.integers(0, 8, customers)],
                "owner_id": [f"R{i:03d}" for i in rng.integers(0, owners, customers)],
                "visits_per_year": rng.integers(1, 12, customers).astype(float),
            }
        ),
        "owners": pa.table({"owner_id": [f"R{i:03d}" for i in range(owners)]}),
        "orders": pa.table(
            {
                "order_id": np.char.add("O", order.astype(str)),
                "customer_id": ids[whose[order]],
                "ordered_at": pa.array(moments[order]).cast(pa.timestamp("us", tz="UTC")),
                "amount": pa.array(amount).cast(money, safe=False),
                "cost": pa.array(cost).cast(money, safe=False),
                "product_id": np.char.add("P", product.astype(str)),
                "line_no": np.arange(lines) % 5,
            }
        ),
        "surveys": pa.table(
            {
                "customer_id": ids[rng.integers(0, customers, customers)],
                "at": pa.array([start + timedelta(days=int(d)) for d in rng.integers(400, 730, customers)]),
                "kind": rng.choice(["csat", "nps"], customers),
                "score": rng.integers(1, 6, customers).astype(float),
            }
        ),
    }
    return Book.of(BookSettings(zone="Asia/Shanghai"), tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="*", default=list(SIZES))
    parser.add_argument("--threads", type=int, default=2)
    print(f"{'book':<10}{'lines':>12}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}")
    arguments = parser.parse_args()
    for size in arguments.size:
        book = made_up_book(*SIZES[size])
        cpu, wall = time.process_time(), time.perf_counter()
        with duckdb_engine(threads=arguments.threads) as engine:
            score(book, as_of=AS_OF, engine=engine)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{size:<10}{SIZES[size][2]:>12,}{cpu:>9.2f}{wall:>9.2f}{peak:>9.0f}")


if __name__ == "__main__":
    main()
