"""
Publishes a plan over many customers and prints how long the longest write transaction held the others up.

``web_publish.py [--customers N] [--territories P]``; on SQLite, or on the PostgreSQL of ``DATABASE_URL``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

LIMIT_MS = 200


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--territories", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jiuzhou-publish-") as home:
        os.environ["JIUZHOU_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "jiuzhou.web.settings"
        import django

        django.setup()
        return run(given.customers, given.territories)


def run(customers: int, territories: int) -> int:
    from django.core.management import call_command
    from django.db import connection

    from jiuzhou.web.accounts.actor import system_of
    from jiuzhou.web.divide.writes import publishing
    from jiuzhou.web.store.models import Organisation

    call_command("migrate", verbosity=0)
    plan = company(customers, territories)
    actor = system_of(Organisation.objects.get(pk=plan.organisation_id))
    rows = []
    for name, work in (
        ("stage", lambda: publishing.stage(plan)),
        ("swap", lambda: publishing.swap(actor, plan)),
        ("settle", lambda: publishing.settle_all(plan)),
        ("finish", lambda: publishing.finish(actor, plan)),
    ):
        with timed() as transactions:
            begun = time.perf_counter()
            work()
            rows.append((name, time.perf_counter() - begun, transactions))
    longest = max(one for _, _, transactions in rows for one, _ in transactions) * 1000
    print(f"{connection.vendor}, {customers:,} customers, {territories} territories, half of the customers move")
    for name, seconds, transactions in rows:
        clock, work = (spread(each) for each in zip(*transactions, strict=True))
        told = f"{len(transactions):5d} write transactions, by the clock {clock}; CPU of this process {work}"
        print(f"{name:<8} {seconds:7.1f} s  {told}")
    print(f"longest write transaction {longest:.0f} ms (limit {LIMIT_MS} ms, ratio {longest / LIMIT_MS:.2f})")
    return 0 if longest <= LIMIT_MS else 1


def spread(seconds: Iterable[float]) -> str:
    """The middle one, that below which 99 % lie, and the longest, in ms."""
    found = sorted(one * 1000 for one in seconds)
    shares = (found[int(share * (len(found) - 1))] for share in (0.5, 0.99, 1))
    return "p50 {:.0f}, p99 {:.0f}, longest {:.0f} ms".format(*shares)


@contextmanager
def timed() -> Iterator[list[tuple[float, float]]]:
    """How long each outermost transaction lasted from the moment it had the lock, by the clock and in CPU time."""
    from django.db import transaction

    found: list[tuple[float, float]] = []
    begun: list[tuple[float, float]] = []
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__

    def timed_enter(self: Any) -> None:
        enter(self)
        begun.append((time.perf_counter(), time.process_time()))

    def timed_leave(self: Any, *error: Any) -> None:
        clock, work = begun.pop()
        leave(self, *error)
        if not begun:
            found.append((time.perf_counter() - clock, time.process_time() - work))

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = timed_enter, timed_leave  # type: ignore[method-assign]
    try:
        yield found
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]


def company(customers: int, territories: int) -> Any:
    from datetime import UTC, datetime

    from jiuzhou.web.store.bulk import insert_rows
    from jiuzhou.web.store.models import (
        Customer,
        Organisation,
        Owner,
        Ownership,
        Plan,
        PlanTerritory,
        PlanUnit,
        Territory,
    )

    now = datetime(2026, 1, 1, tzinfo=UTC)
    organisation = Organisation.objects.create(slug="bench", name="bench")
    owners = [
        Owner.unscoped.create(organisation=organisation, code=f"R{number:04d}", name=f"R{number}")
        for number in range(territories)
    ]
    nodes = [
        Territory.unscoped.create(
            organisation=organisation, code=f"T{number:04d}", name=f"T{number}", owner=owner, valid_from=now
        )
        for number, owner in enumerate(owners)
    ]
    plan = Plan.unscoped.create(organisation=organisation, code="bench", name="bench", state="approved")
    parts = [
        PlanTerritory.unscoped.create(
            organisation=organisation, plan=plan, code=node.code, name=node.name, owner_id=node.owner_id
        )
        for node in nodes
    ]
    insert_rows(
        Customer,
        {
            "organisation_id": [organisation.pk] * customers,
            "code": [f"C{number:07d}" for number in range(customers)],
            "owner_id": [owners[number % territories].pk for number in range(customers)],
            "territory_id": [nodes[number % territories].pk for number in range(customers)],
        },
    )
    keys = list(Customer.unscoped.order_by("pk").values_list("pk", flat=True))
    insert_rows(
        Ownership,
        {
            "organisation_id": [organisation.pk] * customers,
            "customer_id": keys,
            "owner_id": [owners[number % territories].pk for number in range(customers)],
            "territory_id": [nodes[number % territories].pk for number in range(customers)],
            "valid_from": [now] * customers,
            "recorded_at": [now] * customers,
        },
    )
    to = [(number + number // 7 % 2) % territories for number in range(customers)]
    insert_rows(
        PlanUnit,
        {
            "organisation_id": [organisation.pk] * customers,
            "plan_id": [plan.pk] * customers,
            "customer_id": keys,
            "territory_id": [parts[place].pk for place in to],
            "owner_id": [owners[place].pk for place in to],
        },
    )
    return plan


if __name__ == "__main__":
    sys.exit(main())
