"""The demo, served by a process of its own for tests that come to it from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest


def surroundings(lang: str = "en", **more: str) -> dict[str, str]:
    """Return this process's environment without its settings of the application, and with ``more``."""
    ours = {"JIUZHOU_LANG": lang, "PYTHONUNBUFFERED": "1", **more}
    dropped = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "JIUZHOU_HOME", "HTTP_PROXY", "http_proxy")
    return {**{name: value for name, value in os.environ.items() if name not in dropped}, **ours}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Opened:
    """A demo that is being served, what it said, and the processes it started."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    told: Mapping[str, object]
    family: list[psutil.Process]

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(30)


def opened(folder: Path, *arguments: object) -> Opened:
    """Start the demo in ``folder`` and return it when it answers; the caller ends it."""
    port = free_port()
    given = ["demo", "--dir", str(folder), "--port", str(port), "--json", *map(str, arguments)]
    with (folder.parent / "stderr.txt").open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "jiuzhou", *given],
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("{"):
        process.kill()
        pytest.fail((folder.parent / "stderr.txt").read_text() or line)
    return Opened(process, port, folder, json.loads(line), psutil.Process(process.pid).children(recursive=True))
