"""How far the rows of `make bench-peers` are from what the same population demands at least.

    python tests/benchmarks/bench_floor.py [--rounds N]

The floor of a row has what no way around is known for in interpreted Python: DEAP's random draws,
made in bulk; its powers, of which NumPy's differ in last bits; its evaluations, one by one; and an
individual with its genes and its fitness for each child. Neither the walk that tells which draw
means what, nor any selection is in it. CMA-ES's floor has NumPy's draws, the products and the
eigenvectors of its matrices, which NumPy's libraries compute in orders of their own, evaluations
and individuals; no sums of vectors, no sorting, no statistics. Beside it stands evosweep.fast
without its compiled core and with it. Seconds of the processor, the best of some rounds.
"""

import argparse
import os
import platform
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import repeat
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # as in every run; before NumPy is imported

import deap_programs as programs
import numpy
from deap import benchmarks
from numpy.typing import NDArray

from evosweep.fast import core
from evosweep.fast.bulk_walk import Walk
from evosweep.fast.draws import floats
from evosweep.problems.classes import individual_class

ROWS: dict[str, tuple[Callable[[programs.Parts], Any], Callable[..., Any], int, int]] = {
    "NSGA-II, ZDT1, 100 x 200": (
        partial(programs.nsga2, size=100, generations=200), benchmarks.zdt1, 30, 20_000,
    ),
    "NSGA-II, ZDT1, 1,000 x 20": (
        partial(programs.nsga2, size=1000, generations=20), benchmarks.zdt1, 30, 20_000,
    ),
    "NSGA-III, DTLZ2, 92 x 40": (
        programs.nsga3, partial(benchmarks.dtlz2, obj=3), 12, 92 * 40,
    ),
}  # fmt: skip
"""The program, its evaluation, its genes, and the children that it makes."""


class Counted:
    """The draws and the varied genes of a program, as its walks leave them."""

    def __init__(self, program: Callable[[programs.Parts], Any]) -> None:
        self.draws = self.crossed = self.mutated = 0
        leave = Walk.leave

        def counted(walk: Any) -> None:
            self.draws += walk._at
            self.crossed += len(walk.crossed[0])
            self.mutated += len(walk.mutated[0])
            leave(walk)

        Walk.leave = counted  # type: ignore[method-assign]
        try:
            _interpreted(program)
        finally:
            Walk.leave = leave  # type: ignore[method-assign]


STRATEGY = "CMA-ES, sphere, 10 x 10"
SIZE, SAMPLES, GENERATIONS = 10, 10, 300


def _strategy(parts: programs.Parts) -> Any:
    return programs.cma_es(parts, benchmarks.sphere, SIZE, SAMPLES, GENERATIONS)


def _strategy_floor() -> None:
    kind = individual_class("BenchFloorStrategy", list, (-1.0,))
    fitness_class = kind.reduce_args[2]["fitness"]
    matrix, weights = numpy.identity(SIZE), numpy.ones(SAMPLES // 2)
    for _ in range(GENERATIONS):
        samples = numpy.dot(numpy.random.standard_normal((SAMPLES, SIZE)), matrix)
        for genes in samples:
            child = kind.__new__(kind)
            child.extend(genes)
            child.fitness = fitness_class.__new__(fitness_class)
            child.fitness.wvalues = tuple(benchmarks.sphere(child))
        _products(matrix, weights, samples[: SAMPLES // 2])
        numpy.linalg.eigh(matrix)


def _products(
    matrix: NDArray[numpy.float64], weights: NDArray[numpy.float64], parents: NDArray[numpy.float64]
) -> None:
    """The products of an update, in DEAP's shapes."""
    shift = numpy.dot(weights, parents)
    path = numpy.dot(matrix, numpy.dot(matrix.T, shift))
    path.dot(path)
    path.dot(path)
    numpy.dot(parents.T, parents)


def _perform(program: Callable[[programs.Parts], Any]) -> None:
    random.seed(1)
    numpy.random.seed(1)
    program(programs.FAST)


def _interpreted(program: Callable[[programs.Parts], Any]) -> None:
    """Perform a program without the compiled core."""
    built, core.core = core.core, None
    try:
        _perform(program)
    finally:
        core.core = built


def _floor(counted: Counted, evaluate: Callable[..., Any], genes: int, children: int) -> None:
    kind = individual_class("BenchFloor", list, (-1.0, -1.0))
    floats(counted.draws)
    powers = 4 * counted.crossed + 2 * counted.mutated  # two spreads of two each; a mutant's two
    list(map(pow, [0.6] * powers, repeat(21.0)))
    genome = [0.5] * genes
    for _ in range(children):
        child = kind.__new__(kind)
        child.extend(genome)
        child.fitness = kind.reduce_args[2]["fitness"].__new__(kind.reduce_args[2]["fitness"])
        child.fitness.wvalues = tuple(evaluate(child))


def _timed(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{platform.machine()}, Python {platform.python_version()}, best of {rounds}\n")
    if core.core is None:
        sys.exit("the compiled core was not built: install a C compiler, then make venv again")
    print(
        "| work | draws | genes varied | floor, s | interpreted, s | with the core, s | times "
        "| times the floor |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for title, (program, evaluate, genes, children) in ROWS.items():
        counted = Counted(program)
        floor = partial(_floor, counted, evaluate, genes=genes, children=children)
        counts = counted.draws, counted.crossed + counted.mutated
        print(_row(title, counts, _seconds(floor, program, rounds)), flush=True)
    drawn = SIZE * SAMPLES * GENERATIONS
    print(_row(STRATEGY, (drawn, drawn), _seconds(_strategy_floor, _strategy, rounds)), flush=True)
    return 0


def _seconds(
    floor: Callable[[], None], program: Callable[[programs.Parts], Any], rounds: int
) -> list[float]:
    """Seconds of the floor, of the interpreted parts, and with the core: each the best, in turn."""
    calls = floor, partial(_interpreted, program), partial(_perform, program)
    taken = [[_timed(call) for call in calls] for _ in range(rounds)]
    return [min(times) for times in zip(*taken, strict=True)]


def _row(title: str, counts: tuple[int, int], seconds: list[float]) -> str:
    least, without, ours = seconds
    return (
        f"| {title} | {counts[0]:,} | {counts[1]:,} | {least:.3f} | {without:.3f} "
        f"| {ours:.3f} | {without / ours:.1f} | {ours / least:.1f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
