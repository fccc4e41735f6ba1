"""Programs that kill forked copies of themselves: a migrated database for each, and what they found by fault."""

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

from django.db import connection

Ended = dict[str, tuple[int, int, str]]
"""By fault: how the killed process ended, how the one after it did, and the digest that it found."""


def ended_by(program: Path, faults: tuple[str, ...], home: Path, blocker: Any, *, timeout: int) -> Ended:
    """What ``program`` found on a database of its own, in the folder ``home``."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        with blocker.unblock():
            copy_schema(home / "jiuzhou.sqlite3")
    environment = {
        **os.environ,
        "JIUZHOU_HOME": str(home),
        "DATABASE_URL": _fresh(url) if url else "",
        "DJANGO_SETTINGS_MODULE": "jiuzhou.web.settings",
    }
    command = [sys.executable, str(program), *faults]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return {fault: tuple(found) for fault, found in json.loads(done.stdout).items()}


def copy_schema(path: Path) -> None:
    # The tests' own database is migrated already; migrating another takes longer than all the kills together.
    connection.ensure_connection()
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
    target.close()


def _fresh(url: str) -> str:
    import psycopg

    # A worker may be given a module twice, and the program names its copies after this one.
    name = f"killed_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
