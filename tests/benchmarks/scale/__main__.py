"""`make bench-scale`: efficiency at 2 to 256 workers that sleep, all ways in one run.

Beside each efficiency stands what an evaluation costs in processor time: in the parent, and in all
other processes together, so that it can be told from a lack of processors.

Efficiency is the time that perfect workers would take, by the time that a batch took: the median of
three batches. A population has 31 evaluations for each worker, as 2,000 have at 64, and 2,000 at
256. What the time does not suffice for is said, and not measured.
"""

import argparse
import json
import os
import platform
import secrets
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from processor import MARK

from evosweep.backends.table import BACKENDS

ONCE = Path(__file__).parent / "once.py"
WAYS = ("Pool.map", "evosweep pool", "mpi4py's map", "evosweep mpi", "evosweep scoop",
        "evosweep dask", "Dask's map")  # fmt: skip
LAUNCHED_BY = {"mpi4py's map": "mpi", "evosweep mpi": "mpi", "evosweep scoop": "scoop"}
POPULATION = 2000
COSTS = {2: 10.0, 16: 10.0, 64: 10.0, 256: 50.0}
"""Milliseconds of an evaluation, by the number of workers."""
TOO_MANY = {"Dask's map": 64, "evosweep dask": 64, "mpi4py's map": 64}
"""Above so many workers their start alone takes minutes on a machine of few processors."""


@dataclass
class Clock:
    """How long the whole may take, and a single way of it."""

    minutes: float
    longest: float = 150.0

    def __post_init__(self) -> None:
        self._end = time.monotonic() + 60 * self.minutes

    @property
    def left(self) -> float:
        """Seconds for the next way."""
        return min(self.longest, self._end - time.monotonic())


def efficiency(way: str, workers: int, clock: Clock) -> str:
    """Of one way at one number of workers, as the table shows it."""
    if workers > TOO_MANY.get(way, workers):
        return "not started"
    if clock.left < 10:
        return "no time left"
    milliseconds, population = COSTS[workers], min(POPULATION, POPULATION * workers // 64)
    found = measure(way, (workers, milliseconds, population), clock.left)
    if found is None:
        return "failed"
    perfect = population * milliseconds / 1000 / workers
    ratio = perfect / statistics.median(found["seconds"])
    return f"{ratio:.2f} ({found['parent'] * 1e3:.3f} + {found['others'] * 1e3:.3f} ms)"


class Measured(TypedDict):
    """What `once.py` prints."""

    seconds: list[float]
    parent: float
    others: float


def measure(way: str, numbers: Sequence[float], patience: float) -> Measured | None:
    """Seconds of some batches, in processes of their own; None where they come to no end."""
    workers = int(numbers[0])
    start = BACKENDS[LAUNCHED_BY[way]].launch(workers) if way in LAUNCHED_BY else [sys.executable]
    command = [*start, str(ONCE), way, *map(str, numbers)]
    mark = {MARK: secrets.token_hex(8)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | mark,
    ) as group:  # fmt: skip
        try:
            said, errors = group.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            said, errors = "", f"no end within {patience:.0f} s"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(group.pid, signal.SIGKILL)
    lines = [line for line in said.splitlines() if line.startswith("{")]
    if not lines:
        print(f"{way}, {workers} workers: {errors.strip()[-300:]}", file=sys.stderr)
        return None
    found: Measured = json.loads(lines[-1])
    return found


def main() -> None:
    """Print a table as its rows are measured, the fewest workers first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    parser.add_argument("--workers", nargs="+", type=int, default=list(COSTS), choices=COSTS)
    parser.add_argument("--minutes", type=float, default=7.5, help="for all (default: 7.5)")
    options = parser.parse_args()
    clock = Clock(options.minutes)
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors")
    print("\n| workers | evaluation | load |", *(f"{way} |" for way in options.ways))
    print("|---:|---:|---:|", *("---:|" for _ in options.ways))
    for workers in options.workers:
        load = f"{os.getloadavg()[0]:.1f}"
        print(f"| {workers} | {COSTS[workers]:g} ms | {load} |", end="", flush=True)
        for way in options.ways:
            print(f" {efficiency(way, workers, clock)} |", end="", flush=True)
        print()
    print(f"\nload at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
