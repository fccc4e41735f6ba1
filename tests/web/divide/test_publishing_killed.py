"""A publication killed at any of its steps and gone on with ends as one that was never killed (A1, A3)."""

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

PROGRAM = Path(__file__).with_name("killed.py")
FAULTS = (
    "publish.staging:1",
    "publish.staging:3",
    "publish.staged",
    "publish.swapping",
    "publish.swapped",
    "publish.settling:1",
    "publish.settled:1",
    "publish.settling:3",
    "publish.settled:4",
    "publish.settled_all",
    "publish.finishing",
    "publish.finished",
)

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
    home = tmp_path_factory.mktemp("killed")
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
        [sys.executable, str(PROGRAM), "", *FAULTS], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return {fault: tuple(found) for fault, found in json.loads(done.stdout).items()}


def _copy_schema(path: Path) -> None:
    # The tests' own database is migrated already; migrating another takes longer than all publications together.
    connection.ensure_connection()
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
    target.close()


def _fresh(url: str) -> str:
    import psycopg

    # A worker may be given the module twice, and the copies are named after this one.
    name = f"killed_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_killed_publication_goes_on_and_ends_as_if_nothing_had_happened(
    fault: str, ended: dict[str, tuple[int, int, str]]
) -> None:
    killed, again, digest = ended[fault]

    assert (killed, again) == (9, 0)
    assert digest == ended[""][2]
