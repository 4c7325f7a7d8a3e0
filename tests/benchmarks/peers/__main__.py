"""Evosweep beside what people would use instead, on the same work: `make bench-peers`.

Each row is a problem, a population and a number of generations; each peer runs it with the same
operators as far as it has them, in a process of its own, and prints seconds of the processor (best
of some seeds) and its final populations. Beside the time stands what was reached (mean over the
seeds), so that nobody compares unlike work: the best number of ones, or the hypervolume.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import moocore
import numpy as np

HERE = Path(__file__).parent
ROWS = {
    "onemax": "OneMax, 100 bits, 300 x 40",
    "nsga2-100": "NSGA-II, ZDT1, 100 x 200",
    "nsga2-1000": "NSGA-II, ZDT1, 1,000 x 20",
    "nsga3": "NSGA-III, DTLZ2, 92 x 40",
}
OURS = (("DEAP", "deap_rows.py", []), ("evosweep", "deap_rows.py", ["fast"]))
PEERS = ("pymoo", "pygmo", "pygad", "leap")


def main() -> int:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=".peers/bin/python", help="Python with the peers")
    parser.add_argument("--rounds", type=int, default=5, help="seeds of each (default: 5)")
    args = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, best of {args.rounds}\n")
    print("| work | program | CPU seconds | reached | times evosweep's |\n|---|---|---|---|---|")
    for name, title in ROWS.items():
        results = {
            label: _run(sys.executable, program, name, args.rounds, *more)
            for label, program, more in OURS
        } | {peer: _run(args.peers, f"{peer}_rows.py", name, args.rounds) for peer in PEERS}
        _print(title, results)
    return 0


def _run(python: str, program: str, row: str, rounds: int, *more: str) -> dict[str, Any] | None:
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    command = [python, str(HERE / program), row, str(rounds), *more]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} {row}: {done.stderr.strip().splitlines()[-1]}")
    result: dict[str, Any] | None = json.loads(done.stdout.splitlines()[-1])
    return result


def _print(title: str, results: dict[str, dict[str, Any] | None]) -> None:
    ours = results["evosweep"]
    assert ours is not None
    for result in results.values():
        if result is not None:
            ratio = result["seconds"] / ours["seconds"]
            reached = np.mean([_quality(front) for front in result["objectives"]])
            print(
                f"| {title} | {result['version']} | {result['seconds']:.3f} | {reached:.4g} | "
                f"{ratio:.2f} |",
                flush=True,
            )


def _quality(objectives: list[list[float]]) -> float:
    points = np.array(objectives)
    if points.shape[1] == 1:
        return float(points.max())
    return float(moocore.hypervolume(points, ref=[1.1] * points.shape[1]))


if __name__ == "__main__":
    sys.exit(main())
