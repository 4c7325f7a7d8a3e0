"""Problems with special evaluations: noisy ones, and ones that improve their individual.

An evaluation takes long enough for workers to be worth it.
"""

import random
import time
from pathlib import Path
from typing import Any

import numpy
from deap import base, creator, tools

_SECONDS = 0.005


def _toolbox(container: type = list) -> base.Toolbox:
    name = f"Special{container.__name__}"
    creator.create("SpecialFitness", base.Fitness, weights=(1.0,))
    creator.create(name, container, fitness=creator.SpecialFitness)
    toolbox = base.Toolbox()
    toolbox.register("gene", random.random)
    toolbox.register("individual", tools.initRepeat, getattr(creator, name), toolbox.gene, 10)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxOnePoint)
    toolbox.register("mutate", tools.mutGaussian, mu=0, sigma=0.1, indpb=0.3)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def noisy() -> base.Toolbox:
    """Draws from both generators; to be declared stochastic."""
    toolbox = _toolbox()

    def evaluate(individual: Any) -> tuple[float]:
        time.sleep(_SECONDS)
        return (sum(individual) + random.gauss(0, 1) + numpy.random.normal(),)

    toolbox.register("evaluate", evaluate)
    return toolbox


def learning(in_place: bool = False) -> base.Toolbox:
    """Rounds its individual and returns it; to be declared Lamarckian."""
    toolbox = _toolbox()

    def evaluate(individual: Any) -> tuple[tuple[float], list[float]]:
        time.sleep(_SECONDS)
        better = [round(gene, 2) for gene in individual]
        if in_place:
            individual[:] = better
        return (sum(better),), individual if in_place else better

    toolbox.register("evaluate", evaluate)
    return toolbox


def failing_once(once: str) -> base.Toolbox:
    """Changes its individual and then fails, once; to be declared Lamarckian, with a policy."""
    toolbox = _toolbox()

    def evaluate(individual: Any) -> tuple[tuple[float], list[float]]:
        individual[:] = [gene / 2 for gene in individual]
        if not Path(once).exists():
            Path(once).touch()
            raise RuntimeError("failed once")
        return (sum(individual),), individual

    toolbox.register("evaluate", evaluate)
    return toolbox
