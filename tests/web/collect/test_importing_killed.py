"""An import killed at any of its steps and gone on with ends as one that was never killed (A1)."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import settings

PROGRAM = Path(__file__).with_name("killed_imports.py")
QUICK = (
    "import.block:2",
    "import.fact_file",
    "import.customers_written:3",
    "import.parents_written:2",
    "import.rows_written",
    "import.undo_rows:4",
)
EVERY = (
    *QUICK,
    "import.gathered",
    "import.checked",
    "import.owners_written",
    "import.owners",
    "import.teams_written",
    "import.teams",
    "import.customers:2",
    "import.parents",
    "import.applied",
    "import.undo_facts",
    "import.undo_rows:1",
    "import.undone",
)
"""In `make drill`."""
FAULTS = EVERY if settings.get_current_profile_name() == "search" else QUICK

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked copies of a process"),
]


@pytest.fixture(scope="module")
def ended(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> dict[str, tuple[int, int, str]]:
    """By fault: how the killed process ended, how the one after it did, and the digest that it found."""
    url = os.environ.get("DATABASE_URL", "")
    home = tmp_path_factory.mktemp("killed") / "home"
    home.mkdir()
    if not url:
        with django_db_blocker.unblock():
            _copy_schema(home / "jiuzhou.sqlite3")
    environment = {
        **os.environ,
        "JIUZHOU_HOME": str(home),
        "DATABASE_URL": _fresh(url) if url else "",
        "DJANGO_SETTINGS_MODULE": "jiuzhou.web.settings",
    }
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "", "whole-undo", *FAULTS],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return {fault: tuple(found) for fault, found in json.loads(done.stdout).items()}


def _copy_schema(path: Path) -> None:
    # The tests' own database is migrated already; migrating another takes longer than all imports together.
    connection.ensure_connection()
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
    target.close()


def _fresh(url: str) -> str:
    import psycopg

    # A worker may be given the module twice, and the copies are named after this one.
    name = f"killed_imports_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_killed_import_goes_on_and_ends_as_if_nothing_had_happened(
    fault: str, ended: dict[str, tuple[int, int, str]]
) -> None:
    killed, again, digest = ended[fault]

    assert (killed, again) == (9, 0)
    assert digest == ended["whole-undo" if "undo" in fault else ""][2]


def test_an_import_adds_customers_and_taking_it_back_removes_them(ended: dict[str, tuple[int, int, str]]) -> None:
    written, back = (int(ended[name][2].split()[1]) for name in ("", "whole-undo"))

    assert written - back == 60
