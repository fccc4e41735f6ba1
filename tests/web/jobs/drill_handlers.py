"""What the drill's runs do: count with a trace in the ledger, spin, swell, die, dawdle."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.ledger.audit import record


def count(run: RunContext) -> Mapping[str, Any]:
    """Leave one entry for each step, in the transaction of its checkpoint."""
    steps = int(run.arguments["steps"])
    note = "x" * int(run.arguments.get("note", 0))
    for step in range(run.state.get("at", 0), steps):
        with transaction.atomic():
            record(run.actor.origin, "drill.step", "drill", f"{run.run_id}:{step}", after={"note": note})
            run.checkpoint({"at": step + 1})
        run.advance(step + 1, steps)
        time.sleep(float(run.arguments.get("pause", 0)))
    return {"counted": steps}


def spin(run: RunContext) -> Mapping[str, Any]:
    """Compute in one call that hears nothing, as a kernel does."""
    run.advance(1, 2)
    return {"sum": sum(range(10**13))}


def swell(run: RunContext) -> Mapping[str, Any]:
    """Ask for more memory than the kind may have."""
    return {"size": len(bytearray(2 * 1024**3))}


def die(run: RunContext) -> Mapping[str, Any]:
    """End the process the first time, as a fault in compiled code would."""
    if run.attempt == 1:
        os._exit(11)
    return {"attempt": run.attempt}


def slow(run: RunContext) -> Mapping[str, Any]:
    """Take longer than the kind may."""
    while True:
        time.sleep(0.1)
