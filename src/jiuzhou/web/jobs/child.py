"""
The process in which runs are computed: ``python -m jiuzhou.web.jobs.child BLOCK WORKER``, started by the worker.

It reads its orders, one line of JSON for each run, from standard input, and ends with it. It is spawned, never forked,
and does many runs one after another, so that compiled kernels stay warm.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from jiuzhou.web.jobs.block import Block

_PR_SET_PDEATHSIG = 1


def main(path: str, worker: int) -> None:
    """Do the runs that standard input orders, until it ends or the process ``worker`` does."""
    _die_with(worker)
    # An interrupt at the terminal is for the worker, which then says how to stop; a termination ends a kernel at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import django

    django.setup()
    from django.db import close_old_connections

    from jiuzhou.web.jobs.execution import execute

    block = Block.at(Path(path))
    for line in sys.stdin:
        order = json.loads(line)
        close_old_connections()
        written = execute(order["run"], order["attempt"], block)
        close_old_connections()
        block.answer(order["number"], written=written)


def _die_with(worker: int) -> None:
    # Where the system cannot be asked for it, the end of standard input ends the process after its present run.
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != worker:
        sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
