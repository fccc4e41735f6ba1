"""Workers as processes of their own, in the short form of the drill beside this file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DRILL = Path(__file__).with_name("drill.py")


@pytest.mark.skipif(sys.platform == "win32", reason="kills processes as only POSIX can")
def test_two_workers_killed_at_random_lose_nothing_double_nothing_and_stop_when_told() -> None:
    options = ("--runs", "14", "--steps", "3", "--kills", "3", "--cancels", "1")

    done = subprocess.run([sys.executable, "-W", "ignore", str(DRILL), *options], capture_output=True, text=True)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    assert done.stdout.count("passed") == 5
