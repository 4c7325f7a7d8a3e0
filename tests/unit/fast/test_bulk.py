"""A population varied at once is the one that DEAP's varAnd makes, with the same draws."""

import array
import random
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, tools
from hypothesis import given
from hypothesis import strategies as st
from twins import examples, outcome, with_and_without_core

from evosweep.fast import accelerate, bulk, bulk_reals, core
from evosweep.fast.generations import var_and, var_pairs
from evosweep.problems.classes import individual_class

quick = examples(40)
rates = st.sampled_from([0.0, 0.3, 0.7, 1.0])
KINDS = {
    "list": lambda _: individual_class("BulkList", list, (-1.0,)),
    "array": lambda code: individual_class(f"Bulk{code}", array.array, (-1.0,), typecode=code),
}


def _evaluated(individuals: list[Any]) -> list[Any]:
    for number, individual in enumerate(individuals):
        individual.fitness.values = (float(number),)
    return individuals


def _selected(individuals: list[Any], seed: int) -> list[Any]:
    """As a selection leaves them: some several times."""
    return random.Random(seed).choices(individuals, k=len(individuals))


def _permutations_toolbox(indpb: float) -> base.Toolbox:
    toolbox = base.Toolbox()
    toolbox.register("mate", tools.cxPartialyMatched)
    toolbox.register("mutate", tools.mutShuffleIndexes, indpb=indpb)
    return toolbox


def _reals_toolbox(low: Any, up: Any, eta: Any, indpb: float) -> base.Toolbox:
    toolbox = base.Toolbox()
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, low=low, up=up, eta=eta)
    toolbox.register("mutate", tools.mutPolynomialBounded, low=low, up=up, eta=20.0, indpb=indpb)
    return toolbox


def _bits_toolbox(points: int, exchanged: float, indpb: float) -> base.Toolbox:
    toolbox = base.Toolbox()
    if points:
        toolbox.register("mate", tools.cxOnePoint if points == 1 else tools.cxTwoPoint)
    else:
        toolbox.register("mate", tools.cxUniform, indpb=exchanged)
    toolbox.register("mutate", tools.mutFlipBit, indpb=indpb)
    return toolbox


def _both(toolbox: base.Toolbox, individuals: list[Any], cxpb: float, mutpb: float) -> None:
    """The twin's children are the stock's: types, order, fitnesses and the generators after."""
    stock = outcome(lambda pop: algorithms.varAnd(pop, toolbox, cxpb, mutpb), individuals)
    accelerate(toolbox)
    assert with_and_without_core(
        lambda: outcome(lambda pop: var_and(pop, toolbox, cxpb, mutpb), individuals)
    ) == [stock, stock]


@pytest.mark.parametrize("kind", ["list", "array"])
@quick
@given(data=st.data(), cxpb=rates, mutpb=rates, indpb=rates, seed=st.integers(0, 99))
def test_permutations(
    kind: str, data: Any, cxpb: float, mutpb: float, indpb: float, seed: int
) -> None:
    size, n = data.draw(st.integers(2, 20)), data.draw(st.integers(1, 12))
    code = data.draw(st.sampled_from("bHil"))
    make = KINDS[kind](code)
    genomes = [data.draw(st.permutations(range(size))) for _ in range(n)]
    individuals = _selected(_evaluated([make(genome) for genome in genomes]), seed)
    _both(_permutations_toolbox(indpb), individuals, cxpb, mutpb)


@pytest.mark.parametrize("kind", ["list", "array"])
@quick
@given(
    data=st.data(),
    cxpb=rates,
    mutpb=rates,
    eta=st.sampled_from([0.5, 15, 20.0, 30.0]),
    indpb=rates,
    seed=st.integers(0, 99),
)
def test_reals(
    kind: str, data: Any, cxpb: float, mutpb: float, eta: Any, indpb: float, seed: int
) -> None:
    size, n = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))
    gene = st.one_of(st.floats(-1.0, 2.0), st.sampled_from([-1.0, -0.0, 0.0, 2.0]))
    genomes = [data.draw(st.lists(gene, min_size=size, max_size=size)) for _ in range(n)]
    make = KINDS[kind]("d")
    individuals = _selected(_evaluated([make(genome) for genome in genomes]), seed)
    _both(_reals_toolbox(-1.0, 2.0, eta, indpb), individuals, cxpb, mutpb)


@pytest.mark.parametrize("points", [0, 1, 2])
@quick
@given(data=st.data(), cxpb=rates, mutpb=rates, indpb=rates, seed=st.integers(0, 99))
def test_bits(points: int, data: Any, cxpb: float, mutpb: float, indpb: float, seed: int) -> None:
    size, n = data.draw(st.integers(2, 40)), data.draw(st.integers(1, 12))
    gene = st.one_of(st.integers(0, 1), st.booleans(), st.sampled_from([-3, 7, 2**40]))
    genomes = [data.draw(st.lists(gene, min_size=size, max_size=size)) for _ in range(n)]
    individuals = _selected(_evaluated([KINDS["list"]("")(genome) for genome in genomes]), seed)
    toolbox = _bits_toolbox(points, data.draw(rates), indpb)
    _both(toolbox, individuals, cxpb, mutpb)
    varied = bulk.vary(individuals, toolbox, cxpb, mutpb)
    assert (varied is None) == (core.core is None)


