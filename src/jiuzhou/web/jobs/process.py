"""The worker's side of the process that computes: started, given orders, asked to stop, and ended with all it began."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from jiuzhou.web.jobs.block import SIZE, Block

LARGEST_KEPT = 1024 * 1024 * 1024
"""A process that holds more bytes than this after a run is not given another."""
_PREFIX = "jiuzhou-run-"


def clear_away() -> None:
    """Remove the blocks of workers that were killed and could not."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        worker = path.name.removeprefix(_PREFIX).partition("-")[0]
        if worker.isdigit() and not psutil.pid_exists(int(worker)):
            with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
                path.unlink()


class Process:
    """A running child and the block shared with it."""

    def __init__(self) -> None:
        clear_away()
        handle, name = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-")
        os.write(handle, bytes(SIZE))
        os.close(handle)
        self._path = Path(name)
        self.block = Block.at(self._path)
        self._orders = 0
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "jiuzhou.web.jobs.child", name, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def order(self, run_id: int, attempt: int) -> None:
        """Give it one run; it may be given the next when it has ``answered``."""
        self.block.begin()
        self._orders += 1
        line = json.dumps({"run": run_id, "attempt": attempt, "number": self._orders})
        assert self._popen.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._popen.stdin.write(line + "\n")
            self._popen.stdin.flush()

    def answered(self) -> bool | None:
        """Return whether the end of the last run is written down; ``None`` while it runs."""
        order, written = self.block.answered()
        return written if order == self._orders else None

    @property
    def exit_code(self) -> int | None:
        """How it ended: negative for a signal; ``None`` while it lives."""
        return self._popen.poll()

    @property
    def is_large(self) -> bool:
        """Whether it has grown so much that a fresh one is better."""
        try:
            return bool(psutil.Process(self._popen.pid).memory_info().rss > LARGEST_KEPT)
        except psutil.Error:
            return True

    def end(self, *, patience: float = 0.3) -> None:
        """
        End it and everything it started: asked first, then forced.

        Parameters
        ----------
        patience
            Seconds between asking and forcing.
        """
        family = self._family()
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        _, alive = psutil.wait_procs(family, timeout=patience)
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.close()

    def close(self) -> None:
        """Let it end by itself, now that it has nothing to do; force it where it does not."""
        if self._popen.stdin is not None:
            with contextlib.suppress(OSError):
                self._popen.stdin.close()
        try:
            self._popen.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._path.unlink(missing_ok=True)

    def _family(self) -> list[psutil.Process]:
        try:
            child = psutil.Process(self._popen.pid)
            return [*child.children(recursive=True), child]
        except psutil.Error:
            return []
