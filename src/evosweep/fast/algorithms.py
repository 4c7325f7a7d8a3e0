"""DEAP's algorithms under their own names and signatures, with less overhead.

    from evosweep.fast import algorithms  # instead of: from deap import algorithms

Populations and logbooks are equal to DEAP's.
"""

from collections.abc import Sequence
from typing import Protocol

from deap import tools
from deap.algorithms import eaMuCommaLambda, eaMuPlusLambda, varOr

from evosweep.fast.evaluations import evaluate
from evosweep.fast.generations import var_and, var_pairs
from evosweep.fast.shapes import Member, Toolbox

__all__ = [
    "eaGenerateUpdate", "eaMuCommaLambda", "eaMuPlusLambda", "eaSimple", "varAnd", "varOr",
    "varPairs",
]  # fmt: skip

varAnd = var_and
varPairs = var_pairs
"""Not of DEAP: the loop that its example of NSGA-II writes out."""


class _Statistics(Protocol):
    """`tools.Statistics`, or `tools.MultiStatistics`."""

    fields: list[str]

    def compile(self, data: Sequence[Member], /) -> dict[str, object]: ...


class _HallOfFame(Protocol):
    """`tools.HallOfFame`, or another object with its method `update`."""

    def update(self, population: Sequence[Member], /) -> object: ...


class _Log:
    """The steps after the evaluation of each generation."""

    def __init__(
        self, stats: _Statistics | None, halloffame: _HallOfFame | None, *, verbose: bool
    ) -> None:
        self.stats, self.hall, self.verbose = stats, halloffame, verbose
        self.book = tools.Logbook()
        self.book.header = ["gen", "nevals", *(stats.fields if stats else [])]

    def show(self, individuals: Sequence[Member]) -> None:
        """Show new individuals to the hall of fame."""
        if self.hall is not None:
            self.hall.update(individuals)

    def add(self, gen: int, nevals: int, population: Sequence[Member]) -> None:
        """Write the next row."""
        compiled = self.stats.compile(population) if self.stats is not None else {}
        self.book.record(gen=gen, nevals=nevals, **compiled)
        if self.verbose:
            print(self.book.stream)


def eaSimple(
    population: list[Member],
    toolbox: Toolbox,
    cxpb: float,
    mutpb: float,
    ngen: int,
    stats: _Statistics | None = None,
    halloffame: _HallOfFame | None = None,
    verbose: bool = __debug__,
) -> tuple[list[Member], tools.Logbook]:
    """`deap.algorithms.eaSimple`."""
    log = _Log(stats, halloffame, verbose=verbose)
    nevals = evaluate(toolbox, population)
    log.show(population)
    log.add(0, nevals, population)
    for gen in range(1, ngen + 1):
        offspring = var_and(toolbox.select(population, len(population)), toolbox, cxpb, mutpb)
        nevals = evaluate(toolbox, offspring)
        log.show(offspring)
        population[:] = offspring
        log.add(gen, nevals, population)
    return population, log.book


def eaGenerateUpdate(
    toolbox: Toolbox,
    ngen: int,
    halloffame: _HallOfFame | None = None,
    stats: _Statistics | None = None,
    verbose: bool = __debug__,
) -> tuple[list[Member], tools.Logbook]:
    """`deap.algorithms.eaGenerateUpdate`."""
    log = _Log(stats, halloffame, verbose=verbose)
    population: list[Member] = []
    for gen in range(ngen):
        population = toolbox.generate()
        nevals = evaluate(toolbox, population, only_invalid=False)
        log.show(population)
        toolbox.update(population)
        log.add(gen, nevals, population)
    return population, log.book
