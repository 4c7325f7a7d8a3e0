"""EMNA: a normal distribution around the best samples.

Larranaga and Lozano: Estimation of Distribution Algorithms, Kluwer, 2001; the rules are those of
DEAP's example (Teytaud and Teytaud: Why one must use reweighting in estimation of distribution
algorithms, GECCO 2009).
"""

import numpy as np

from evosweep.algorithms.generate_update import sample_and_learn
from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import class_of
from evosweep.algorithms.starts import example_and_start
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def emna(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    generations: int = 100,
    mu: int = 25,
    lambda_: int = 100,
    centroid: float | None = None,
    sigma: float | None = None,
) -> PopulationAndLogbook:
    """Sample `lambda_` individuals per generation; the best `mu` define the next distribution.

    Parameters
    ----------
    generations
        Generations, 1 or more.
    mu
        Samples that the distribution learns from.
    lambda_
        Samples per generation, `mu` or more.
    centroid
        Where the search starts, the same value in every gene; by default the middle of the bounds.
    sigma
        First standard deviation, above 0; by default 0.3 of the width of the bounds.
    """
    integer("generations", generations)
    individual, start, width = example_and_start(toolbox, "emna", centroid=centroid, sigma=sigma)
    normal = Normal(np.array(start), width, integer("mu", mu), integer("lambda_", lambda_, mu))
    run = Generations(toolbox, statistics, hall_of_fame)
    kind = class_of(individual)
    population = sample_and_learn(
        run, generations, lambda: [kind(genes) for genes in normal.sample()], normal.learn
    )
    return population, run.logbook


class Normal:
    """An isotropic normal distribution."""

    def __init__(self, centroid: np.ndarray, sigma: float, mu: int, lambda_: int) -> None:
        self.centroid, self.sigma, self.mu, self.lambda_ = centroid, sigma, mu, lambda_

    def sample(self) -> list[list[float]]:
        """`lambda_` genomes."""
        size = (self.lambda_, len(self.centroid))
        genomes: list[list[float]] = (self.centroid + self.sigma * np.random.randn(*size)).tolist()
        return genomes

    def learn(self, population: list[Reals]) -> None:
        """Centre and spread of the best `mu`."""
        best = sorted(population, key=lambda ind: ind.fitness, reverse=True)[: self.mu]
        steps = np.array([list(individual) for individual in best]) - self.centroid
        average = np.mean(steps, axis=0)
        spread = np.sum((steps - average) ** 2)
        self.sigma = float(np.sqrt(spread / (self.mu * len(self.centroid))))
        self.centroid = self.centroid + average
