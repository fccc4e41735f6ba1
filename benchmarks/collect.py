"""
CPU seconds and memory of `jiuzhou collect` on 1,000,000 customers and 10,000,000 order lines, as CSV.

Beside it, in the same run, a bare DuckDB that reads the same files and writes them as Parquet, checking nothing.
`--dirty 0.02` puts mistakes of ten kinds into that share of the rows; `--gigabyte` reads one CSV of 1 GB.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

_CUSTOMERS = """
copy (select
    'C' || lpad(i::varchar, 7, '0') as customer_id,
    '苏州' || chr((19968 + (i * 7919) % 20000)::int) || chr((19968 + (i * 104729) % 20000)::int)
        || '科技有限公司' as name,
    {phone} as phone,
    '江苏省苏州市工业园区星湖街' || (i % 900) || '号' as address,
    '320500' as region_code,
    {lat} as lat,
    round(120 + (hash(i + 1) % 10000) / 10000.0, 6) as lon,
    ['制造', '医疗', '金融', '教育', '零售'][1 + i % 5] as industry,
    {revenue} as annual_revenue,
    {day} as created_at,
    ['是', '否'][1 + i % 2] as consent_marketing
from range({count}) t(i)) to '{path}' (header)
"""
_ORDERS = """
copy (select
    'O' || lpad(({line} // 3)::varchar, 8, '0') as order_id,
    {line} % 3 + 1 as line_no,
    {customer} as customer_id,
    {day} as ordered_at,
    'P' || lpad((hash(i) % 2000)::varchar, 4, '0') as product_id,
    1 + hash(i + 7) % 20 as quantity,
    {amount} as amount,
    'CNY' as currency
from range({count}) t(i)) to '{path}' (header)
"""
_BARE = """
import sys

import duckdb

connection = duckdb.connect(config={"threads": 2})
for name in sys.argv[2:]:
    source, target = f"{sys.argv[1]}/in/{name}.csv", f"{sys.argv[1]}/{name}.bare.parquet"
    connection.execute(f"copy (select * from read_csv('{source}')) to '{target}'")
"""


def make(folder: Path, customers: int, lines: int, dirty: float) -> None:
    """Write the three tables; ``hash(i + k) % 10000`` below the share makes a mistake."""
    (folder / "in").mkdir()
    limit = int(dirty * 10_000 / 10)

    def wrong(number: int, mistake: str, right: str) -> str:
        return f"if(hash(i + {number * 1_000_003}) % 10000 < {limit}, {mistake}, {right})" if limit else right

    right_day = "strftime(timestamp '2021-01-01' + to_seconds(((i // 3) * 137) % 157680000), '%Y-%m-%d %H:%M:%S')"
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    connection.execute(
        _CUSTOMERS.format(
            count=customers,
            path=folder / "in" / "customers.csv",
            phone="'1' || (3 + i % 7) || lpad(((i * 48271) % 1000000000)::varchar, 9, '0')",
            lat=wrong(1, "'131.2'", "round(31 + (hash(i) % 10000) / 10000.0, 6)::varchar"),
            revenue=wrong(2, "'不详'", wrong(3, "'3.5万'", "((hash(i) % 100000) * 100)::varchar")),
            day=wrong(4, "'2023年3月5日'", wrong(5, "'31/12/2020'", "(date '2015-01-01' + (i % 3650)::int)::varchar")),
        )
    )
    connection.execute(
        "copy (select 'P' || lpad(i::varchar, 4, '0') as product_id, '产品' || i as name, 100.5 + i as unit_price "
        f"from range(2000) t(i)) to '{folder / 'in' / 'products.csv'}' (header)"
    )
    connection.execute(
        _ORDERS.format(
            count=lines,
            path=folder / "in" / "orders.csv",
            line=wrong(6, "(i - 3)", "i"),
            customer=wrong(7, "'C9999999'", f"'C' || lpad((hash(i // 3) % {customers})::varchar, 7, '0')"),
            day=wrong(8, "''", right_day),
            amount=wrong(
                9, "'1,234.50'", wrong(10, "'¥'", "((hash(i + 3) % 1000000) / 100.0)::decimal(12, 2)::varchar")
            ),
        )
    )


def measured(command: list[str]) -> tuple[float, float]:
    """Return CPU seconds and peak megabytes of a command."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} ended with {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--dirty", type=float, default=0.0)
    parser.add_argument("--gigabyte", action="store_true")
    given = parser.parse_args()
    lines = 16_400_000 if given.gigabyte else given.lines
    with tempfile.TemporaryDirectory(prefix="jiuzhou-bench-") as name:
        folder = Path(name)
        make(folder, given.customers, lines, given.dirty)
        megabytes = sum(path.stat().st_size for path in (folder / "in").iterdir()) / 1e6
        bare, bare_memory = measured([sys.executable, "-c", _BARE, str(folder), "customers", "products", "orders"])
        book = folder / "book"
        command = [sys.executable, "-m", "jiuzhou", "collect", str(folder / "in"), "--out", str(book), "--lang", "en"]
        ours, memory = measured(command)
        print(
            f"{given.customers:,} customers, {lines:,} order lines, {megabytes:,.0f} MB of CSV, {given.dirty:.0%} dirty"
        )
        print(f"  bare DuckDB      {bare:6.1f} CPU s {bare_memory:7,.0f} MB")
        print(f"  jiuzhou collect  {ours:6.1f} CPU s {memory:7,.0f} MB   {ours / bare:.1f} × bare")


if __name__ == "__main__":
    main()
