"""Processes that belong together: started one after the other, ended together, none left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from jiuzhou.kernel.errors import RefusedError

_PATIENCE_SECONDS = 15.0
_LOOK_SECONDS = 0.2


@dataclass
class Crew:
    """
    The processes this one has started.

    As a context manager it ends them all on leaving, also on Ctrl-C and on SIGTERM.
    """

    _members: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _told_to_end: bool = False
    _before: dict[signal.Signals, object] = field(default_factory=dict)

    def __enter__(self) -> Crew:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def start(self, name: str, *arguments: str) -> None:
        """Start ``python -m`` with ``arguments`` under ``name``."""
        # In a session of its own a Ctrl-C reaches only this process, which then ends them in order.
        self._members[name] = subprocess.Popen([sys.executable, "-m", *arguments], start_new_session=os.name == "posix")

    def wait(self) -> str | None:
        """Return when the crew was told to end, or the name of the member that ended by itself."""
        while not self._told_to_end:
            for name, process in self._members.items():
                if process.poll() is not None:
                    return name
            time.sleep(_LOOK_SECONDS)
        return None

    @property
    def told_to_end(self) -> bool:
        """Whether Ctrl-C or SIGTERM came."""
        return self._told_to_end

    def ready(self, answers: Callable[[], bool], *, seconds: float) -> bool:
        """Return whether ``answers`` became true within ``seconds`` while all members lived."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._told_to_end:
            if any(process.poll() is not None for process in self._members.values()):
                return False
            if answers():
                return True
            time.sleep(_LOOK_SECONDS)
        return False

    def stop(self) -> None:
        """End every member, the last started first; one that does not heed is killed."""
        for process in reversed(self._members.values()):
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + _PATIENCE_SECONDS
        for process in self._members.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._told_to_end = True


def serve_arguments(host: str, port: int, workers: int) -> Sequence[str]:
    """Return the call of the web server."""
    threads = min(8, 2 * (os.cpu_count() or 1))
    return (
        *("granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(threads), "--no-ws", "--log-level", "warning", "jiuzhou.web.wsgi:application"),
    )


def work_arguments(home: Path) -> Sequence[str]:
    """Return the call of the job worker."""
    return ("jiuzhou", "work", "--home", str(home))


def check_port(host: str, port: int) -> None:
    """
    Go on only if ``port`` is free.

    Raises
    ------
    RefusedError
        If something listens there already, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise RefusedError("cli.port_taken", host=host, port=port) from None


def answers(host: str, port: int) -> bool:
    """Return whether the web server answers."""
    # Not through urllib: a proxy in the environment would be asked for this machine's own address.
    asked = HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=5)
    try:
        asked.request("GET", "/healthz", headers={"Host": "localhost"})
        return asked.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()
