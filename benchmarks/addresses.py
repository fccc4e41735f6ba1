"""Reading addresses: how many are right of those labelled by hand, by kind, and how many a CPU second reads."""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from jiuzhou.geo.addresses import SURE, locate_all, warm
from jiuzhou.geo.codes import current_code
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.gazetteer import is_official, short_name

LABELLED = Path(__file__).parents[1] / "tests" / "geo" / "labelled_addresses.tsv"
STREETS = ("人民路", "解放大道", "建设北路", "中山东路", "工业一路", "科技园南区", "滨江大道", "文化西街", "北京西路")
WRITTEN = 4


def made_up(number: int, *, seed: int = 0) -> tuple[pa.Array, pa.Array]:
    """Return distinct addresses written in four ways, and the division each was made from."""
    rng = np.random.default_rng(seed)
    tree = divisions()
    below = [division for division in tree.of_level("district") if is_official(division)]
    pick, street = rng.integers(0, len(below), number), rng.integers(0, len(STREETS), number)
    texts = []
    for i, (place, road) in enumerate(zip(pick.tolist(), street.tolist(), strict=True)):
        path = list(tree.path(below[place].code))
        if i % WRITTEN == 1:
            path = [*map(short_name, path[:-1]), path[-1]]
        elif i % WRITTEN == 2 and len(path) > 2:
            path = path[1:]
        elif i % WRITTEN == 3:
            path = ["中国", *path]
        texts.append(f"{''.join(path)}{STREETS[road]}{i % 1999 + 1}号{i % 30 + 1}幢{i}室")
    return pa.array(texts), pa.array([below[place].code for place in pick.tolist()])


def accuracy() -> None:
    with LABELLED.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = locate_all(pa.array([row["address"] for row in rows])).to_pylist()
    right: Counter[str] = Counter()
    sure: Counter[bool] = Counter()
    for row, one in zip(rows, found, strict=True):
        ok = one["region_code"] == current_code(row["adcode"])
        if row["adcode"] == "?":
            ok = one["region_code"] is None or (one["confidence"] < 0.5 and bool(one["candidates"]))
        right[row["kind"]] += ok
        sure[ok] += one["confidence"] >= SURE
    of_kind = Counter(row["kind"] for row in rows)
    for kind in sorted(of_kind, key=lambda kind: right[kind] / of_kind[kind]):
        print(f"{kind:18} {right[kind]:4} of {of_kind[kind]:4}   {right[kind] / of_kind[kind]:6.1%}")
    print(f"{'all':18} {right.total():4} of {len(rows):4}   {right.total() / len(rows):6.1%}")
    print(f"sure (confidence {SURE} and more): {sure.total()} of {len(rows)}, right {sure[True] / sure.total():.1%}")


def speed(number: int) -> None:
    began = time.process_time()
    warm()
    print(f"gazetteer, and kernels from the cache or compiled: {time.process_time() - began:.1f} CPU s")
    texts, codes = made_up(number)
    began = time.process_time()
    found = locate_all(texts)["region_code"]
    spent = time.process_time() - began
    right = sum(one == other for one, other in zip(found.to_pylist(), codes.to_pylist(), strict=True)) / number
    print(f"{number:,} distinct addresses: {spent:.2f} CPU s, {number / spent:,.0f} a CPU second, {right:.2%} right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1_000_000)
    chosen = parser.parse_args()
    speed(chosen.number)
    accuracy()


if __name__ == "__main__":
    main()
