"""Order lines in a file → RFM, score, tier and ABC: our expressions beside hand-written SQL, both on DuckDB."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.evaluate import EvaluatePolicy, rfm, tier
from jiuzhou.evaluate.metric import columns_of
from jiuzhou.evaluate.prepare import year_earlier
from jiuzhou.evaluate.purchases import MONEY_TYPE, purchase_days, purchase_facts

AS_OF = date(2026, 1, 1)
WEIGHTS = {"revenue": 0.4, "frequency": 0.3, "recency": 0.3}

LINES = """
COPY (
    SELECT format('C{{:08d}}',
                  CAST({customers} * pow(hash(number // 3) % 1000000007 / 1000000007, 1.6) AS BIGINT)) customer_id,
           format('O{{:09d}}', number // 3) order_id,
           DATE '2024-01-01' + CAST(hash(number // 3 + 7000000000) % 731 AS INTEGER) AS day,
           CAST((hash(number) % 90000 / 100 + 1) * (CASE WHEN hash(number + 5) % 50 = 0 THEN -1 ELSE 1 END)
                AS DECIMAL(18, 4)) amount,
           CAST(NULL AS DECIMAL(18, 4)) AS cost
    FROM range({lines}) AS all_lines(number)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""

BY_HAND = f"""
WITH days AS (
    SELECT customer_id, day, sum(amount) net, bool_or(amount > 0) bought
    FROM read_parquet('{{path}}') WHERE day < DATE '{AS_OF}' GROUP BY customer_id, day
), facts AS (
    SELECT customer_id, DATE '{AS_OF}' - max(day) FILTER (bought) recency_days, count(*) FILTER (bought) frequency,
           CAST(sum(net) AS DECIMAL(18, 4)) monetary,
           coalesce(CAST(sum(net) FILTER (day >= DATE '{year_earlier(AS_OF)}') AS DECIMAL(18, 4)), 0) revenue_12m
    FROM days GROUP BY customer_id
), ranked AS (
    SELECT *, (rank() OVER recent - 1) / n AS r0, cume_dist() OVER recent AS r1,
           (rank() OVER often - 1) / n AS f0, cume_dist() OVER often AS f1,
           (rank() OVER rich - 1) / n AS m0, cume_dist() OVER rich AS m1,
           (rank() OVER lately - 1) / (count(*) OVER ()) AS y0, cume_dist() OVER lately AS y1,
           (rank() OVER buying - 1) / (count(*) OVER ()) AS b0, cume_dist() OVER buying AS b1,
           coalesce(sum(greatest(revenue_12m, 0)) OVER (
               ORDER BY greatest(revenue_12m, 0) DESC, customer_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ), 0)::DOUBLE / (sum(greatest(revenue_12m, 0)) OVER ())::DOUBLE AS reached
    FROM (SELECT *, count(recency_days) OVER () AS n FROM facts)
    WINDOW recent AS (PARTITION BY recency_days IS NULL ORDER BY -recency_days),
           often AS (PARTITION BY recency_days IS NULL ORDER BY frequency),
           rich AS (PARTITION BY recency_days IS NULL ORDER BY monetary),
           lately AS (ORDER BY revenue_12m), buying AS (ORDER BY frequency)
), shares AS (
    SELECT customer_id, recency_days, frequency, monetary, revenue_12m, reached, recency_days IS NULL AS never,
           round((r0 + r1) / 2, 12) r, round((f0 + f1) / 2, 12) f, round((m0 + m1) / 2, 12) m,
           round((y0 + y1) / 2, 12) y, round((b0 + b1) / 2, 12) b
    FROM ranked
), marked AS (
    SELECT *, CASE WHEN NOT never
                   THEN concat(floor(r * 5)::INT + 1, floor(f * 5)::INT + 1, floor(m * 5)::INT + 1) END AS rfm,
           round(round(100 * CASE WHEN never THEN (y * 0.4::DOUBLE + b * 0.3::DOUBLE) / 0.7::DOUBLE
                       ELSE y * 0.4::DOUBLE + b * 0.3::DOUBLE + r * 0.3::DOUBLE END, 10), 4) AS score,
           CASE WHEN revenue_12m <= 0 THEN 'C' WHEN reached < 0.8 THEN 'A' WHEN reached < 0.95 THEN 'B'
                ELSE 'C' END AS abc
    FROM shares
)
SELECT customer_id, recency_days, frequency, monetary, revenue_12m, rfm, abc, score,
       CASE WHEN score >= 75 THEN 'A' WHEN score >= 55 THEN 'B' WHEN score >= 30 THEN 'C' ELSE 'D' END AS tier
FROM marked
"""


def ours(lines: ir.Table, policy: EvaluatePolicy) -> ir.Table:
    """Return the scores that rest on purchases alone, out of the expressions that every score is made of."""
    known = lines.filter(lines.day < ibis.literal(AS_OF))
    facts = purchase_facts(
        purchase_days(known), as_of=AS_OF, year_start=year_earlier(AS_OF), year_before=year_earlier(AS_OF, 2)
    )
    dated = facts.mutate(as_of=ibis.literal(AS_OF), orders_known=ibis.literal(True), key_account=ibis.literal(False))
    basic = dated.mutate(**columns_of(rfm.FACTS, dated, policy))
    absent = {name: ibis.null(MONEY_TYPE) for name in ("profit", "clv", "potential", "loyalty")}
    shared = rfm.with_shares(basic.mutate(**absent))
    parts = tier.with_score_parts(shared.mutate(**columns_of(rfm.CLASSES, shared, policy)), policy)
    summed = parts.mutate(**columns_of(tier.SCORE, parts, policy))
    tiered = summed.mutate(**columns_of(tier.TIER, summed, policy))
    return tiered.select("customer_id", *COLUMNS)


COLUMNS = ("recency_days", "frequency", "monetary", "revenue_12m", "rfm", "abc", "score", "tier")


def write(engine: ibis.BaseBackend, query: str, out: Path) -> None:
    engine.raw_sql(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")


def run(side: str, path: Path, out: Path, memory: str) -> dict[str, float]:
    """Return CPU seconds, wall seconds and the peak of one side, from file to file."""
    policy = EvaluatePolicy(weights=WEIGHTS)
    with duckdb_engine(threads=1, memory_limit=memory, temp_folder=out.parent) as engine:
        cpu, wall = time.process_time(), time.perf_counter()
        if side == "sql":
            write(engine, BY_HAND.format(path=path), out)
        else:
            write(engine, engine.compile(ours(engine.read_parquet(path), policy)), out)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": cpu, "wall": wall, "peak": peak}


def different(engine: ibis.BaseBackend, one: Path, other: Path) -> int:
    rows = " + ".join(f"(a.{name} IS DISTINCT FROM b.{name})::INT" for name in COLUMNS)
    found = engine.raw_sql(
        f"SELECT coalesce(sum({rows}), 0) + 2 * count(*) - count(a.customer_id) - count(b.customer_id) "
        f"FROM read_parquet('{one}') a FULL JOIN read_parquet('{other}') b USING (customer_id)"
    )
    return int(found.fetchone()[0])


def measure(lines: int, folder: Path, memory: str) -> None:
    path = folder / f"lines-{lines}.parquet"
    with duckdb_engine(threads=2, memory_limit=memory, temp_folder=folder) as engine:
        if not path.exists():
            engine.raw_sql(LINES.format(customers=lines // 20, lines=lines, path=path))
    took = {}
    for side in ("sql", "ours"):
        command = [sys.executable, __file__, "--side", side, "--folder", str(folder), "--memory", memory, str(lines)]
        took[side] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    with duckdb_engine(threads=2, memory_limit=memory, temp_folder=folder) as engine:
        wrong = different(engine, folder / "sql.parquet", folder / "ours.parquet")
    ratio = took["ours"]["cpu"] / took["sql"]["cpu"]
    for side, name in (("sql", "SQL by hand"), ("ours", "ours")):
        print(f"{name:<14}{lines:>12,}{took[side]['cpu']:>9.2f}{took[side]['wall']:>9.2f}{took[side]['peak']:>9.0f}")
    print(f"{'ratio':<14}{'':>12}{ratio:>9.2f}   cells that differ: {wrong}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", nargs="*", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--memory", default="1500MB")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--side", choices=["sql", "ours"], help="one side alone, in this process")
    given = parser.parse_args()
    if given.side:
        path = given.folder / f"lines-{given.lines[0]}.parquet"
        print(json.dumps(run(given.side, path, given.folder / f"{given.side}.parquet", given.memory)))
        return
    print(f"{'':<14}{'lines':>12}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as made:
        for lines in given.lines:
            measure(lines, given.folder or Path(made), given.memory)


if __name__ == "__main__":
    main()
