"""
Named places where a process may die, so that tests can make it die there.

``JIUZHOU_FAULT=publish.settled:2`` ends the process, as a power cut would, the second time it passes that place.
"""

from __future__ import annotations

import os
from collections import Counter

_passed: Counter[str] = Counter()


def fault(name: str) -> None:
    """End the process at the place ``name`` if it is the one named in the environment; else do nothing."""
    armed = os.environ.get("JIUZHOU_FAULT")
    if not armed:
        return
    place, _, times = armed.partition(":")
    if place == name:
        _passed[name] += 1
        if _passed[name] >= int(times or 1):
            os._exit(9)
