"""
Two workers on one database, killed at random: no run is done twice, none is forgotten, cancelling takes two seconds.

``drill.py [--runs N] [--kills K] [--cancels C] [--seed S]`` makes its own database (a SQLite file, or one more on the
PostgreSQL of ``DATABASE_URL``), prints a table and ends with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

HERE = Path(__file__).parent
WORKER = "import django; django.setup(); from jiuzhou.web.jobs.worker import work; work()"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--cancels", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jiuzhou-drill-") as home:
        _prepare(Path(home))
        table = [_kills(given)]
        with Workers(1) as workers:
            table += [_cancels(given), _gives_way(), _deaths(), _full(Path(home), workers)]
        _close()
    width = max(len(name) for name, _, _ in table)
    for name, passed, told in table:
        print(f"{name:<{width}}  {'passed' if passed else 'FAILED'}  {told}")
    return 0 if all(passed for _, passed, _ in table) else 1


class Workers:
    """Worker processes, started, killed and ended by their own handles."""

    def __init__(self, count: int) -> None:
        self.running = [self._new() for _ in range(count)]

    def _new(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORKER])

    def kill(self, place: int) -> None:
        self.running[place].kill()
        self.running[place].wait()
        self.running[place] = self._new()

    def ask_to_end(self, place: int) -> None:
        self.running[place].send_signal(signal.SIGTERM)
        self.running[place].wait(timeout=30)
        self.running[place] = self._new()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.running:
            worker.send_signal(signal.SIGTERM)
        for worker in self.running:
            try:
                worker.wait(timeout=20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


def _kills(given: argparse.Namespace) -> tuple[str, bool, str]:
    import numpy as np

    from jiuzhou.web.ledger.audit import broken_links
    from jiuzhou.web.store.models import AuditEntry, Organisation, Run

    chance = np.random.default_rng(given.seed)
    runs = [_start("drill.count", {"steps": given.steps, "pause": 0.05}) for _ in range(given.runs)]
    Run.unscoped.update(attempts=100)
    began = time.monotonic()
    with Workers(2) as workers:
        for number in range(given.kills):
            time.sleep(float(chance.uniform(1.0, 3.0)))
            place = int(chance.integers(2))
            (workers.ask_to_end if number % 3 == 2 else workers.kill)(place)
        ended = _wait(runs, seconds=30 + 3 * given.runs)
    steps = Counter(AuditEntry.unscoped.filter(verb="drill.step").values_list("key", flat=True))
    expected = {f"{run}:{step}" for run in runs for step in range(given.steps)}
    doubled = [key for key, times in steps.items() if times > 1]
    states = Counter(Run.unscoped.filter(pk__in=runs).values_list("state", flat=True))
    broken = list(broken_links(Organisation.objects.get().pk))
    told = (
        f"{dict(states)}, {given.kills} kills, {time.monotonic() - began:.0f} s; "
        f"steps missing {len(expected - set(steps))}, doubled {len(doubled)}, chain broken at {broken}"
    )
    return "two workers killed", ended and set(steps) == expected and not doubled and not broken, told


def _cancels(given: argparse.Namespace) -> tuple[str, bool, str]:
    from jiuzhou.web.accounts.actor import system_of
    from jiuzhou.web.jobs.queue import cancel
    from jiuzhou.web.store.models import Organisation, Run

    took = []
    for _ in range(given.cancels):
        run = _start("drill.spin", {})
        _wait([run], seconds=60, until=("running",))
        time.sleep(0.7)
        began = time.monotonic()
        cancel(system_of(Organisation.objects.get()), run)
        _wait([run], seconds=30)
        took.append(time.monotonic() - began)
        assert Run.unscoped.get(pk=run).state == "cancelled"
    return "cancelled inside a kernel", max(took, default=0) <= 2.0, f"longest {max(took, default=0):.2f} s"


def _gives_way() -> tuple[str, bool, str]:
    from jiuzhou.web.accounts.actor import system_of
    from jiuzhou.web.jobs.queue import cancel
    from jiuzhou.web.store.models import Organisation, Run

    back = _start("drill.back", {})
    _wait([back], seconds=60, until=("running",))
    began = time.monotonic()
    asked = _start("drill.count", {"steps": 1})
    ended = _wait([asked], seconds=60)
    took, row = time.monotonic() - began, Run.unscoped.get(pk=back)
    cancel(system_of(Organisation.objects.get()), back)
    _wait([back], seconds=30)
    told = f"waited {took:.1f} s; the other {row.state}, attempts {row.attempts}"
    return "gives way", ended and Run.unscoped.get(pk=asked).state == "succeeded" and row.attempts == 4, told


def _deaths() -> tuple[str, bool, str]:
    from jiuzhou.web.store.models import Run

    kinds = ("drill.swell", "drill.die", "drill.slow")
    runs = [_start(kind, {}) for kind in kinds]
    _wait(runs, seconds=90)
    rows = [Run.unscoped.get(pk=run) for run in runs]
    found = [(row.state, row.attempt, row.reason.get("code", "")) for row in rows]
    wanted = [("failed", 3, "jobs.gave_up"), ("succeeded", 2, ""), ("failed", 1, "jobs.too_long")]
    return "memory, death, time limit", found == wanted, f"{found}"


def _full(home: Path, workers: Workers) -> tuple[str, bool, str]:
    if os.environ.get("DATABASE_URL") or sys.platform != "linux":
        return "disk full", True, "tried on SQLite under Linux only"
    import resource

    import psutil

    from jiuzhou.web.accounts.actor import system_of
    from jiuzhou.web.jobs.queue import retry
    from jiuzhou.web.store.models import AuditEntry, Organisation, Run

    warm = _start("drill.count", {"steps": 1})
    _wait([warm], seconds=60)
    family = [workers.running[0].pid, *(item.pid for item in psutil.Process(workers.running[0].pid).children(True))]
    files = max(path.stat().st_size for path in home.glob("jiuzhou.sqlite3*"))
    for pid in family:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (files + 300_000, resource.RLIM_INFINITY))
    run = _start("drill.count", {"steps": 60, "note": 100_000})
    _wait([run], seconds=20, until=("paused",))
    paused, at = Run.unscoped.get(pk=run).state, Run.unscoped.get(pk=run).resume.get("at", 0)
    for pid in family:
        if psutil.pid_exists(pid):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    _wait([run], seconds=30, until=("paused",))
    row = Run.unscoped.get(pk=run)
    if (paused := row.state) != "paused":
        return "disk full", False, f"{paused}, {row.resume}, {row.history}"
    retry(system_of(Organisation.objects.get()), run)
    _wait([run], seconds=60)
    keys = list(AuditEntry.unscoped.filter(key__startswith=f"{run}:").values_list("key", flat=True))
    whole = sorted(keys) == sorted(f"{run}:{step}" for step in range(60))
    state = Run.unscoped.get(pk=run).state
    return "disk full", (paused, state, whole) == ("paused", "succeeded", True), f"{paused} at step {at}, then {state}"


def _start(kind: str, arguments: dict[str, object]) -> int:
    from jiuzhou.kernel.message import say
    from jiuzhou.web.accounts.actor import system_of
    from jiuzhou.web.jobs.queue import start
    from jiuzhou.web.store.models import Organisation

    return start(system_of(Organisation.objects.get()), kind, arguments, title=say("jobs.title")).pk


def _wait(
    runs: list[int], *, seconds: float, until: tuple[str, ...] = ("succeeded", "failed", "cancelled", "paused")
) -> bool:
    from jiuzhou.web.store.models import Run

    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if not Run.unscoped.filter(pk__in=runs).exclude(state__in=until).exists():
            return True
        time.sleep(0.1)
    return False


def _prepare(home: Path) -> None:
    os.environ |= {"JIUZHOU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "drill_settings"}
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    sys.path.insert(0, str(HERE))
    if os.environ.get("DATABASE_URL"):
        _new_database()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from jiuzhou.web.store.models import Organisation

    Organisation.objects.create(slug="drill", name="演练公司")


def _new_database() -> None:
    import psycopg

    name = f"drill_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    parts = urlsplit(os.environ["DATABASE_URL"])
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))


def _close() -> None:
    from django.db import connection

    connection.close()


if __name__ == "__main__":
    sys.exit(main())
