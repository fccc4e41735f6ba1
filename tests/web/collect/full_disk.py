"""
Imports a file into an installation whose folder, database and all, is too small for it, and prints what came of it.

``full_disk.py HOME ROWS``: HOME is a small file system of its own, and a worker does what is asked. A line of JSON
each: how it stands once there is no space, whether people can still read and what the database says of itself; and the
same once there is space again. Where not even the end of the run could be written, the worker finds it later.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS, LITTLE = 240, 64 * 1024
HOME, ROWS = Path(sys.argv[1]), int(sys.argv[2])
os.environ |= {"JIUZHOU_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "jiuzhou.web.settings", "DATABASE_URL": ""}

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from jiuzhou.web.accounts.actor import Actor, system_of  # noqa: E402
from jiuzhou.web.accounts.first import found  # noqa: E402
from jiuzhou.web.collect.writes.importing import steps  # noqa: E402
from jiuzhou.web.collect.writes.importing.files import Upload  # noqa: E402
from jiuzhou.web.jobs.queue import retry  # noqa: E402
from jiuzhou.web.store.models import Customer, Import, Run  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    company, _ = found(
        "小盘公司",
        email="admin@example.com",
        name="",
        zone="Asia/Shanghai",
        currency="CNY",
        language="zh",
        phrase="suzhou-lanzhou-guilin-2026",
    )
    actor = system_of(company)
    path = HOME / "customers.csv"
    lines = (f"K{n},苏州测试{n}有限公司,138{n:08},江苏省苏州市人民路{n}号,{n}" for n in range(ROWS))
    path.write_text("\n".join(["客户编号,客户名称,电话,地址,年营业额", *lines]), "utf-8")
    worker = subprocess.Popen(
        [sys.executable, "-m", "jiuzhou", "work"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        number = steps.bring(actor, [Upload("customers.csv", path)])
        until(lambda: is_done(number, "looked"))
        steps.check(actor, number)
        until(lambda: is_done(number, "checked"))
        run = steps.apply(actor, number)
        until(lambda: Run.unscoped.get(pk=run).state == "paused" or is_full())
        tell(number, run)
        subprocess.run(["mount", "-o", "remount,size=400m", str(HOME)], check=True)
        until(lambda: goes_on(actor, run))
        tell(number, run)
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def until(done: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise SystemExit(f"waited {PATIENCE_SECONDS} s for nothing")
        time.sleep(0.5)


def is_done(number: int, state: str) -> bool:
    row = Import.unscoped.select_related("run").get(pk=number)
    return row.state == state and row.run.state == "succeeded"


def is_full() -> bool:
    return shutil.disk_usage(HOME).free < LITTLE


def goes_on(actor: Actor, run: int) -> bool:
    row = Run.unscoped.get(pk=run)
    if row.state == "paused":
        retry(actor, run)
    return row.state == "succeeded"


def tell(number: int, run: int) -> None:
    row = Run.unscoped.get(pk=run)
    connection.close()
    with sqlite3.connect(HOME / "jiuzhou.sqlite3") as database:
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
    told = {"run": row.state, "import": Import.unscoped.get(pk=number).state}
    print(json.dumps({**told, "customers": Customer.unscoped.count(), "database": sound}))


if __name__ == "__main__":
    main()
