"""An import that fills the disk rests, loses nothing, and goes on once there is space (A6)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

PROGRAM = Path(__file__).with_name("full_disk.py")
ROWS = 20_000

pytestmark = [
    pytest.mark.skipif(settings.get_current_profile_name() != "search", reason="a long form: make drill runs it"),
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="fills the disk under the embedded database"),
]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of 14 MB: the schema and the upload fit, the customers do not."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None or sys.platform != "linux":
        pytest.skip("makes a small file system, which needs Linux")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=14m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode != 0:
        pytest.skip("makes a small file system, which only root may")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_an_import_that_fills_the_disk_rests_and_goes_on_once_there_is_space(small_disk: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(small_disk), str(ROWS)], capture_output=True, text=True, timeout=600
    )

    assert done.returncode == 0, done.stderr
    full, after = (json.loads(line) for line in done.stdout.splitlines())
    assert 0 < full.pop("customers") < ROWS
    assert full.pop("run") in ("paused", "running", "queued")
    assert full == {"import": "checked", "database": "ok"}
    assert after == {"run": "succeeded", "import": "imported", "customers": ROWS, "database": "ok"}
