"""
Looks at a source in processes that are killed, goes on in others, and prints what came of each.

``killed_feeds.py FAULT…`` works for each fault on a copy of a prepared database and files; an empty fault kills nobody.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import killed_imports as killed
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.collect.feeds import FeedDraft, home_of_feeds
from jiuzhou.web.collect.writes.feeds import folders, looking
from jiuzhou.web.collect.writes.feeds.setting import add_feed
from jiuzhou.web.collect.writes.importing import applying
from jiuzhou.web.store import pace
from jiuzhou.web.store.models import Customer, Feed, FeedArrival, Import, Organisation

ROWS = 60


def prepare() -> None:
    from web_company import build_company

    call_command("migrate", verbosity=0)
    company = build_company()
    add_feed(company.actor("importer"), FeedDraft("CRM", "folder", "crm", most_rejected=0.5, every_minutes=60))
    folder = home_of_feeds(company.organisation.slug) / "crm"
    for number, name in enumerate(("one.csv", "two.csv", "one-again.csv")):
        rows = ["客户编号,名称,年营业额", *(f"K{n:03},测试{n}有限公司,{n + number % 2}" for n in range(ROWS))]
        rows.append(f"BAD{number},坏行,abc")
        path = folder / name
        path.write_text("\n".join(rows), "utf-8")
        then = company.now.timestamp() - 600 + number
        os.utime(path, (then, then))


def go_through(*, back: bool) -> str:
    applying.CHUNK, pace.GOAL_SECONDS, pace.BREATH_SECONDS = 20, 1e9, 0
    folders.QUIET_SECONDS = looking.QUIET_SECONDS = 0
    look_once()
    arrivals = list(FeedArrival.unscoped.order_by("name").values_list("name", "state"))
    home = home_of_feeds(Organisation.objects.get(slug="jiuzhou").slug) / "crm"
    files = {
        name: sorted(path.name.partition("-")[2] for path in (home / name).iterdir())
        for name in ("taken", "done", "failed")
    }
    rows = sorted(
        Customer.unscoped.filter(code__startswith="K").values_list("code", "name", "annual_revenue", "version")
    )
    imports = sorted(row.counts.get("kept", -1) for row in Import.unscoped.all())
    return repr((arrivals, files, [row[:2] for row in rows], [str(row[2]) for row in rows], imports, len(rows)))


def look_once() -> None:
    feed = Feed.unscoped.get()
    context: Any = SimpleNamespace(
        run_id=None,
        actor=system_of(feed.organisation),
        arguments={"feed": feed.pk},
        advance=lambda *told: None,
        checkpoint=lambda state: None,
        leave_if_stopped=lambda: None,
    )
    looking.look_at_feed(context)


def main(faults: list[str]) -> None:
    prepare()
    killed.warm_up()
    prepared, home = connection.settings_dict["NAME"], Path(settings.HOME)
    killed.go_through = go_through
    found = {}
    for number, fault in enumerate(faults):
        connection.settings_dict["NAME"] = prepared
        killed.use(f"copy{number}", home)
        ended = killed.in_child(fault, back=False)[0] if fault else 9
        found[fault] = [ended, *killed.in_child("", back=False)]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
