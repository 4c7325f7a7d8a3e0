"""SciPy's differential evolution, as a reference for DEAP's.

Virtanen et al.: SciPy 1.0, Nature Methods 17, 2020; Storn and Price, 1997.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import bounds_of, class_of, one_objective, real_example
from evosweep.errors import InputError
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import integer, number, probability


def scipy_de(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 50,
    generations: int = 100,
    strategy: str = "best1bin",
    crossover: float = 0.7,
    scale: float = 0.8,
) -> PopulationAndLogbook:
    """Evolve `population` agents with SciPy, within the problem's bounds.

    The problem draws the initial agents.

    Parameters
    ----------
    population
        Agents, 5 or more.
    generations
        Generations, 1 or more.
    strategy
        A strategy of `scipy.optimize.differential_evolution`.
    crossover
        SciPy's `recombination`, 0 to 1.
    scale
        SciPy's `mutation`, 0 to 2.
    """
    minimise = _function()
    one_objective(toolbox, "scipy_de")
    individual = real_example(toolbox, "scipy_de")
    start = toolbox.population(n=integer("population", population, 5))
    search = _Search(Generations(toolbox, statistics, hall_of_fame), individual)
    try:
        minimise(
            search.objective,
            [bounds_of(toolbox, start)] * len(individual),
            strategy=strategy,
            maxiter=integer("generations", generations),
            init=np.array([list(agent) for agent in start]),
            mutation=number("scale", scale, 0, 2),
            recombination=probability("crossover", crossover),
            rng=np.random.default_rng(np.random.randint(2**31)),
            workers=search.map,
            updating="deferred",
            callback=search.record,
            polish=False,
            tol=0.0,
        )
    except ValueError as error:
        raise InputError(f"scipy_de: {error}") from error
    return search.agents, search.run.logbook


class _Progress(Protocol):
    """The state of the search that SciPy passes after each generation."""

    population: np.ndarray
    population_energies: np.ndarray


class _Search:
    """Callbacks for SciPy: evaluate a generation, and log it."""

    def __init__(self, run: Generations, individual: Reals) -> None:
        self.run, self.kind = run, class_of(individual)
        self.sign = -1.0 if individual.fitness.weights[0] > 0 else 1.0  # SciPy minimises
        self.agents: list[Reals] = []
        self.evaluations = 0

    def objective(self, genes: np.ndarray) -> float:
        """Return one genome's value."""
        return self.map(self.objective, [genes])[0]

    def map(self, _: object, genomes: Iterable[np.ndarray]) -> list[float]:
        """Return all values of a generation, evaluated by the run's own map."""
        individuals = [self.kind(genes.tolist()) for genes in genomes]
        self.evaluations += self.run.evaluate(individuals)
        return [self.sign * individual.fitness.values[0] for individual in individuals]

    def record(self, intermediate_result: _Progress) -> None:
        """Log the generation that SciPy has finished."""
        progress = intermediate_result
        self.agents = [self.kind(genes.tolist()) for genes in progress.population]
        for agent, energy in zip(self.agents, progress.population_energies.tolist(), strict=True):
            agent.fitness.values = (self.sign * energy,)
        self.run.log(self.agents, self.agents, self.evaluations)
        self.evaluations = 0


def _function() -> Any:
    try:
        from scipy.optimize import differential_evolution
    except ImportError as error:
        raise InputError(
            "the algorithm scipy_de needs SciPy: pip install 'evosweep[references]'"
        ) from error
    return differential_evolution