def _example(population: list[Any], toolbox: base.Toolbox, cxpb: float) -> list[Any]:
    """The loop of DEAP's example of NSGA-II."""
    offspring = [toolbox.clone(individual) for individual in population]
    for first, second in zip(offspring[::2], offspring[1::2], strict=False):
        if random.random() <= cxpb:
            toolbox.mate(first, second)
        toolbox.mutate(first)
        toolbox.mutate(second)
        del first.fitness.values, second.fitness.values
    return offspring


@pytest.mark.parametrize("kind", ["list", "array"])
@quick
@given(
    data=st.data(),
    cxpb=rates,
    indpb=rates,
    seed=st.integers(0, 99),
    rows=st.sampled_from([4, 4096]),
)
def test_pairs(kind: str, data: Any, cxpb: float, indpb: float, seed: int, rows: int) -> None:
    size, n = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 13))
    gene = st.one_of(st.floats(-1.0, 2.0), st.sampled_from([-1.0, -0.0, 0.0, 2.0]))
    genomes = [data.draw(st.lists(gene, min_size=size, max_size=size)) for _ in range(n)]
    individuals = _selected(_evaluated([KINDS[kind]("d")(genome) for genome in genomes]), seed)
    toolbox = _reals_toolbox(-1.0, 2.0, 20.0, indpb)
    stock = outcome(lambda pop: _example(pop, toolbox, cxpb), individuals)
    accelerate(toolbox)
    assert bulk.vary_in_pairs(individuals, toolbox, cxpb) is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_reals, "_ROWS", rows)  # the draws of a few individuals at a time
        assert with_and_without_core(
            lambda: outcome(lambda pop: var_pairs(pop, toolbox, cxpb), individuals)
        ) == [stock, stock]


def test_pairs_of_other_genomes_are_varied_one_by_one() -> None:
    individuals = _evaluated([KINDS["list"]("")([0, 1, 2, 3]) for _ in range(5)])
    toolbox = _permutations_toolbox(0.4)
    stock = outcome(lambda pop: _example(pop, toolbox, 0.7), individuals)
    accelerate(toolbox)
    assert bulk.vary_in_pairs(individuals, toolbox, 0.7) is None
    assert outcome(lambda pop: var_pairs(pop, toolbox, 0.7), individuals) == stock


@pytest.mark.parametrize(
    ("toolbox", "genomes"),
    [
        (_permutations_toolbox(0.4), [[0, 1, 1], [2, 1, 0]]),
        (_permutations_toolbox(0.4), [[2, 1, 0], [0, 1, 2, 3]]),
        (_permutations_toolbox(0.4), [[True, False], [1, 0]]),
        (_permutations_toolbox(0.4), [[0], [0]]),
        (_reals_toolbox(0.0, 1.0, 20.0, 0.4), [[1.5, 0.5], [0.2, 0.4]]),
        (_reals_toolbox(0, 1, 20.0, 0.4), [[0.5, 0.5], [0.2, 0.4]]),
        (_reals_toolbox([0.0, 0.0], [1.0, 1.0], 20.0, 0.4), [[0.5, 0.5], [0.2, 0.4]]),
        (_reals_toolbox(0.0, 1.0, 20.0, 0.4), [[1, 0], [0.2, 0.4]]),
        (_bits_toolbox(2, 0.0, 0.4), [[1.0, 0.0], [0.0, 1.0]]),
        (_bits_toolbox(1, 0.0, 0.4), [[1, 0], [0]]),
        (_bits_toolbox(2, 0.0, 0.4), [[1, 0], [0, None]]),
        (_bits_toolbox(0, 0.5, 0.4), [[1], [0]]),
        (_bits_toolbox(0, 1.5, 0.4), [[1, 0], [0, 1]]),
        (_bits_toolbox(0, np.float64(0.5), 0.4), [[1, 0], [0, 1]]),
    ],
)
def test_what_is_not_known_is_left_to_deap(toolbox: base.Toolbox, genomes: Any) -> None:
    make = KINDS["list"]("")
    individuals = _evaluated([make(genome) for genome in genomes])
    fast = accelerate(toolbox)
    state = random.getstate()
    assert bulk.vary(individuals, fast, 1.0, 1.0) is None
    assert random.getstate() == state


def test_individuals_with_more_than_a_fitness_are_cloned_one_by_one() -> None:
    make = KINDS["list"]("")
    toolbox = accelerate(_permutations_toolbox(0.4))
    individuals = _evaluated([make([0, 1, 2]), make([2, 1, 0])])
    assert bulk.vary(individuals, toolbox, 1.0, 1.0) is not None
    individuals[1].age = 3
    assert bulk.vary(individuals, toolbox, 1.0, 1.0) is None
    assert [child.__dict__.get("age") for child in var_and(individuals, toolbox, 1.0, 1.0)] == [
        None,
        3,
    ]


def test_more_numbers_than_a_byte_holds() -> None:
    make = KINDS["list"]("")
    rng = random.Random(1)
    individuals = _evaluated([make(rng.sample(range(300), 300)) for _ in range(6)])
    _both(_permutations_toolbox(0.1), individuals, 1.0, 1.0)
