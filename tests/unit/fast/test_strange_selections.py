"""Selections of any population, k and option whatever: as DEAP, its exceptions and draws too."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import base, tools
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from strange import (
    CONTAINERS,
    counts,
    created,
    dominate_in_circles,
    fitness_class,
    outcome,
    populations,
)
from twins import with_and_without_core

from evosweep.fast import accelerate

quick = settings(max_examples=60, deadline=None, phases=[Phase.generate])
DOUBLE = {"fitness_size": 3, "parsimony_size": 1.4}
SELECTIONS: list[tuple[Any, dict[str, Any]]] = [
    (tools.selRandom, {}),
    (tools.selBest, {}),
    (tools.selWorst, {}),
    (tools.selBest, {"fit_attr": "other"}),
    (tools.selTournament, {"tournsize": 3}),
    (tools.selTournament, {"tournsize": 0}),
    (tools.selTournament, {"tournsize": 2.0}),
    (tools.selTournament, {"tournsize": 2, "fit_attr": "other"}),
    (tools.selDoubleTournament, DOUBLE | {"fitness_first": True}),
    (tools.selDoubleTournament, DOUBLE | {"fitness_first": False}),
    (tools.selDoubleTournament, DOUBLE | {"fitness_first": True, "parsimony_size": 2.5}),
    (tools.selDoubleTournament, DOUBLE | {"fitness_first": 1, "fitness_size": 0}),
    (tools.selRoulette, {}),
    (tools.selStochasticUniversalSampling, {}),
    (tools.selNSGA2, {}),
    (tools.selNSGA2, {"nd": "log"}),
    (tools.selNSGA2, {"nd": "none"}),
    (tools.selSPEA2, {}),
    (tools.selTournamentDCD, {}),
    (tools.sortNondominated, {}),
    (tools.sortNondominated, {"first_front_only": True}),
    (tools.sortLogNondominated, {}),
    (tools.sortLogNondominated, {"first_front_only": True}),
    (tools.selNSGA3, {"ref_points": tools.uniform_reference_points(2, 4)}),
    (tools.selNSGA3, {"ref_points": tools.uniform_reference_points(2, 4), "nd": "standard"}),
    (tools.selNSGA3, {"ref_points": [[0.5, 0.5], [1, 0]]}),
    (tools.selNSGA3WithMemory(tools.uniform_reference_points(2, 4)), {}),
]

COMPILED = (tools.selNSGA2, tools.selTournament, tools.selTournamentDCD, tools.sortNondominated)


def _twin(function: Any, options: dict[str, Any]) -> Any:
    toolbox = base.Toolbox()
    toolbox.register("select", function, **options)
    return accelerate(toolbox).select


def _fresh(function: Any) -> Any:
    """The selection, without what an earlier call may have left in it."""
    if isinstance(function, tools.selNSGA3WithMemory):
        return tools.selNSGA3WithMemory(function.ref_points)
    return function


@pytest.mark.parametrize(("function", "options"), SELECTIONS)
@quick
@given(make=populations(), container=st.sampled_from([*CONTAINERS]), k=counts())
def test_as_deap(function: Any, options: dict[str, Any], make: Any, container: str, k: Any) -> None:
    assume(not dominate_in_circles(make))
    contain = CONTAINERS[container]
    stock, ours = partial(_fresh(function), **options), _twin(_fresh(function), options)
    expected = outcome(lambda pop: stock(contain(pop), k), make)
    both = with_and_without_core if function in COMPILED else lambda call: [call()]
    assert all(
        given == expected
        for given in both(lambda: outcome(lambda pop: ours(contain(pop), k), make))
    )


@quick
@given(make=populations(), container=st.sampled_from([*CONTAINERS]))
def test_crowding_distances(make: Any, container: str) -> None:
    contain = CONTAINERS[container]
    ours = _twin(tools.emo.assignCrowdingDist, {})
    stock = outcome(lambda pop: tools.emo.assignCrowdingDist(contain(pop)), make)
    assert with_and_without_core(lambda: outcome(lambda pop: ours(contain(pop)), make)) == [
        stock, stock,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [float, int, bool, np.float64, np.int64, np.int32, np.bool_])
@pytest.mark.parametrize("weights", [(1, -2), (1.0, -1.0)])
def test_types_of_crowding_distances(kind: Any, weights: tuple[Any, ...]) -> None:
    shape = fitness_class(base.Fitness, weights)

    def make() -> list[Any]:
        individuals = []
        for number in range(30):
            individual = created("StrangeOne", list)([number])
            individual.fitness = shape()
            individual.fitness.values = (kind(number % 2), kind(number % 5))
            individuals.append(individual)
        return individuals

    ours = _twin(tools.emo.assignCrowdingDist, {})
    stock = outcome(tools.emo.assignCrowdingDist, make)
    assert with_and_without_core(lambda: outcome(ours, make)) == [stock, stock]


class _Turned(tools.selNSGA3WithMemory):  # type: ignore[misc]
    def __call__(self, individuals: Any, k: int) -> Any:
        return super().__call__(individuals, k)[::-1]


@quick
@given(
    makes=st.lists(populations(least=20), min_size=2, max_size=3),
    kind=st.sampled_from([tools.selNSGA3WithMemory, _Turned]),
)
def test_memory_that_the_program_holds(makes: list[Any], kind: Any) -> None:
    results = []
    for fast in (True, False):
        selection = kind(tools.uniform_reference_points(2, 4))
        toolbox = base.Toolbox()
        toolbox.register("one", selection)
        toolbox.register("other", selection)
        if fast:
            accelerate(toolbox)
        for make, select in zip(makes, (toolbox.one, toolbox.other, toolbox.one), strict=False):
            results.append((fast, outcome(lambda pop, select=select: select(pop, 9), make)))
            memory = selection.best_point, selection.worst_point, selection.extreme_points
            results.append((fast, repr(memory)))
    assert [told for fast, told in results if fast] == [told for fast, told in results if not fast]


def test_names_of_parameters_and_functions_are_deaps() -> None:
    import inspect

    from evosweep.fast.accelerate import _DRAWING, _EXACT

    for stock, twin in (_DRAWING | _EXACT).items():
        assert twin.__name__ == stock.__name__
        if stock is not map:
            ours = inspect.signature(twin, follow_wrapped=False).parameters
            theirs = [p for p in inspect.signature(stock).parameters.values() if p.name != "_nil"]
            assert [(p.name, p.default, p.kind) for p in ours.values()] == [
                (p.name, p.default, p.kind) for p in theirs
            ]


def test_numpy_numbers_of_single_precision_beside_floats() -> None:
    """float32(0.8) is not 0.8: NumPy compares both in single precision, an array does not."""
    rng = np.random.default_rng(1)
    points = [(np.float32(x / 10), float((20 - x) / 10)) for x in rng.integers(0, 20, 40)]
    make = partial(_of_points, points)
    ours = _twin(tools.selNSGA2, {})
    assert outcome(lambda pop: ours(pop, 20), make) == outcome(
        lambda pop: tools.selNSGA2(pop, 20), make
    )


def _of_points(points: list[Any]) -> list[Any]:
    from strange import created, fitness_class

    individuals = [created("StrangeOne", list)([number]) for number in range(len(points))]
    for individual, point in zip(individuals, points, strict=True):
        individual.fitness = fitness_class(base.Fitness, (-1.0, -1.0))()
        individual.fitness.values = point
    return individuals
