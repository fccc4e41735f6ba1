"""Many threads on one database, as in production: a file where the tests' own lies in memory, PostgreSQL as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from typing import TypeVar

from django.db import connection, connections

Result = TypeVar("Result")


@contextmanager
def shared_database(folder: Path) -> Iterator[None]:
    """
    What was committed so far, in a database that threads share. The test's own thread still sees the one in memory:
    look at what came of it through ``alone``.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = folder / "threads.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
        # As the application keeps it. Threads that all turn it to WAL at once would fail: that waits for no lock.
        target.execute("PRAGMA journal_mode=WAL")
    target.close()
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.settings_dict["NAME"] = kept


def in_threads(work: Callable[[int], Result], count: int) -> list[Result | BaseException]:
    """What ``work`` returned or raised in each of ``count`` threads that began at the same moment."""
    results: list[Result | BaseException] = [AssertionError("did not end")] * count
    together = Barrier(count)

    def run(number: int) -> None:
        together.wait(30)
        try:
            results[number] = work(number)
        except BaseException as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def alone(work: Callable[[], Result]) -> Result:
    """What ``work`` returned in a thread of its own."""
    (result,) = in_threads(lambda number: work(), 1)
    if isinstance(result, BaseException):
        raise result
    return result
