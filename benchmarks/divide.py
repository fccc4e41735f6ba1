"""How good and how fast plans are on invented maps: python benchmarks/divide.py [customers reps]…"""

import sys
import time
from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from jiuzhou.divide import DividePolicy, solve, warm
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.scores import CUSTOMER_SCORES, Scores

TODAY = date(2026, 3, 31)
SIZES = ((1_000, 10), (3_000, 24), (6_000, 24), (10_000, 100))
POLICIES = {
    "homes ±5 %": DividePolicy(),
    "homes ±5 %, potential ±10 %": DividePolicy(activities={"workload": 0.05, "potential": 0.1}),
    "free ±5 %": DividePolicy(centres="free"),
}


def invented(customers: int, reps: int, *, seed: int = 7) -> tuple[Book, Scores]:
    """Towns of Zipf-like sizes with a rural fifth between them; reps live at customers of their own part of the map."""
    rng = np.random.default_rng(seed)
    towns = max(8, reps // 3)
    centres = np.column_stack([rng.uniform(106, 116, towns), rng.uniform(25, 32, towns)])
    size = 1 / (np.arange(towns) + 3) ** 0.9
    size /= size.sum()
    town = rng.choice(towns, customers, p=size)
    spread = 0.02 + 1.1 * np.sqrt(size[town])
    places = centres[town] + rng.standard_normal((customers, 2)) * spread[:, None]
    rural = rng.random(customers) < 0.2
    places[rural] = np.column_stack([rng.uniform(106, 116, rural.sum()), rng.uniform(25, 32, rural.sum())])
    workload = np.clip(np.round(10 * rng.lognormal(0, 0.8, customers)), 1, 120)
    potential = np.round(workload * rng.lognormal(0, 0.5, customers), 2)
    order = np.argsort(places[:, 0], kind="stable")
    homes = places[[int(rng.choice(part)) for part in np.array_split(order, reps)]]
    ids = [f"C{row:06d}" for row in range(customers)]
    table = pa.table({"customer_id": ids, "lon": places[:, 0], "lat": places[:, 1]})
    owners = pa.table({"owner_id": [f"R{k:04d}" for k in range(reps)], "lon": homes[:, 0], "lat": homes[:, 1]})
    book = Book.of(BookSettings(as_of=TODAY), {"customers": table, "owners": owners})
    known = {"customer_id": pa.array(ids), "workload": pa.array(workload), "potential": pa.array(potential)}
    columns = [
        known[field.name].cast(field.type) if field.name in known else pa.nulls(customers, field.type)
        for field in CUSTOMER_SCORES
    ]
    scored = pa.table(columns, schema=CUSTOMER_SCORES)
    empty = scored.slice(0, 0)
    return book, Scores(TODAY, scored, empty, empty, empty, {})


def main(arguments: Sequence[str]) -> None:
    sizes = [(int(n), int(p)) for n, p in zip(arguments[::2], arguments[1::2], strict=True)] or SIZES
    warm()
    print(f"{'customers × reps':>18} {'policy':<28} {'CPU s':>6} {'mean km':>8} {'out':>4} {'off':>4} {'gap %':>6}")
    worst = 0.0
    for customers, reps in sizes:
        book, scores = invented(customers, reps)
        for name, policy in POLICIES.items():
            begin = time.process_time()
            plan = solve(book, scores, policy=policy, seed=7, today=TODAY)
            spent = time.process_time() - begin
            figures = {key: metric.value for key, metric in plan.metrics.items()}
            gap = figures["fixed_centre_gap"]
            worst = max(worst, gap)
            print(
                f"{f'{customers:,} × {reps}':>18} {name:<28} {spent:6.2f} {figures['mean_distance_km']:8.2f} "
                f"{figures['out_of_band']:4.0f} {figures['detached']:4.0f} {100 * gap:6.2f}",
                flush=True,
            )
    print(f"Largest gap to the proven bound around the plan's own centres: {100 * worst:.2f} %.")


if __name__ == "__main__":
    main(sys.argv[1:])
