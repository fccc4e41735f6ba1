"""PostgreSQL's own programs for saving and bringing back a database."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from jiuzhou.kernel.errors import RefusedError


def dump_postgres(target: Path, snapshot: str) -> None:
    """
    Write the database into ``target`` by ``pg_dump``, while others read and write.

    Parameters
    ----------
    snapshot
        The name of the moment, see ``store.soundness.one_moment``.

    Raises
    ------
    RefusedError
        If the program is not there or refuses.
    """
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")


def load_postgres(source: Path) -> None:
    """
    Bring the dump ``source`` into the empty database of ``DATABASE_URL`` by ``pg_restore``, all of it or nothing.

    Raises
    ------
    RefusedError
        If the database holds something, or the program is not there or refuses.
    """
    from django.db import connection

    if connection.introspection.table_names():
        raise RefusedError("backup.database_taken")
    _run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(source), to=True)


def _run(program: str, *arguments: str, to: bool = False) -> None:
    from django.conf import settings

    found = shutil.which(program)
    if found is None:
        raise RefusedError("backup.no_program", program=program)
    database = settings.DATABASES["default"]
    named = {
        "PGHOST": database.get("HOST"),
        "PGPORT": database.get("PORT"),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
        "PGDATABASE": database["NAME"],
    }
    # By the environment: arguments can be read by every user of the machine.
    environment = {**os.environ, **{name: str(value) for name, value in named.items() if value}}
    where = ["--dbname", str(database["NAME"])] if to else []
    done = subprocess.run([found, *where, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        told = " ".join(done.stderr.split())[:400]
        raise RefusedError("backup.program_refused", program=program, told=told)
