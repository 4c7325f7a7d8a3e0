"""Toolboxes for the usual genomes, with the operators that DEAP's documentation uses for them."""

import random
from collections.abc import Callable

from deap import base, tools

from evosweep.plugins.parameters import integer, probability
from evosweep.problems.classes import individual_class

Evaluate = Callable[..., tuple[float, ...]]


def bits_toolbox(
    name: str, evaluate: Evaluate, *, bits: int, flip: float, tournament: int
) -> base.Toolbox:
    """Bit strings to be maximised: two-point crossover, bit flips, tournaments."""
    toolbox = _selecting((1.0,), evaluate, tournament)
    toolbox.register("attr_bool", random.randint, 0, 1)
    _individuals(toolbox, individual_class(name, list, (1.0,)), toolbox.attr_bool, bits)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=probability("flip", flip))
    return toolbox


def reals_toolbox(
    name: str,
    evaluate: Evaluate,
    *,
    dimension: int,
    bounds: tuple[float, float],
    weights: tuple[float, ...] = (-1.0,),
    tournament: int = 3,
) -> base.Toolbox:
    """Reals within bounds: simulated binary crossover and polynomial mutation, as NSGA-II has.

    With several objectives, `select` is NSGA-II's.
    """
    low, up = bounds
    toolbox = _selecting(weights, evaluate, tournament)
    toolbox.register("attr_float", random.uniform, low, up)
    _individuals(toolbox, individual_class(name, list, weights), toolbox.attr_float, dimension)
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, eta=20.0, low=low, up=up)
    toolbox.register(
        "mutate", tools.mutPolynomialBounded, eta=20.0, low=low, up=up, indpb=1.0 / dimension
    )
    return toolbox


def permutations_toolbox(
    name: str, evaluate: Evaluate, *, size: int, shuffle: float, tournament: int
) -> base.Toolbox:
    """Permutations of 0 to size - 1 to be minimised: PMX, swaps, tournaments."""
    toolbox = _selecting((-1.0,), evaluate, tournament)
    toolbox.register("indices", random.sample, range(size), size)
    kind = individual_class(name, list, (-1.0,))
    toolbox.register("individual", tools.initIterate, kind, toolbox.indices)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxPartialyMatched)
    toolbox.register("mutate", tools.mutShuffleIndexes, indpb=probability("shuffle", shuffle))
    return toolbox


def _selecting(weights: tuple[float, ...], evaluate: Evaluate, tournament: int) -> base.Toolbox:
    integer("tournament", tournament)
    toolbox = base.Toolbox()
    toolbox.register("evaluate", evaluate)
    if len(weights) > 1:
        toolbox.register("select", tools.selNSGA2)
    else:
        toolbox.register("select", tools.selTournament, tournsize=tournament)
    return toolbox


def _individuals(toolbox: base.Toolbox, kind: type, gene: Callable[[], object], size: int) -> None:
    toolbox.register("individual", tools.initRepeat, kind, gene, size)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
