"""Variation of a whole population at once, for pairs of operators that are known here.

A pair's function is given the parents, and returns the genomes of the children that
`deap.algorithms.varAnd` makes of them, with its random draws; or None, with nothing drawn, where it
cannot be sure to.
"""

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from evosweep.fast import crossover, mutation, permutations
from evosweep.fast.bulk_permutations import permutations as vary_permutations
from evosweep.fast.bulk_reals import reals as vary_reals
from evosweep.fast.clone import clone, is_copied_as_values
from evosweep.fast.draws import faithful
from evosweep.fast.parents import Parents

_PAIRS: dict[Any, Callable[..., Any]] = {
    (permutations.cx_partialy_matched, mutation.mut_shuffle_indexes): vary_permutations,
    (crossover.cx_simulated_binary_bounded, mutation.mut_polynomial_bounded): vary_reals,
}


def vary(population: Sequence[Any], toolbox: Any, cxpb: float, mutpb: float) -> list[Any] | None:
    """The children of a population, or None where they are to be made one by one."""
    mate, mutate, copy = toolbox.mate, toolbox.mutate, toolbox.clone
    if not all(isinstance(part, partial) and not part.args for part in (mate, mutate, copy)):
        return None
    pair = _PAIRS.get((mate.func, mutate.func))
    if pair is None or not faithful() or copy.func is not clone:
        return None
    parents = Parents(population)
    if not _are_bare(parents.different):
        return None
    varied = pair(parents, (cxpb, mutpb), mate.keywords, mutate.keywords)
    return None if varied is None else _children(population, *varied)


def _are_bare(individuals: Sequence[Any]) -> bool:
    """Whether they are lists or arrays of one class, with a fitness and nothing else."""
    first = individuals[0]
    if len(set(map(type, individuals))) != 1 or not isinstance(first, list | array):
        return False
    if set(map(len, map(vars, individuals))) != {1} or "fitness" not in vars(first):
        return False
    kinds = {type(individual.fitness) for individual in individuals}
    return len(kinds) == 1 and is_copied_as_values(kinds.pop())


def _children(parents: Sequence[Any], genomes: list[Any], new: bytearray) -> list[Any]:
    """Individuals of these genomes; those that are not new keep their parent's fitness."""
    kind: Any = type(parents[0])
    shape: Any = type(parents[0].fitness)
    children: list[Any]
    if issubclass(kind, array):
        children = list(map(array.__new__, repeat(kind), repeat(kind.typecode), genomes))
    else:
        children = list(map(kind.__new__, repeat(kind, len(genomes))))
        deque(map(list.extend, children, genomes), maxlen=0)
    fitnesses = map(shape.__new__, repeat(shape))
    for parent, child, fitness, varied in zip(parents, children, fitnesses, new, strict=False):
        child.fitness = fitness
        if not varied:
            fitness.wvalues = parent.fitness.wvalues
    return children
