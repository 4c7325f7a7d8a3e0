"""The asynchronous steady-state genetic algorithm: no worker ever waits for another one.

When an evaluation ends, a new child of the present population takes its place.

Durillo, Nebro, Luna and Alba: A study of master-slave approaches to parallelize NSGA-II, IPDPS
2008; Scott and De Jong: Understanding simple asynchronous evolutionary algorithms, FOGA 2015.

The order in which evaluations end is a part of a run (docs/evaluation.md, Asynchronous evolution).
"""

from collections import deque
from collections.abc import Iterator
from typing import Protocol, cast

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import one_objective
from evosweep.fast.generations import var_and
from evosweep.fast.selection import sel_best
from evosweep.genomes.deap_types import (
    HallOfFame,
    Individual,
    Population,
    PopulationAndLogbook,
    Statistics,
    Toolbox,
)
from evosweep.plugins.parameters import integer, probability


class Stream(Protocol):
    """Evaluates individuals, and yields each one as soon as it is evaluated."""

    def submit(self, individual: Individual) -> None:
        """Send an individual to be evaluated."""
        ...

    def __iter__(self) -> Iterator[Individual]: ...


class InOrder:
    """The stream for a toolbox without one of its own: one evaluation after the other."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox, self._queue = toolbox, deque[Individual]()

    def submit(self, individual: Individual) -> None:
        """Put an individual behind those that wait."""
        self._queue.append(individual)

    def __iter__(self) -> Iterator[Individual]:
        while self._queue:
            individual = self._queue.popleft()
            (individual.fitness.values,) = self._toolbox.map(self._toolbox.evaluate, [individual])
            yield individual


def asynchronous_steady_state(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    generations: int = 50,
    in_flight: int = 16,
    crossover: float = 0.9,
    mutation: float = 0.5,
) -> PopulationAndLogbook:
    """Evolve `population` individuals; each evaluation that ends makes room for one more child.

    A generation is complete after `population` evaluations.

    Parameters
    ----------
    population
        Individuals, 2 or more.
    generations
        Generations after the initial population, 0 or more.
    in_flight
        Individuals that are under evaluation at any time, no more than `population`; twice the
        number of workers keeps every one of them busy.
    crossover
        Probability that the two parents of a child mate.
    mutation
        Probability that a child mutates.
    """
    one_objective(toolbox, "asynchronous_steady_state")
    rates = (probability("crossover", crossover), probability("mutation", mutation))
    integer("generations", generations, 0)
    initial = deque(toolbox.population(n=integer("population", population, 2)))
    run = Generations(toolbox, statistics, hall_of_fame)
    stream = _stream_of(toolbox)
    for _ in range(min(integer("in_flight", in_flight), population)):
        stream.submit(initial.popleft())
    unborn = population * generations
    individuals: list[Individual] = []
    born: list[Individual] = []
    for individual in stream:
        individuals = sel_best([*individuals, individual], population)
        born.append(individual)
        if initial:
            stream.submit(initial.popleft())
        elif unborn:
            unborn -= 1
            stream.submit(_child(toolbox, individuals, rates))
        if len(born) == population:
            run.log(born, individuals, population)
            born = []
    return individuals, run.logbook


def _stream_of(toolbox: Toolbox) -> Stream:
    asynchronous = getattr(toolbox, "asynchronous", None)
    return InOrder(toolbox) if asynchronous is None else cast("Stream", asynchronous())


def _child(toolbox: Toolbox, individuals: Population, rates: tuple[float, float]) -> Individual:
    """Return the first child of two selected parents; it is evaluated even if it is a copy."""
    child: Individual = var_and(toolbox.select(individuals, 2), toolbox, *rates)[0]
    del child.fitness.values
    return child
