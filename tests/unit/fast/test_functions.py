"""Benchmark functions of a population at once have the values of DEAP's, one by one."""

import array
from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import base, benchmarks
from hypothesis import given
from hypothesis import strategies as st
from twins import examples

from evosweep.fast import accelerate, functions
from evosweep.fast.batches import map_together
from evosweep.fast.matrices import matrix
from evosweep.problems.classes import individual_class

FUNCTIONS: list[Any] = [
    benchmarks.ackley,
    partial(benchmarks.dtlz2, obj=2),
    partial(benchmarks.dtlz2, obj=4),
    benchmarks.rastrigin,
    benchmarks.rosenbrock,
    benchmarks.sphere,
]
GENOMES: dict[str, Any] = {
    "floats": list,
    "numpy floats": lambda genes: list(np.array(genes)),
    "ndarray": np.array,
    "array": lambda genes: array.array("d", genes),
}


def _plain(values: Any) -> list[Any]:
    return [(type(one), [(type(value), repr(value)) for value in one]) for one in values]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("genome", GENOMES)
@examples(40)
@given(data=st.data())
def test_values_are_deaps(function: Any, genome: str, data: Any) -> None:
    size = data.draw(st.integers(4, 12))
    gene = st.floats(-1e3, 1e3)
    genes = data.draw(st.lists(st.lists(gene, min_size=size, max_size=size), min_size=1))
    individuals = list(map(GENOMES[genome], genes))
    together = functions.together(partial(function))
    assert together is not None
    assert _plain(together(individuals)) == _plain(map(function, individuals))


@pytest.mark.parametrize(
    "genomes", [[[1.0, 2.0], [1.0]], [[1, 2]], [[1.0, 2]], [[1e200, 1.0]], [[float("nan"), 1.0]]]
)
def test_what_may_differ_is_left_to_deap(genomes: Any) -> None:
    together = functions.together(partial(benchmarks.sphere))
    assert together is not None
    assert together(genomes) is None


def test_a_function_of_ones_own_is_not_known() -> None:
    assert functions.together(partial(len)) is None


def test_genomes_as_an_array() -> None:
    kind = individual_class("Whole", array.array, (1.0,), typecode="i")
    genes, scalars = matrix([kind([1, 2]), kind([3, 4])])
    assert genes is not None
    assert (genes.tolist(), scalars) == ([[1, 2], [3, 4]], False)
    assert matrix([[2**70, 1]]) == (None, False)
    assert matrix([["a"]]) == (None, False)
    assert matrix([(1.0,)]) == (None, False)


def _toolbox() -> base.Toolbox:
    toolbox = base.Toolbox()
    toolbox.register("evaluate", lambda genome: (genome[0] + genome[1],))
    toolbox.register("evaluate_batch", lambda genomes: genomes.sum(axis=1)[:, None])
    return toolbox


def test_the_map_uses_evaluate_batch_where_it_is_exact() -> None:
    toolbox = accelerate(_toolbox())
    assert toolbox.map.func is map_together
    called: list[int] = []
    toolbox.evaluate.together = lambda genomes: called.append(len(genomes))
    assert list(toolbox.map(toolbox.evaluate, [[1.5, 2.0]] * 20)) == [(3.5,)] * 20
    assert called == [20]
    accelerate(toolbox)
    assert list(toolbox.map(toolbox.evaluate, [[1.5, 2.0]] * 20)) == [(3.5,)] * 20
    assert list(toolbox.map(toolbox.evaluate, [[1.5, 2.0]])) == [(3.5,)]
    assert list(toolbox.map(toolbox.evaluate, [])) == []
    assert list(toolbox.map(max, [1, 2], [2, 1])) == [2, 2]
    inexact = _toolbox()
    inexact.traits = type("Traits", (), {"batch_tolerance": 1e-9})
    accelerate(inexact)
    assert list(inexact.map(inexact.evaluate, [[1.5, 2.0]])) == [(3.5,)]


def test_a_decorated_evaluation_is_left_alone() -> None:
    toolbox = base.Toolbox()
    toolbox.register("evaluate", benchmarks.sphere)
    toolbox.decorate("evaluate", lambda function: lambda genome: (function(genome)[0] + 1,))
    accelerate(toolbox)
    assert list(toolbox.map(toolbox.evaluate, [[1.0, 2.0]])) == [(6.0,)]
    toolbox.register("evaluate", benchmarks.sphere)
    accelerate(toolbox)
    toolbox.decorate("evaluate", lambda function: lambda genome: (function(genome)[0] + 1,))
    assert list(toolbox.map(toolbox.evaluate, [[1.0, 2.0]])) == [(6.0,)]
