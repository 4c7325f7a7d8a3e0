"""Evaluations of very unequal length on two workers: how far from the best possible a batch ends.

Each evaluation takes a time of its own, lognormal with sigma 1.5, so that a few take as long as a
hundred others. No schedule ends before the larger of total / workers and the longest evaluation;
a figure is the wall time over that. The ways take turns on the same batches, and what no schedule
knows before is which evaluations are the long ones.
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
from pathlib import Path

from tail_once import MEAN, SIGMA, WORKERS, best_possible, durations

ONCE = Path(__file__).parent / "tail_once.py"
WAYS = ["Pool.map", "Pool.map(chunksize=1)", "evosweep pool", "evosweep scoop"]
COUNTS = [200, 400]
BATCHES = 9


def measure(way: str, count: int, batches: list[int]) -> list[float]:
    """Seconds of each batch, in a process that is told which way to go."""
    scoop = ["-m", "scoop", "--quiet", "--host", "127.0.0.1", "-n", str(WORKERS)]
    command = [sys.executable, *(scoop if "scoop" in way else []), str(ONCE)]
    done = subprocess.run(
        [*command, way, str(count), *map(str, batches)],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def main() -> None:
    """Prints a table a size of batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=BATCHES)
    rounds = parser.parse_known_args()[0].batches // 3
    print(f"{platform.platform()}, {os.cpu_count()} processors, Python "
          f"{platform.python_version()}, {WORKERS} workers; evaluations of {MEAN * 1000:g} ms on "
          f"average, lognormal, sigma {SIGMA}\n")  # fmt: skip
    for count in COUNTS:
        ratios: dict[str, list[float]] = {way: [] for way in WAYS}
        best: list[float] = []
        for turn in range(rounds):
            batches = list(range(3 * turn, 3 * turn + 3))
            best += [best_possible(durations(count, batch)) for batch in batches]
            for way in random.sample(WAYS, len(WAYS)):
                found = measure(way, count, batches)
                ratios[way] += [a / b for a, b in zip(found, best[-3:], strict=True)]
        _print_table(count, best, ratios)


def _print_table(count: int, best: list[float], ratios: dict[str, list[float]]) -> None:
    print(f"batches of {count}; best possible {statistics.median(best):.3f} s (median)\n")
    print("| way | median over best possible | mean | worst batch |\n|---|---:|---:|---:|")
    for way, found in ratios.items():
        middle, mean, worst = statistics.median(found), statistics.fmean(found), max(found)
        print(f"| {way} | {middle:.3f} | {mean:.3f} | {worst:.3f} |")
    print()


if __name__ == "__main__":
    main()
