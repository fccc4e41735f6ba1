"""
The audit chain of a million entries, followed link by link: CPU and wall seconds, beside the limit of ten.

    python benchmarks/web_audit.py [--entries 1000000]

Runs on a database of its own in a temporary folder. Ends with 1 if the time is over the limit or the chain is broken.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time

MOST_SECONDS = 10.0
CHUNK = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = parser.parse_args().entries
    with tempfile.TemporaryDirectory(prefix="jiuzhou-audit-") as home:
        os.environ |= {"JIUZHOU_HOME": home, "DJANGO_SETTINGS_MODULE": "jiuzhou.web.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        organisation = fill(entries)
        return follow(organisation, entries)


def fill(entries: int) -> int:
    from datetime import UTC, datetime, timedelta

    from django.db import transaction

    from jiuzhou.web.ledger.audit import digest_of
    from jiuzhou.web.store.models import AuditEntry, AuditHead, Organisation

    organisation = Organisation.objects.create(slug="big", name="大公司").pk
    first, previous = datetime(2026, 1, 1, tzinfo=UTC), ""
    for start in range(1, entries + 1, CHUNK):
        rows = []
        for sequence in range(start, min(start + CHUNK, entries + 1)):
            row = AuditEntry(
                organisation_id=organisation,
                sequence=sequence,
                at=first + timedelta(seconds=sequence),
                who="0123456789abcdef",
                origin="page",
                verb="customer.reassign",
                noun="customer",
                key=f"C{sequence:07d}",
                before={"owner": "R1", "territory": "T1"},
                after={"owner": "R2", "territory": "T2"},
                previous=previous,
            )
            previous = row.digest = digest_of(row)
            rows.append(row)
        with transaction.atomic():
            AuditEntry.unscoped.bulk_create(rows, batch_size=2_000)
    AuditHead.unscoped.create(organisation_id=organisation, sequence=entries, digest=previous)
    return organisation


def follow(organisation: int, entries: int) -> int:
    from jiuzhou.web.ledger.audit import broken_links

    began, spent = time.perf_counter(), time.process_time()
    broken = list(broken_links(organisation))
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    print("entries | wall s | CPU s | entries/CPU s | limit s | broken")
    print(f"{entries:,} | {wall:.2f} | {cpu:.2f} | {entries / cpu:,.0f} | {MOST_SECONDS:.0f} | {len(broken)}")
    return int(bool(broken) or cpu > MOST_SECONDS * entries / 1_000_000)


if __name__ == "__main__":
    sys.exit(main())
