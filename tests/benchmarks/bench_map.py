"""What an evaluation costs beside itself: stock DEAP's ways to map, and evosweep's, in one run.

Two workers. A figure is the median over rounds in which the ways take turns; `overhead` is
what a batch took more than perfect work of its processes would have, an evaluation.
"""

import json
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ONCE = Path(__file__).parent / "map_once.py"
WAYS = ["map", "Pool.map", "scoop.futures.map", "evosweep serial", "evosweep pool",
        "evosweep scoop"]  # fmt: skip
COSTS = {0.0: 2000, 0.1: 1000, 1.0: 400, 10.0: 60}
ROUNDS = 3
WORKERS = 2


def measure(way: str, milliseconds: float, count: int) -> list[float]:
    """Seconds of some batches, in a process of their own."""
    scoop = ["-m", "scoop", "--quiet", "--host", "127.0.0.1", "-n", str(WORKERS)]
    command = [sys.executable, *(scoop if "scoop" in way else []), str(ONCE)]
    done = subprocess.run(
        [*command, way, str(milliseconds), str(count)],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def main() -> None:
    """Prints a table a cost."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {WORKERS} workers\n")
    for milliseconds, count in COSTS.items():
        batches: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(ROUNDS):
            for way in WAYS:
                batches[way] += measure(way, milliseconds, count)
        _print_table(milliseconds, count, batches)


def _print_table(milliseconds: float, count: int, batches: dict[str, list[float]]) -> None:
    print(f"evaluation of {milliseconds:g} ms, batches of {count}\n")
    print("| way | us an evaluation | overhead, us | efficiency | against its stock peer |")
    print("|---|---:|---:|---:|---:|")
    medians = {way: statistics.median(seconds) for way, seconds in batches.items()}
    peers = {"evosweep serial": "map", "evosweep pool": "Pool.map",
             "evosweep scoop": "scoop.futures.map"}  # fmt: skip
    for way, wall in medians.items():
        alone = way in ("map", "evosweep serial")
        ideal = milliseconds / 1000 * count / (1 if alone else WORKERS)
        efficiency = f"{ideal / wall:.3f}" if milliseconds else ""
        ratio = f"{wall / medians[peers[way]]:.2f}" if way in peers else ""
        each, over = wall / count * 1e6, (wall - ideal) / count * 1e6
        print(f"| {way} | {each:.1f} | {over:.1f} | {efficiency} | {ratio} |")
    print()


if __name__ == "__main__":
    main()
