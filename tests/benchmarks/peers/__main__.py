"""Evosweep beside what people would use instead, on the same work: `make bench-peers`.

Each row is a problem, a population and a number of generations; each peer runs it with the same
operators as far as it has them, in a process of its own, and tells seconds of the processor and its
final population. They take turns, one seed each, so that a machine whose speed changes is the same
for all; the best of the seeds counts. Beside the time stands what was reached (mean over the
seeds), so that nobody compares unlike work: the best number of ones, or the hypervolume.
"""

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import moocore
import numpy as np

HERE = Path(__file__).parent
ROWS = {
    "onemax": "OneMax, 100 bits, 300 x 40",
    "nsga2-100": "NSGA-II, ZDT1, 100 x 200",
    "nsga2-1000": "NSGA-II, ZDT1, 1,000 x 20",
    "nsga3": "NSGA-III, DTLZ2, 92 x 40",
}
PEERS = ("pymoo", "pygmo", "pygad", "leap")


@dataclass
class _Peer:
    """A program that waits for seeds, and what it has answered."""

    command: list[str]
    process: subprocess.Popen[str]
    version: str | None
    seconds: list[float] = field(default_factory=list)
    reached: list[float] = field(default_factory=list)

    def answer(self, seed: int) -> None:
        """Let it run the row with a seed, while the others wait."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seed}\n")
        self.process.stdin.flush()
        told = json.loads(_line(self.process, self.command))
        self.seconds.append(told["seconds"])
        self.reached.append(_quality(told["objectives"]))


def main() -> int:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=".peers/bin/python", help="Python with the peers")
    parser.add_argument("--rounds", type=int, default=5, help="seeds of each (default: 5)")
    args = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, best of {args.rounds}\n")
    print("| work | program | CPU seconds | reached | times evosweep's |\n|---|---|---|---|---|")
    for name, title in ROWS.items():
        _measure(name, title, args)
    return 0


def _measure(name: str, title: str, args: argparse.Namespace) -> None:
    """Let all programs do a row in turns, and print their lines."""
    here, there = sys.executable, args.peers
    commands = [[here, "deap_rows.py", name], [here, "deap_rows.py", name, "fast"]]
    commands += [[there, f"{peer}_rows.py", name] for peer in PEERS]
    with contextlib.ExitStack() as all_of_them:
        peers = [all_of_them.enter_context(_started(command)) for command in commands]
        _, ours, *_ = peers
        peers = [peer for peer in peers if peer.version]
        for seed in range(1, args.rounds + 1):
            for peer in peers:
                peer.answer(seed)
    for peer in peers:
        least = min(peer.seconds)
        print(
            f"| {title} | {peer.version} | {least:.3f} | {np.mean(peer.reached):.4g} | "
            f"{least / min(ours.seconds):.2f} |",
            flush=True,
        )


@contextlib.contextmanager
def _started(command: list[str]) -> Iterator[_Peer]:
    """Start a peer's program, and end it by the end of its input."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    words = [command[0], str(HERE / command[1]), *command[2:]]
    with subprocess.Popen(
        words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield _Peer(words, process, json.loads(_line(process, words)))


def _line(process: subprocess.Popen[str], command: list[str]) -> str:
    """Return the next line of JSON; libraries print lines of their own."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(("{", '"', "null")):
            return line
    sys.exit(f"{' '.join(command)} ended with exit code {process.wait()}: see above")


def _quality(objectives: list[list[float]]) -> float:
    points = np.array(objectives)
    if points.shape[1] == 1:
        return float(points.max())
    return float(moocore.hypervolume(points, ref=[1.1] * points.shape[1]))


if __name__ == "__main__":
    sys.exit(main())
