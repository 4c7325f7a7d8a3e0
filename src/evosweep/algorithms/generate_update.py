"""The ask-and-tell loop of strategies that sample a distribution, as DEAP's eaGenerateUpdate.

Collette, Hansen, Pujol, Salazar Aponte and Le Riche: On object-oriented programming of optimizers,
2010.
"""

from collections.abc import Callable
from typing import Any

from evosweep.algorithms.generation import Generations

Population = list[Any]


def sample_and_learn(
    run: Generations,
    generations: int,
    generate: Callable[[], Population],
    update: Callable[[Population], None],
) -> Population:
    """Return the last population of `generations`: each generated, evaluated, and learned from."""
    population: Population = []
    for _ in range(generations):
        population = generate()
        run.record(population)
        update(population)
    return population
