"""Faster genetic programming gives the trees, the values and the draws of DEAP's."""

import math
import operator
import random
from typing import Any

import numpy as np
import pytest
from deap import base, gp, tools

from evosweep.fast import accelerate, trees
from evosweep.problems import typed_crossover
from evosweep.problems.classes import individual_class
from evosweep.problems.trees import arithmetic

TREE = individual_class("TwinTree", gp.PrimitiveTree, (-1.0,))


def _trees(count: int = 60) -> list[Any]:
    random.seed(4)
    pset = arithmetic(3)
    return [TREE(gp.genHalfAndHalf(pset, 1, 5)) for _ in range(count)]


def test_expression_and_height_are_deaps() -> None:
    for tree in _trees():
        assert trees.expression(tree) == str(tree)
        assert trees.height(tree) == tree.height


def test_columns_have_the_values_of_rows() -> None:
    pset, rows = arithmetic(3), np.random.default_rng(0).normal(size=(50, 3))
    for tree in _trees():
        function = gp.compile(tree, pset)
        with np.errstate(all="ignore"):
            columns = np.broadcast_to(trees.evaluate_tree(tree, pset, list(rows.T)), 50)
            assert columns.tolist() == [float(function(*row)) for row in rows]


def test_compiled_once_and_to_the_same_function() -> None:
    pset = arithmetic(1)
    tree = TREE(gp.genFull(pset, 2, 2))
    assert trees.compile_tree(tree, pset) is trees.compile_tree(TREE(tree), pset)
    assert trees.compile_tree(tree, pset)(0.5) == gp.compile(tree, pset)(0.5)
    assert trees.compile_tree("x0", pset)(0.5) == 0.5


def _toolbox(limit: Any) -> base.Toolbox:
    pset = gp.PrimitiveSet("MAIN", 1)
    for function, arity in ((operator.add, 2), (operator.mul, 2), (math.cos, 1)):
        pset.addPrimitive(function, arity)
    pset.addTerminal(1.0)
    toolbox = base.Toolbox()
    toolbox.register("expr", gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
    toolbox.register("individual", tools.initIterate, TREE, toolbox.expr)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("compile", gp.compile, pset=pset)
    toolbox.register(
        "evaluate", lambda tree: (math.fsum(toolbox.compile(tree)(x / 10) ** 2 for x in range(9)),)
    )
    toolbox.register("mate", gp.cxOnePoint)
    toolbox.register("mutate", gp.mutUniform, expr=toolbox.expr, pset=pset)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.decorate("mate", limit)
    toolbox.decorate("mutate", limit)
    return toolbox


@pytest.mark.parametrize("key", [operator.attrgetter("height"), len])
def test_limit_is_recognised_and_the_population_stays(key: Any) -> None:
    from deap import algorithms

    results = []
    for fast in (False, True):
        toolbox = _toolbox(gp.staticLimit(key=key, max_value=4))
        if fast:
            stock = toolbox.mate.func
            accelerate(toolbox)
            assert toolbox.mate.func is not stock
            assert toolbox.compile.func is trees.compile_tree
        random.seed(1)
        population = toolbox.population(n=40)
        algorithms.eaSimple(population, toolbox, 0.7, 0.3, 6, verbose=False)
        results.append([(str(tree), tree.fitness.values) for tree in population])
    assert results[0] == results[1]


def test_untyped_crossover_is_deaps() -> None:
    for ours, stock in (
        (typed_crossover.cx_one_point, gp.cxOnePoint),
        (
            lambda a, b: typed_crossover.cx_one_point_leaf_biased(a, b, 0.1),
            lambda a, b: gp.cxOnePointLeafBiased(a, b, 0.1),
        ),
    ):
        children = []
        for mate in (ours, stock):
            population = _trees()
            random.seed(9)
            for one, two in zip(population[::2], population[1::2], strict=True):
                mate(one, two)
            children.append(([str(tree) for tree in population], random.getstate()))
        assert children[0] == children[1]
