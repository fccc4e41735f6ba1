"""The data folder of the web application: found, opened, and its database brought to this version."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from jiuzhou.kernel.errors import InputError, RefusedError

_NEEDED = ("django", "ninja", "allauth", "granian")


def chosen_home(home: Path | None) -> Path:
    """Return the data folder that is meant: the option's, else ``JIUZHOU_HOME``, else ``./jiuzhou-data``."""
    return (home or Path(os.environ.get("JIUZHOU_HOME") or "jiuzhou-data")).resolve()


def need_web() -> None:
    """
    Go on only if the web application's packages are installed.

    Raises
    ------
    InputError
        If they are not, with how to install them.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise InputError("cli.no_web")


def open_home(home: Path, *, embedded: bool = False) -> None:
    """
    Make this process the application of the data folder ``home``, which is made if need be, for its owner only.

    Parameters
    ----------
    embedded
        Whether the database is the folder's own even if ``DATABASE_URL`` names another.
    """
    need_web()
    os.umask(0o077)
    (home / "static").mkdir(parents=True, exist_ok=True)
    if os.name == "posix" and home.stat().st_uid == os.getuid():
        home.chmod(0o700)
    if embedded:
        os.environ.pop("DATABASE_URL", None)
    os.environ["JIUZHOU_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "jiuzhou.web.settings"
    import django

    django.setup()


def open_standing(home: Path) -> None:
    """
    Make this process the application of a data folder that is there already.

    Raises
    ------
    RefusedError
        If there is none, or its database is behind this version.
    """
    if not home.is_dir():
        raise RefusedError("cli.no_home", home=str(home))
    open_home(home)
    if pending_migrations():
        raise RefusedError("cli.home_behind", home=str(home))


def migrate() -> None:
    """Bring the database to this version of the program."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def pending_migrations() -> int:
    """Return how many migrations the database still lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
