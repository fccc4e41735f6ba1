"""
CPU seconds, memory, precision and recall of finding duplicates: the demo's customers and corrupted copies of a fifth.

Each run is a process of its own: ``python benchmarks/duplicates.py 1000000`` for the large one.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corrupting import originals, with_copies
from jiuzhou.adapters.linking import find_pairs
from jiuzhou.collect.duplicates import Clusters, clusters, link_model, marks

SIZES = (100_000,)
SHARE = 0.2


def main() -> None:
    """Make the records in one process and measure in another, so that the one's memory is not counted for the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("records", type=int, nargs="*", default=SIZES)
    parser.add_argument("--measure", type=Path)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure)
        return
    with TemporaryDirectory() as folder:
        for records in given.records:
            file = Path(folder) / f"{records}.parquet"
            make(records, file)
            subprocess.run([sys.executable, __file__, "--measure", str(file)], check=True)


def make(records: int, file: Path) -> None:
    """Write ``records`` in all: customers of the demo book, and among them a corrupted copy of every fifth."""
    table, truth = with_copies(originals(round(records / (1 + SHARE))), SHARE)
    pq.write_table(table.append_column("truth", pa.array(truth)), file)


def measure(file: Path) -> None:
    """Find the duplicates in ``file`` and print what it cost and how right it was."""
    table = pq.read_table(file).combine_chunks()
    truth = table["truth"].to_numpy()
    clock = [time.process_time()]
    compared = marks(table)
    clock.append(time.process_time())
    model = link_model(compared)
    pairs = find_pairs(compared, model)
    clock.append(time.process_time())
    found = clusters(pairs, compared, certain=model.certain)
    clock.append(time.process_time())
    steps = np.diff(clock)
    right, merged = score(found, truth)
    twins = int((np.bincount(truth) == 2).sum())
    print(
        f"duplicates among {len(truth):,} records: {clock[-1] - clock[0]:.1f} CPU s "
        f"(normalise {steps[0]:.1f}, Splink {steps[1]:.1f}, cluster {steps[2]:.1f}), "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB; "
        f"precision {right / merged:.5f}, recall {right / twins:.4f}, "
        f"{found.verdict.count('review'):,} pairs to review"
    )


def score(found: Clusters, truth: np.ndarray) -> tuple[int, int]:
    """Return how many merged pairs are one customer, and how many were merged."""
    pairs = [(one, other) for group in found.groups for at, one in enumerate(group) for other in group[at + 1 :]]
    left, right = np.array(pairs).T
    return int((truth[left] == truth[right]).sum()), len(pairs)


if __name__ == "__main__":
    main()
