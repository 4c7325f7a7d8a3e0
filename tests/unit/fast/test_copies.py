"""Clones, halls of fame and statistics are those of DEAP."""

from array import array
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from deap import base, creator, tools
from hypothesis import given
from hypothesis import strategies as st
from twins import examples, fitness_values, population

from evosweep.fast import HallOfFame, ParetoFront, Statistics, clone
from evosweep.problems.classes import individual_class

quick = examples(60)
MAX = (1.0,)


def _individual(genome: Any, base: type = list, **attributes: Any) -> Any:
    made = individual_class("TwinCopied", base, MAX, **attributes)(genome)
    made.fitness.values = (3.0,)
    return made


@pytest.mark.parametrize(
    "individual",
    [
        _individual([1, 2.5, True, "a", None]),
        _individual([1.0, np.float64(2)]),
        _individual([1, 2, 3], array, typecode="i"),
        _individual([1.0, 2.0], np.ndarray),
        _individual([1.0, 2.0], strategy=list),
        _individual([[1, 2], [3]]),
        _individual([{1: 2}]),
        {"no": ["individual"]},
    ],
)
def test_clone_is_the_deep_copy(individual: Any) -> None:
    ours, theirs = clone(individual), deepcopy(individual)
    assert type(ours) is type(theirs) is type(individual)
    assert ours is not individual
    assert list(ours) == list(theirs)
    assert list(getattr(ours, "__dict__", {})) == list(getattr(theirs, "__dict__", {}))
    for mine, original in zip(ours, individual, strict=True):
        assert not isinstance(original, list | dict) or mine is not original


def test_attributes_are_copied_deeply() -> None:
    individual = _individual([1.0])
    individual.speed, individual.best = [0.5], _individual([2.0])
    individual.also = individual.speed
    individual.fitness.crowding_dist = 7.0
    ours, theirs = clone(individual), deepcopy(individual)
    assert ours.speed == [0.5]
    assert ours.speed is not individual.speed
    assert ours.also is ours.speed
    assert ours.best == [2.0]
    assert ours.best is not individual.best
    assert ours.best.fitness.values == (3.0,)
    assert vars(ours.fitness) == vars(theirs.fitness)
    del ours.fitness.values
    assert individual.fitness.valid


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("weights", [(1.0,), (-1.0,), (-1.0, 1.0)])
@quick
@given(data=st.data())
def test_hall_of_fame(weights: tuple[float, ...], size: int, data: Any) -> None:
    stock, ours = tools.HallOfFame(size), HallOfFame(size)
    for _ in range(3):
        _both(stock, ours, population(data.draw(fitness_values(len(weights))), weights))


@pytest.mark.parametrize("weights", [(-1.0, 1.0), (-1.0, -1.0, -1.0)])
@quick
@given(data=st.data())
def test_pareto_front(weights: tuple[float, ...], data: Any) -> None:
    stock, ours = tools.ParetoFront(), ParetoFront()
    for _ in range(3):
        individuals = population(data.draw(fitness_values(len(weights))), weights)
        for individual in individuals:
            individual[0] //= 4  # twins
        _both(stock, ours, individuals)


def _both(stock: Any, ours: Any, individuals: list[Any]) -> None:
    stock.update(individuals)
    ours.update(individuals)
    for mine, theirs in zip(ours, stock, strict=True):
        assert (list(mine), mine.fitness.wvalues) == (list(theirs), theirs.fitness.wvalues)
    assert [key.wvalues for key in ours.keys] == [key.wvalues for key in stock.keys]
    assert all(mine is not other for mine in ours for other in individuals)


def test_hall_of_fame_of_arrays() -> None:
    kind = individual_class("TwinArray", np.ndarray, MAX)
    individuals = [kind([float(i % 3), 1.0]) for i in range(9)]
    for i, individual in enumerate(individuals):
        individual.fitness.values = (float(i % 4),)
    stock = tools.HallOfFame(4, similar=np.array_equal)
    ours = HallOfFame(4, similar=np.array_equal)
    _both(stock, ours, individuals)


@pytest.mark.parametrize(
    "options", [{"axis": 0}, {"axis": None}, {}, {"axis": 1}, {"keepdims": True}]
)
@quick
@given(points=fitness_values(2, max_size=300))
def test_statistics(options: dict[str, Any], points: Any) -> None:
    individuals = population(points, (1.0, -1.0))
    stock, ours = (kind(lambda ind: ind.fitness.values) for kind in (tools.Statistics, Statistics))
    for statistics in (stock, ours):
        for function in (np.mean, np.std, np.min, np.max, np.median):
            statistics.register(function.__name__, function, **options)
        statistics.register("first", lambda values: values[0])
    one, two = stock.compile(individuals), ours.compile(individuals)
    assert list(one) == list(two)
    assert [type(value) for value in one.values()] == [type(value) for value in two.values()]
    assert all(np.asarray(one[name]).tobytes() == np.asarray(two[name]).tobytes() for name in one)
    assert isinstance(two["first"], tuple)


def test_a_constrained_fitness_is_deep_copied() -> None:
    if not hasattr(creator, "TwinConstrained"):
        creator.create("TwinConstrained", base.ConstrainedFitness, weights=(1.0,))
        creator.create("TwinBound", list, fitness=creator.TwinConstrained)
    individual = creator.TwinBound([1, 2])
    individual.fitness.values = (3.0,)
    copy = clone(individual)
    assert copy.fitness.constraint_violation is None
    assert copy.fitness == individual.fitness
