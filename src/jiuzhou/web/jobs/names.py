"""What a worker is called, and whether the one called so still lives."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

import psutil


def worker_name() -> str:
    """Return the name of this process among all workers: its machine and its number there."""
    return f"{_machine()}:{os.getpid()}"


def is_gone(worker: str) -> bool:
    """Return whether ``worker`` was a process of this machine that no longer runs; of others nothing is known here."""
    machine, _, number = worker.rpartition(":")
    if machine != _machine() or not number.isdigit():
        return False
    try:
        return psutil.Process(int(number)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _machine() -> str:
    # Two containers may share a host's name and still not see each other's processes.
    space = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()[:60]}/{space}"
