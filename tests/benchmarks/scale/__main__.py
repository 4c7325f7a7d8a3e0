"""`make bench-scale`: efficiency at 2 to 256 workers that sleep, all ways in one run.

Efficiency is the time that perfect workers would take, by the time that a batch took. The median
of three batches; the ways take turns. `--ways`, `--workers` and `--milliseconds` choose a part.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

from evosweep.backends.table import BACKENDS

ONCE = Path(__file__).parent / "once.py"
WAYS = ("Pool.map", "Dask's map", "mpi4py's map", "evosweep pool", "evosweep scoop", "evosweep mpi",
        "evosweep dask")  # fmt: skip
POPULATION = 2000
LAUNCHED_BY = {"mpi4py's map": "mpi", "evosweep mpi": "mpi", "evosweep scoop": "scoop"}
_PATIENCE = 900


def measure(way: str, workers: int, milliseconds: float) -> list[float]:
    """Seconds of some batches, in a process of their own; none where it does not come to an end."""
    start = BACKENDS[LAUNCHED_BY[way]].launch(workers) if way in LAUNCHED_BY else [sys.executable]
    command = [*start, str(ONCE), way, str(workers), str(milliseconds), str(POPULATION)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=_PATIENCE,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
    if not lines:
        print(f"{way}, {workers} workers: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return []
    seconds: list[float] = json.loads(lines[-1])
    return seconds


def main() -> None:
    """Print a table for each cost of an evaluation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ways", nargs="+", default=WAYS)
    parser.add_argument("--workers", nargs="+", type=int, default=(2, 8, 32, 64, 128, 256))
    parser.add_argument("--milliseconds", nargs="+", type=float, default=(10.0, 50.0))
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, load {os.getloadavg()[0]}")
    for milliseconds in options.milliseconds:
        print(f"\npopulation {POPULATION:,}, evaluations of {milliseconds:g} ms\n")
        print("| way |", *(f"{workers} |" for workers in options.workers))
        print("|---|", *("---:|" for _ in options.workers))
        for way in options.ways:
            row = [_efficiency(way, workers, milliseconds) for workers in options.workers]
            print(f"| {way} |", *(f"{cell} |" for cell in row), flush=True)
    print(f"\nload at the end: {os.getloadavg()[0]}")


def _efficiency(way: str, workers: int, milliseconds: float) -> str:
    seconds = measure(way, workers, milliseconds)
    if not seconds:
        return "-"
    perfect = POPULATION * milliseconds / 1000 / workers
    return f"{perfect / statistics.median(seconds):.2f}"


if __name__ == "__main__":
    main()
