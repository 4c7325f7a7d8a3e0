"""Crossover of typed trees that gives the same children in every process.

DEAP's own gathers the types that two trees share in a `set` of classes. The order of a set of
classes follows their addresses in memory, so the same seed gives other children in another
process. Here the types keep the order in which the first tree has them, from the root. If DEAP
is deterministic (untyped trees), the children and the random draws are DEAP's.
"""

import random
from collections import defaultdict
from collections.abc import Callable

from deap import gp

from evosweep.genomes.deap_types import Tree, TypedNode

Indices = dict[type, list[int]]


def cx_one_point(first: Tree, second: Tree) -> tuple[Tree, Tree]:
    """Exchange a random subtree of two trees in place, as `deap.gp.cxOnePoint`.

    Koza: Genetic Programming, MIT Press, 1992; typed: Montana, Evolutionary Computation 3(2), 1995.
    """
    if len(first) < 2 or len(second) < 2 or first.root.ret == gp.__type__:
        children: tuple[Tree, Tree] = gp.cxOnePoint(first, second)
        return children
    return _exchange(first, second, _by_type(first), _by_type(second))


def cx_one_point_leaf_biased(first: Tree, second: Tree, termpb: float) -> tuple[Tree, Tree]:
    """Exchange a random subtree in place, a leaf with probability `termpb`.

    As `deap.gp.cxOnePointLeafBiased`; Koza chose 0.1.
    """
    if len(first) < 2 or len(second) < 2:
        return first, second
    leaf_first, leaf_second = random.random() < termpb, random.random() < termpb
    return _exchange(
        first,
        second,
        _by_type(first, lambda node: (node.arity == 0) == leaf_first),
        _by_type(second, lambda node: (node.arity == 0) == leaf_second),
    )


def _by_type(tree: Tree, wanted: Callable[[TypedNode], bool] | None = None) -> Indices:
    """Return the indices of the tree's nodes below its root, by the type that they return."""
    indices: Indices = defaultdict(list)
    for index, node in enumerate(tree[1:], 1):
        if wanted is None or wanted(node):
            indices[node.ret].append(index)
    return indices


def _exchange(first: Tree, second: Tree, types1: Indices, types2: Indices) -> tuple[Tree, Tree]:
    common = [kind for kind in types1 if kind in types2]
    if common:
        kind = random.choice(common)
        slice1 = first.searchSubtree(random.choice(types1[kind]))
        slice2 = second.searchSubtree(random.choice(types2[kind]))
        first[slice1], second[slice2] = second[slice2], first[slice1]
    return first, second
