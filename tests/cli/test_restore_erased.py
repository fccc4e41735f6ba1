"""A backup is older than the people who were erased since: restoring erases them again before anybody sees them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from demo_server import surroundings

BUILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from jiuzhou.cli.home import migrate, open_home
open_home(Path(sys.argv[1]))
migrate()
import pyarrow as pa
from web_company import build_company
company = build_company()
from django.utils import timezone
from jiuzhou.web.collect.writes.loading.facts import write_fact
codes = [company.customers[name].code for name in ("own", "peer")]
rows = {"contact_id": ["K1", "K2"], "customer_id": codes, "name": ["柳眉眉", "顾采采"], "phone": ["1", "2"]}
write_fact(company.organisation.pk, "contacts", pa.table(rows), now=timezone.now())
"""
ERASE = """
import sys
from pathlib import Path
from jiuzhou.cli.home import open_home
open_home(Path(sys.argv[1]))
from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.collect.writes.privacy.erasing import erase
from jiuzhou.web.store.holdings import subject_of
from jiuzhou.web.store.models import Customer, Organisation
company = Organisation.objects.get(slug="jiuzhou")
for name, contact in (("江苏康明医疗设备有限公司", ""), ("无锡恒达纺织有限公司", "K2")):
    erase(system_of(company).origin, subject_of(Customer.unscoped.get(name=name), contact))
"""


@pytest.fixture(scope="module")
def erased_since(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``home``, from which two were erased after ``backup.tar.gz`` was made of it."""
    folder = tmp_path_factory.mktemp("erased")
    home = folder / "home"
    built = python("-c", BUILD, home, Path(__file__).parents[1])
    saved = jiuzhou("backup", "--home", home, "--to", folder / "backup.tar.gz")
    erased = python("-c", ERASE, home)
    assert [done.returncode for done in (built, saved, erased)] == [0, 0, 0], (
        built.stderr + saved.stderr + erased.stderr
    )
    return folder


def python(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=surroundings("en"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def jiuzhou(*arguments: object) -> subprocess.CompletedProcess[str]:
    return python("-m", "jiuzhou", *arguments)


def names(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "jiuzhou.sqlite3")) as line:
        return {name for (name,) in line.execute("SELECT name FROM store_customer")}


def test_who_was_erased_since_is_erased_from_what_comes_back(erased_since: Path) -> None:
    home, again = erased_since / "home", erased_since / "again"

    done = jiuzhou(
        *("restore", erased_since / "backup.tar.gz", "--home", again, "--keys", home),
        *("--erased", home / "anchors" / "erased.jsonl", "--json"),
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["erased"], told["chain"]) == (2, "holds")
    assert names(again) == names(home)
    assert "江苏康明医疗设备有限公司" not in names(again)
    held = b"".join(path.read_bytes() for path in again.rglob("*") if path.is_file())
    assert "江苏康明".encode() not in held
    assert [path.name for path in (again / "facts" / "contacts").iterdir()] == [
        path.name for path in (home / "facts" / "contacts").iterdir()
    ], "the same file without the contacts"


def test_without_the_list_a_backup_brings_back_what_it_holds(erased_since: Path) -> None:
    done = jiuzhou(
        "restore", erased_since / "backup.tar.gz", "--home", erased_since / "plain", "--keys", erased_since / "home"
    )

    assert done.returncode == 0, done.stderr
    assert "江苏康明医疗设备有限公司" in names(erased_since / "plain")


def test_the_list_without_the_key_restores_nothing(erased_since: Path) -> None:
    done = jiuzhou(
        *("restore", erased_since / "backup.tar.gz", "--home", erased_since / "keyless"),
        *("--erased", erased_since / "home" / "anchors" / "erased.jsonl"),
    )

    assert done.returncode == 3
    assert "audit.key" in done.stderr
    assert not (erased_since / "keyless").exists()
