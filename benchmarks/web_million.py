"""
A million customers into the store: CPU seconds, and the longest write transaction.

The customers are the demo generator's own; scores, plan and decisions are synthetic rows of the same shape, since the
optimiser is measured elsewhere. `web_million.py [CUSTOMERS] [HOME]`; the database stays in HOME if one is given.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

CUSTOMERS = 1_000_000
BATCH = 20_000


@dataclass
class Watch:
    """How long each write transaction took, by the clock and by this process's own work."""

    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    _since: tuple[float, float] = (0.0, 0.0)

    @contextmanager
    def over(self) -> Iterator[None]:
        from django.db import transaction

        entered, left = transaction.Atomic.__enter__, transaction.Atomic.__exit__

        def enter(atomic: Any) -> None:
            outermost = not transaction.get_connection().in_atomic_block
            entered(atomic)
            if outermost:
                self._since = (time.perf_counter(), time.process_time())

        def leave(atomic: Any, *error: Any) -> None:
            left(atomic, *error)
            if not transaction.get_connection().in_atomic_block:
                self.seconds.append(time.perf_counter() - self._since[0])
                self.cpu_seconds.append(time.process_time() - self._since[1])

        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave
        try:
            yield
        finally:
            transaction.Atomic.__enter__, transaction.Atomic.__exit__ = entered, left


def million_cycle(customers: int, seed: int = 7) -> Any:
    """A cycle over that many generated customers; what it says of each is a small real cycle's, dealt out in turn."""
    from dataclasses import replace

    import jiuzhou
    from jiuzhou.demo import AS_OF, demo_settings, make_batches, make_book
    from jiuzhou.kernel.book import Book

    small = make_book(customers=2_000, seed=seed)
    cycle = jiuzhou.run_cycle(Book.of(small.settings, small.tables), seed=seed)
    batches = make_batches(customers=customers, seed=seed, as_of=AS_OF, batch=BATCH)
    company = next(batches)
    kept: dict[str, list[pa.Table]] = {"customers": [], "ownership": []}
    for pieces in batches:
        for name, tables in kept.items():
            tables.append(pieces[name])
    tables = {name: company[name] for name in ("owners", "absences", "products", "regions") if name in company}
    book = Book.of(demo_settings(AS_OF), {**tables, **{name: pa.concat_tables(one) for name, one in kept.items()}})
    ids, owners = book.table("customers")["customer_id"], book.table("customers")["owner_id"]
    plan = _plan(cycle.plan, book, owners)
    return replace(
        cycle,
        collected=replace(cycle.collected, book=book),
        scores=replace(cycle.scores, customers=_dealt(cycle.scores.customers, ids)),
        plan=plan,
        assignment=replace(cycle.assignment, decisions=_decisions(cycle.assignment.decisions, ids, owners, plan)),
        advice=replace(
            cycle.advice,
            actions=_dealt(cycle.advice.actions, ids.slice(0, int(0.85 * len(ids)))),
            visits=_dealt(cycle.advice.visits, ids.slice(0, int(0.4 * len(ids)))),
        ),
    )


def _dealt(table: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    rows = table.take(np.arange(len(ids)) % table.num_rows)
    return rows.set_column(rows.column_names.index("customer_id"), "customer_id", ids)


def _decisions(table: pa.Table, ids: pa.ChunkedArray, owners: pa.ChunkedArray, plan: Any) -> pa.Table:
    rows = _dealt(table, ids)
    for name, values in (("owner_id", owners), ("territory_id", plan.units["territory_id"])):
        rows = rows.set_column(rows.column_names.index(name), name, values)
    return rows


def _plan(plan: Any, book: Any, owners: pa.ChunkedArray) -> Any:
    from dataclasses import replace

    people = [row for row in book.table("owners").to_pylist() if row["kind"] == "rep"]
    first = plan.territories[0]
    territories = tuple(
        replace(first, id=f"T-{row['owner_id']}", name=row["name"], parent=row["team_id"], owner_id=row["owner_id"])
        for row in people
    )
    codes = np.array([row["owner_id"] for row in people])
    drawn = codes[np.random.default_rng(7).integers(0, len(codes), len(owners))]
    stays = np.random.default_rng(8).random(len(owners)) < 0.9
    now = np.array([owner or "" for owner in owners.to_pylist()])
    led = np.where(stays & np.isin(now, codes), now, drawn)
    ids = book.table("customers")["customer_id"]
    columns = {
        "unit_id": ids,
        "customer_id": ids,
        "level": pa.array(["customer"] * len(ids)),
        "territory_id": pa.array(np.char.add("T-", led)),
        "owner_id": pa.array(led),
        "previous_territory_id": pa.array(np.char.add("T-", now)),
        "locked": pa.array(np.zeros(len(ids), dtype=bool)),
    }
    return replace(plan, territories=territories, units=pa.table(columns, schema=plan.units.schema))


def main() -> None:
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS
    with tempfile.TemporaryDirectory(prefix="jiuzhou-million-") as folder:
        home = Path(sys.argv[2] if len(sys.argv) > 2 else folder)
        home.mkdir(parents=True, exist_ok=True)
        os.environ["JIUZHOU_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = str(home), "jiuzhou.web.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from jiuzhou.web.accounts.first import found
        from jiuzhou.web.collect.writes import load_cycle

        call_command("migrate", verbosity=0)
        company, _ = found(
            "百万客户", email="admin@example.com", name="", zone="Asia/Shanghai", currency="CNY", language="zh",
            phrase="suzhou-lanzhou-guilin-2026",
        )  # fmt: skip
        began = time.process_time()
        cycle = million_cycle(customers)
        made, watch = time.process_time(), Watch()
        with watch.over():
            load_cycle(company, cycle, now=timezone.now())
        loaded = time.process_time()
        size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        held, worked = (
            " | ".join(f"{np.quantile(each, share) * 1000:.0f}" for share in (0.5, 0.99, 1))
            for each in (watch.seconds, watch.cpu_seconds)
        )
        print("Transactions: the middle one, that below which 99 % lie, the longest; ms by the clock, then ms of CPU.")
        print(
            "| customers | making, CPU s | loading, CPU s | p50 | p99 | longest | p50 | p99 | longest | MB | RSS, MB |"
        )
        print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        times = f"{made - began:.0f} | {loaded - made:.0f}"
        print(f"| {customers:,} | {times} | {held} | {worked} | {size / 1e6:,.0f} | {rss:,.0f} |")


if __name__ == "__main__":
    main()
