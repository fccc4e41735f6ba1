"""CPU seconds and memory of fitting purchase models, compression included; beside lifetimes where it is installed."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from jiuzhou.evaluate.worth.bgnbd import BgNbd, MbgNbd
from jiuzhou.evaluate.worth.histories import histories_of
from jiuzhou.evaluate.worth.paretonbd import GgomNbd, ParetoNbd

MODELS = {"bgnbd": BgNbd, "mbgnbd": MbgNbd, "paretonbd": ParetoNbd, "ggomnbd": GgomNbd}
TRUTH = BgNbd(0.243, 4.414 * 7, 0.793, 2.426)  # CDNOW, in days
RUNS = (
    *(("bgnbd", size) for size in (100_000, 1_000_000, 10_000_000)),
    *(("lifetimes", size) for size in (100_000, 1_000_000)),
    *(("lifetimes-counts", size) for size in (100_000, 1_000_000)),
    *(("mbgnbd", 1_000_000), ("paretonbd", 100_000), ("paretonbd", 1_000_000), ("ggomnbd", 100_000)),
)


def customers_on_days(size: int, *, seed: int = 1) -> pa.Table:
    """Customers observed for 30 to 1,095 days, one row each, in whole days."""
    rng = np.random.default_rng(seed)
    T = rng.integers(30, 1096, size)
    x, t_x = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for begin in range(0, size, 1_000_000):
        part = slice(begin, begin + 1_000_000)
        drawn = TRUTH.draw(T[part].astype(float), rng)
        t_x[part] = np.where(drawn.x > 0, np.maximum(np.ceil(drawn.t_x), 1), 0)
        x[part] = np.minimum(drawn.x, t_x[part])
    return pa.table({"x": x, "t_x": t_x, "T": T})


def fit_ours(model: str) -> Callable[[pa.Table], str]:
    def fit(table: pa.Table) -> str:
        found = MODELS[model].fit(histories_of(table))
        return " ".join(f"{name} {getattr(found, name):.4g}" for name in found.names())

    return fit


def fit_lifetimes(table: pa.Table) -> str:
    from lifetimes import BetaGeoFitter  # type: ignore[import-not-found]

    fitter = BetaGeoFitter().fit(*(table[name].to_pandas() for name in ("x", "t_x", "T")))
    return " ".join(f"{name} {value:.4g}" for name, value in fitter.params_.items())


def fit_lifetimes_on_counts(table: pa.Table) -> str:
    from lifetimes import BetaGeoFitter

    histories = histories_of(table)
    fitter = BetaGeoFitter().fit(histories.x, histories.t_x, histories.T, weights=histories.n)
    return " ".join(f"{name} {value:.4g}" for name, value in fitter.params_.items())


def measure(what: str, size: int) -> None:
    table = customers_on_days(size)
    ways = {"lifetimes": fit_lifetimes, "lifetimes-counts": fit_lifetimes_on_counts}
    fit = ways.get(what) or fit_ours(what)
    if what in ways:
        warnings.simplefilter("ignore")
        importlib.import_module("lifetimes")
    cpu = time.process_time()
    found = fit(table)
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<18}{size:>12,}{cpu:>9.3f}{peak:>9.0f}  {found}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("MODEL", "CUSTOMERS"))
    arguments = parser.parse_args()
    if arguments.one:
        measure(arguments.one[0], int(arguments.one[1]))
        return
    there = importlib.util.find_spec("lifetimes") is not None
    print(f"{'model':<18}{'customers':>12}{'CPU s':>9}{'peak MB':>9}", flush=True)
    for what, size in RUNS:
        if there or not what.startswith("lifetimes"):
            subprocess.run([sys.executable, __file__, "--one", what, str(size)], check=True)
    if not there:
        print("lifetimes is not installed here; `make .venv/lab` brings it.")


if __name__ == "__main__":
    main()
