"""Vary a whole population at once, for certain pairs of crossover and mutation.

A pair has a function that takes the parents and returns the genomes of the children that
`deap.algorithms.varAnd` would make, with the same random draws. If it cannot be sure of this, it
returns None and draws nothing.
"""

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

from evosweep.fast import core, crossover, mutation, permutations
from evosweep.fast.bulk_permutations import permutations as vary_permutations
from evosweep.fast.bulk_reals import reals as vary_reals
from evosweep.fast.bulk_reals import reals_in_pairs
from evosweep.fast.classes import is_copied_as_values
from evosweep.fast.clone import clone, copies_by_genes
from evosweep.fast.draws import faithful
from evosweep.fast.kinds import writes_as_array, writes_as_list
from evosweep.fast.parents import Options, Parents, Varied
from evosweep.fast.shapes import Member, Toolbox

_InPython = Callable[[Parents[Any], tuple[float, float], Options, Options], Varied | None]


class _Pair(NamedTuple):
    """What varies a whole population by a crossover and a mutation."""

    in_core: Callable[..., list[Any] | None] | None
    """It takes the population, the rates and both operators' keywords, and returns children."""
    in_python: _InPython | None


def _vary_bits(
    points: int,
    population: Sequence[Member],
    rates: tuple[float, float],
    mate: Options,
    mutate: Options,
) -> list[Member] | None:
    """Return the children of a crossover at so many points, or gene by gene, and of flips."""
    wanted = set() if points else {"indpb"}
    if mate.keys() != wanted or mutate.keys() != {"indpb"}:
        return None
    return core.vary_bits(population, rates, points, (mate.get("indpb", 0.0), mutate["indpb"]))


_POINTS = {crossover.cx_uniform: 0, crossover.cx_one_point: 1, crossover.cx_two_point: 2}
_PAIRS: dict[tuple[object, object], _Pair] = {
    (permutations.cx_partialy_matched, mutation.mut_shuffle_indexes): _Pair(
        None, vary_permutations
    ),
    (crossover.cx_simulated_binary_bounded, mutation.mut_polynomial_bounded): _Pair(
        core.vary_reals, vary_reals
    ),
    **{
        (operator, mutation.mut_flip_bit): _Pair(partial(_vary_bits, points), None)
        for operator, points in _POINTS.items()
    },
}


def vary(
    population: Sequence[Member], toolbox: Toolbox, cxpb: float, mutpb: float
) -> list[Member] | None:
    """Return the children of a population; None if they must be made one by one."""
    known, rates = _known(toolbox, (cxpb, mutpb)), (cxpb, mutpb)
    if known is None:
        return None
    children = known.in_core(population, rates)
    if children is not None or known.pair.in_python is None:
        return children
    parents = _parents(population)
    if parents is None:
        return None
    varied = known.pair.in_python(parents, rates, known.mate, known.mutate)
    return None if varied is None else _children(population, *varied)


def vary_in_pairs(
    population: Sequence[Member], toolbox: Toolbox, cxpb: float
) -> list[Member] | None:
    """Return the children of pairs that may mate and then mutate; None as in `vary`."""
    known = _known(toolbox, (cxpb,))
    if known is None or known.pair.in_python is not vary_reals:
        return None
    children = known.in_core(population, (cxpb,))
    if children is not None:
        return children
    parents = _parents(population)
    varied = None if parents is None else reals_in_pairs(parents, cxpb, known.mate, known.mutate)
    return None if varied is None else _children(population, *varied)


class _Known(NamedTuple):
    """Two operators that can vary a whole population, and the keywords of each."""

    pair: _Pair
    mate: Options
    mutate: Options

    def in_core(
        self, population: Sequence[Member], rates: tuple[float, ...]
    ) -> list[Member] | None:
        """Return the children if the compiled core can make them."""
        in_core = self.pair.in_core
        return None if in_core is None else in_core(population, rates, self.mate, self.mutate)


def _known(toolbox: Toolbox, rates: tuple[float, ...]) -> _Known | None:
    """Return the operators of a toolbox if DEAP's `register` made them; else None."""
    mate, mutate, copy = toolbox.mate, toolbox.mutate, toolbox.clone
    if not isinstance(mate, partial) or not isinstance(mutate, partial) or mate.args or mutate.args:
        return None
    if not isinstance(copy, partial) or copy.func is not clone or copy.args or copy.keywords:
        return None
    kinds = {*map(type, rates), type(mutate.keywords.get("indpb"))}
    pair = _PAIRS.get((mate.func, mutate.func))
    if pair is None or not faithful() or not kinds <= {int, float}:
        return None
    return _Known(pair, mate.keywords, mutate.keywords)


def _parents(population: Sequence[Member]) -> Parents[Any] | None:
    """Return the parents if a copy of their genes and fitness is a full copy; else None."""
    parents = Parents(population)
    return parents if _are_bare(parents.different) else None


def _are_bare(individuals: Sequence[Member]) -> bool:
    """Return True if they are lists or arrays of one class, with a fitness and nothing else."""
    kinds = set(map(type, individuals))
    kind = kinds.pop()
    plain = not kinds and (writes_as_list(kind) or writes_as_array(kind)) and copies_by_genes(kind)
    if not plain or set(map(len, map(vars, individuals))) != {1}:
        return False
    if not all("fitness" in vars(individual) for individual in individuals):
        return False
    shapes = {type(individual.fitness) for individual in individuals}
    return len(shapes) == 1 and is_copied_as_values(shapes.pop())


def _children(parents: Sequence[Member], genomes: Sequence[Any], new: bytearray) -> list[Member]:
    """Return individuals with these genomes; unchanged ones keep their parent's fitness."""
    kind: Any = type(parents[0])
    shape = type(parents[0].fitness)
    children: list[Member]
    if issubclass(kind, array):
        children = list(map(array.__new__, repeat(kind), repeat(kind.typecode), genomes))
    else:
        children = list(map(kind.__new__, repeat(kind, len(genomes))))
        deque(map(kind.extend, children, genomes), maxlen=0)
    fitnesses = map(shape.__new__, repeat(shape))
    for parent, child, fitness, varied in zip(parents, children, fitnesses, new, strict=False):
        child.fitness = fitness
        if not varied:
            fitness.wvalues = parent.fitness.wvalues
    return children
