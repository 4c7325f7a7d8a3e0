"""What a run costs beside the same program in plain DEAP, for each kind of genome.

    python tests/benchmarks/bench_kinds.py [--rounds N] [--only NAME]

Both run in turn in this process, from the same seed; equal digests mean equal populations (exit
code 1 where they differ). Seconds of the processor, of the evolution alone: what a run takes to
start and to end is measured by bench_runs.py. A ratio is the median over the pairs, so that other
work on the machine, which slows both, says little.
"""

import argparse
import gc
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ["OMP_NUM_THREADS"] = "1"  # as in every run; before NumPy is imported

import deap
import gene_kinds
import numpy

from evosweep.backends.serial import Serial
from evosweep.config.spec import RunSpec
from evosweep.genomes.digest import population_digest
from evosweep.processes.activity import board
from evosweep.records.folder import RunFolder
from evosweep.run.attempt import run_one


class Case(NamedTuple):
    """A program: its problem, its algorithm and the algorithm's parameters."""

    problem: Callable[[], Any]
    algorithm: Callable[..., Any]
    params: dict[str, int]
    times: float = 0.0
    """How many times the plain program's seconds are wanted at most; 0: it is not said."""
    more: float = 0.0
    """How many microseconds an evaluation more than in the plain program are wanted at most."""


SAMPLED = {"generations": 60}
EVOLVED = {"size": 300, "generations": 60}
CASES = {
    "CMA-ES, lists of NumPy floats": Case(
        gene_kinds.sampled_scalars, gene_kinds.sample, SAMPLED, times=1.2
    ),
    "CMA-ES, lists of floats": Case(
        gene_kinds.sampled_floats, gene_kinds.sample, SAMPLED, times=1.2
    ),
    "CMA-ES, arrays": Case(gene_kinds.sampled_arrays, gene_kinds.sample, SAMPLED, times=1.2),
    "GA, lists of 100 bits": Case(gene_kinds.bits, gene_kinds.evolve, EVOLVED, times=1.2),
    "GA, lists of floats": Case(gene_kinds.floats, gene_kinds.evolve, EVOLVED, times=1.2),
    "GA, tuples": Case(gene_kinds.tuples, gene_kinds.evolve, EVOLVED, times=1.2),
    "GP, trees": Case(gene_kinds.trees, gene_kinds.evolve, EVOLVED, times=1.2),
    "particle swarm, one at a time": Case(
        gene_kinds.swarm, gene_kinds.fly, {"size": 50, "generations": 100}, more=40.0
    ),
    "(1+1), one at a time": Case(
        gene_kinds.bits, gene_kinds.climb, {"generations": 5000}, more=40.0
    ),
}
SEED = 3


class Measured(NamedTuple):
    """One performance of a program."""

    seconds: float
    digest: str
    evaluations: int = 0


def by_hand(case: Case) -> Measured:
    """The plain program."""
    toolbox = case.problem()
    random.seed(SEED)
    numpy.random.seed(SEED)
    gc.collect()
    started = time.process_time()
    returned = case.algorithm(toolbox, **case.params)
    seconds = time.process_time() - started
    population = returned[0] if isinstance(returned, tuple) else returned
    return Measured(seconds, population_digest(population))


def by_run(case: Case) -> Measured:
    """The same as a run, with its journal, its statistics and a board as under `evosweep run`."""
    spec = RunSpec.parse({
        "problem": {"use": f"gene_kinds:{case.problem.__name__}", "params": {}},
        "algorithm": {"use": f"gene_kinds:{case.algorithm.__name__}", "params": case.params},
        "backend": {"use": "serial", "workers": 1},
        "seed": SEED,
        "import_path": str(Path(__file__).parent),
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch, Serial() as backend:
        (seats := Path(scratch, "board")).mkdir()
        gc.collect()
        with board(seats):
            record = run_one(spec, RunFolder(Path(scratch, "run")), backend)
    seconds = record.timings["parent_cpu"] + record.timings["evaluation_cpu"]
    return Measured(seconds, record.population_digest, record.evaluations)


def row(name: str, case: Case, rounds: int) -> tuple[str, bool]:
    """The row of the table, and whether the populations are equal."""
    pairs = [(by_hand(case), by_run(case)) for _ in range(rounds + 1)][1:]  # the first one warms up
    each = pairs[0][1].evaluations
    plain = statistics.median(hand.seconds for hand, _ in pairs) / each * 1e6
    times = statistics.median(run.seconds / hand.seconds for hand, run in pairs)
    more = statistics.median(run.seconds - hand.seconds for hand, run in pairs) / each * 1e6
    wanted = f"{case.times:g} times" if case.times else f"{case.more:g} us more"
    digests = {measured.digest for pair in pairs for measured in pair}
    alike = f"= {digests.pop()[:12]}" if len(digests) == 1 else "DIFFER"
    cells = (name, f"{plain:.1f}", f"{plain + more:.1f}", f"{more:+.1f}", f"{times:.2f}")
    return f"| {' | '.join(cells)} | {wanted} | {alike} |", not digests


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a row's name")
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, DEAP {deap.__version__}, NumPy {numpy.__version__}, "
        f"{platform.machine()}; microseconds of the processor an evaluation, everything of the "
        f"evolution included; medians of {options.rounds} pairs\n"
    )
    print("| program | plain DEAP | evosweep run | more | times | wanted at most | digests |")
    print("|---|---:|---:|---:|---:|---|---|")
    equal = True
    for name, case in CASES.items():
        if options.only.lower() in name.lower():
            line, same = row(name, case, options.rounds)
            equal &= same
            print(line, flush=True)
    return int(not equal)


if __name__ == "__main__":
    sys.exit(main())
