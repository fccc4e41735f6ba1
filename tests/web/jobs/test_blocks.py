"""A worker that was killed leaves a small file behind; the next one takes it away, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from jiuzhou.web.jobs.process import clear_away


def test_what_a_killed_worker_left_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f"jiuzhou-run-{gone.pid}-abc"
    kept = [tmp_path / f"jiuzhou-run-{os.getpid()}-abc", tmp_path / "jiuzhou-run-book", tmp_path / "other"]
    for path in (left, *kept):
        path.write_bytes(b"")

    clear_away()

    assert not left.exists()
    assert all(path.exists() for path in kept)
