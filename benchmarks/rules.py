"""Decisions per CPU second: `python benchmarks/rules.py [rules] [records] [customers]`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import numpy as np
import pyarrow as pa

from jiuzhou.assign import decide, standard_rules
from jiuzhou.demo import AS_OF, make_book
from jiuzhou.kernel.book import Book
from jiuzhou.rules import Program, parse, rows

T = TypeVar("T")
TODAY = date(2026, 3, 31)
PROVINCES = [f"{code}0000" for code in range(11, 66)]
INDUSTRIES = ["医疗", "制造", "食品", "零售", "教育", "金融", "建筑", "信息技术"]


def main(n_rules: int = 200, n_records: int = 100_000, n_customers: int = 6_000) -> None:
    rng = np.random.default_rng(7)
    texts = [
        f'province == "{rng.choice(PROVINCES)}" && score >= {rng.integers(40, 95)} && industry in '
        f'["{rng.choice(INDUSTRIES)}", "{rng.choice(INDUSTRIES)}"]'
        if rng.random() < 0.8
        else f"score > {rng.integers(96, 100)} && revenue > {rng.integers(1, 9)}e6"
        for _ in range(n_rules)
    ]
    conditions = timed("parse rules", n_rules, lambda: [parse(text) for text in texts])
    program = timed("compile rules", n_rules, lambda: Program(conditions))
    columns = {
        "province": pa.array(rng.choice(PROVINCES, n_records)),
        "industry": pa.array(rng.choice(INDUSTRIES, n_records)),
        "score": pa.array(rng.uniform(0, 100, n_records), mask=rng.random(n_records) < 0.05),
        "revenue": pa.array(rng.lognormal(14, 2, n_records), mask=rng.random(n_records) < 0.05),
    }
    values = timed("rows from columns", n_records, lambda: rows(columns, program.fields))
    found = timed("first rule, indexed", n_records, lambda: program.firsts(values, today=TODAY))
    timed("first rule and what failed before it", n_records, lambda: [program.misses(v, today=TODAY) for v in values])
    print(f"  {np.mean(found < 0):.1%} of the records match no rule")

    made = make_book(customers=n_customers)
    book = Book.of(made.settings, made.tables)
    now = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 1, tzinfo=UTC)
    what = f"decide, {book.table('owners').num_rows} owners, no plan: the widest choice"
    timed(what, n_customers, lambda: decide(book, None, None, rules=standard_rules(), now=now))


def timed(what: str, count: int, work: Callable[[], T]) -> T:
    start = time.process_time()
    result = work()
    spent = time.process_time() - start
    print(f"{what}: {spent:.3f} CPU s, {count / max(spent, 1e-9):,.0f} a CPU second")
    return result


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
