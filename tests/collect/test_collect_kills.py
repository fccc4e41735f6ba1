"""A reading killed again and again, at any moment, ends with the same bytes as one that was left alone."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from hypothesis import settings

FULL = settings.get_current_profile_name() == "search"
KILLS, LINES = (50, 4_000_000) if FULL else (4, 100_000)

READING = """
import sys
from pathlib import Path
from jiuzhou.adapters.shelves import DiskShelf
from jiuzhou.adapters.sources.csv_files import csv_source
from jiuzhou.collect.gathering import gather
from jiuzhou.kernel.book import BookSettings

folder, out, size = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
sources = {name: csv_source(folder / f"{name}.csv", name, out, block_bytes=size) for name in ("customers", "orders")}
quality = gather(sources, BookSettings(), DiskShelf(out))
print(quality.totals["read"], quality.totals["kept"])
"""


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def write_tables(folder: Path, lines: int) -> None:
    rng = np.random.default_rng(5)
    folder.mkdir()
    customers = [f"C{number},客户{number},C{number // 7}" for number in range(lines // 20)]
    (folder / "customers.csv").write_text("customer_id,name,parent_customer_id\n" + "\n".join(customers), "utf-8")
    whose = rng.integers(0, lines // 19, lines)  # some customers are not there
    orders = rng.integers(0, lines // 3, lines)
    rows = [
        f"O{order},C{customer},2025-01-{1 + order % 28:02},{'多' if order % 997 == 0 else order % 1000}"
        for order, customer in zip(orders.tolist(), whose.tolist(), strict=True)
    ]
    (folder / "orders.csv").write_text("order_id,customer_id,ordered_at,amount\n" + "\n".join(rows), "utf-8")


def test_the_digest_is_that_of_an_uninterrupted_reading(tmp_path: Path) -> None:
    tables, size = tmp_path / "in", "8000000" if FULL else "100000"
    write_tables(tables, LINES)

    def reading(out: str) -> subprocess.Popen[bytes]:
        (tmp_path / out).mkdir(exist_ok=True)
        command = [sys.executable, "-c", READING, str(tables), str(tmp_path / out), size]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    whole = reading("whole")
    told, failed = whole.communicate(timeout=600)
    assert whole.returncode == 0, failed.decode()

    rng, kills, rounds = np.random.default_rng(1), 0, 0
    while kills < KILLS:
        out, rounds = f"again-{rounds}", rounds + 1
        again = reading(out)
        while kills < KILLS:
            wait_for_work(tmp_path / out, again)
            time.sleep(rng.uniform(0, 0.4 if FULL else 0.05))
            if again.poll() is not None:
                break
            again.kill()
            again.communicate()
            kills += 1
            again = reading(out)
        said, failed = again.communicate(timeout=600)
        assert again.returncode == 0, failed.decode()
        assert said == told
        assert digest(tmp_path / out) == digest(tmp_path / "whole")


def wait_for_work(out: Path, process: subprocess.Popen[bytes]) -> None:
    """Let it do something of its own before it is killed, or the kills would only hit its start."""
    before = sum(1 for _ in out.rglob("*"))
    while process.poll() is None and sum(1 for _ in out.rglob("*")) <= before:
        time.sleep(0.01)
