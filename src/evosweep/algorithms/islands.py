"""Islands that evolve apart: each deme's generations between two migrations are one piece of work.

If workers evaluate, each evolves a whole deme by itself, so that nothing travels but demes, once
in an epoch. Cohoon, Hegde, Martin and Richards: Punctuated equilibria: a parallel genetic
algorithm, ICGA 1987; Cantú-Paz: A survey of parallel genetic algorithms, Calculateurs Parallèles
10, 1998. `island_model` is the same idea with one population's generations in step.
"""

import random
from collections.abc import Callable
from itertools import chain
from typing import Any, cast

import numpy
from deap import tools

from evosweep.algorithms.generation import Generations
from evosweep.fast.evaluations import evaluate
from evosweep.fast.generations import var_and
from evosweep.fast.selection import sel_best
from evosweep.genomes.deap_types import (
    HallOfFame,
    Individual,
    PopulationAndLogbook,
    Statistics,
    Toolbox,
)
from evosweep.plugins.parameters import integer, probability

Deme = list[Individual]
Apart = Callable[..., tuple[list[Deme], int]]


def islands(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    demes: int = 4,
    population: int = 50,
    epochs: int = 10,
    migration: int = 5,
    migrants: int = 2,
    crossover: float = 0.5,
    mutation: float = 0.2,
) -> PopulationAndLogbook:
    """Evolve `demes` populations apart, each by one worker; the final population joins them all.

    Parameters
    ----------
    demes
        Number of demes; as many as workers, or a multiple, keeps them busy.
    population
        Individuals in each deme.
    epochs
        Times that the demes evolve apart and then exchange their best, 0 or more. The logbook has
        a row for each.
    migration
        Generations in an epoch.
    migrants
        Individuals, the best of a deme, that move to the next deme of the ring after an epoch; 0 to
        `population`.
    crossover
        Probability that two neighbours mate.
    mutation
        Probability that an individual mutates.
    """
    integer("epochs", epochs, 0)
    integer("migrants", migrants, 0, integer("population", population))
    params = {
        "generations": integer("migration", migration),
        "crossover": probability("crossover", crossover),
        "mutation": probability("mutation", mutation),
    }
    run = Generations(toolbox, statistics, hall_of_fame)
    apart = cast("Apart", getattr(toolbox, "evolve_apart", None) or _here(toolbox))
    separate = [toolbox.population(n=population) for _ in range(integer("demes", demes))]
    run.record(list(chain(*separate)))
    for _ in range(epochs):
        seeds = [random.getrandbits(64) for _ in separate]
        separate, evaluations = apart(generations_of_deme, separate, seeds, params)
        if demes > 1:
            tools.migRing(separate, migrants, sel_best)
        everybody = list(chain(*separate))
        run.log(everybody, everybody, evaluations)
    return list(chain(*separate)), run.logbook


def generations_of_deme(
    toolbox: Toolbox, deme: Deme, *, generations: int, crossover: float, mutation: float
) -> Deme:
    """Return the deme after some generations of `ea_simple`."""
    for _ in range(generations):
        deme = var_and(toolbox.select(deme, len(deme)), toolbox, crossover, mutation)
        evaluate(toolbox, deme)
    return deme


def _here(toolbox: Toolbox) -> Apart:
    """Return a function that evolves demes one after the other, for toolboxes without `apart`."""

    def apart(
        function: Callable[..., Deme], demes: list[Deme], seeds: list[int], params: dict[str, Any]
    ) -> tuple[list[Deme], int]:
        counted = _Counted(toolbox)
        evolved: list[Deme] = []
        for deme, seed in zip(demes, seeds, strict=True):
            before = random.getstate(), numpy.random.get_state()
            random.seed(seed)
            numpy.random.seed(seed % 2**32)
            evolved.append(function(counted.toolbox, deme, **params))
            random.setstate(before[0])
            numpy.random.set_state(before[1])
        return evolved, counted.evaluations

    return apart


class _Counted:
    """A toolbox that counts its evaluations."""

    def __init__(self, toolbox: Toolbox) -> None:
        import copy

        self.toolbox, self.evaluations, self._map = copy.copy(toolbox), 0, toolbox.map
        self.toolbox.map = self.map

    def map(self, function: Callable[..., object], individuals: Deme) -> list[object]:
        self.evaluations += len(individuals)
        return list(self._map(function, individuals))
