"""PBIL: a vector of probabilities, pulled towards the best samples.

Baluja: Population-based incremental learning, CMU-CS-94-163, 1994; the rules are those of DEAP's
example.
"""

import random

from evosweep.algorithms.generate_update import sample_and_learn
from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import example, one_objective
from evosweep.errors import InputError
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import integer, probability


def pbil(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    generations: int = 50,
    lambda_: int = 20,
    learning_rate: float = 0.3,
    mutation: float = 0.1,
    shift: float = 0.05,
) -> PopulationAndLogbook:
    """Sample `lambda_` bit strings per generation from probabilities that learn from the best.

    Parameters
    ----------
    generations
        Generations, 1 or more.
    lambda_
        Samples per generation.
    learning_rate
        How far the probabilities move to the best sample, 0 to 1.
    mutation
        Probability that the probability of a gene moves at random.
    shift
        How far it then moves, 0 to 1.
    """
    one_objective(toolbox, "pbil")
    individual = example(toolbox)
    if any(gene not in (0, 1) for gene in individual):
        raise InputError("pbil needs a problem whose genomes are bit strings")
    integer("generations", generations)
    probability("mutation", mutation)
    vector = Vector(
        len(individual), probability("learning_rate", learning_rate), mutation,
        probability("shift", shift),
    )  # fmt: skip
    run = Generations(toolbox, statistics, hall_of_fame)
    size, kind = integer("lambda_", lambda_), type(individual)
    population = sample_and_learn(
        run, generations, lambda: [kind(vector.sample()) for _ in range(size)], vector.learn
    )
    return population, run.logbook


class Vector:
    """The probability of a one, gene by gene."""

    def __init__(self, size: int, learning_rate: float, mutation: float, shift: float) -> None:
        self.probabilities = [0.5] * size
        self.learning_rate, self.mutation, self.shift = learning_rate, mutation, shift

    def sample(self) -> list[int]:
        """Return one bit string."""
        return [int(random.random() < p) for p in self.probabilities]

    def learn(self, population: list[Reals]) -> None:
        """Move to the best of `population`, then mutate."""
        best = max(population, key=lambda individual: individual.fitness)
        for i, gene in enumerate(best):
            self.probabilities[i] *= 1.0 - self.learning_rate
            self.probabilities[i] += gene * self.learning_rate
            if random.random() < self.mutation:
                self.probabilities[i] *= 1.0 - self.shift
                self.probabilities[i] += random.randint(0, 1) * self.shift
