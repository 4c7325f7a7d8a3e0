"""Every faster selection gives what DEAP's gives: order, ties, duplicates and draws included."""

from typing import Any

import numpy as np
import pytest
from deap import tools
from hypothesis import given
from hypothesis import strategies as st
from twins import examples, fitness_values, outcome, population, with_and_without_core

from evosweep.fast import nsga2, nsga3, selection, sorting, spea2

quick = examples(60)
WEIGHTS = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0, -1.0), (2.0, -0.5, 1.0, -1.0)]


@pytest.mark.parametrize("weights", [(1.0,), (-1.0,), (1.0, -1.0)])
@pytest.mark.parametrize(
    ("stock", "ours", "options"),
    [
        (tools.selTournament, selection.sel_tournament, {"tournsize": 1}),
        (tools.selTournament, selection.sel_tournament, {"tournsize": 3}),
        (tools.selBest, selection.sel_best, {}),
        (tools.selWorst, selection.sel_worst, {}),
        (tools.selRandom, selection.sel_random, {}),
        (tools.selRoulette, selection.sel_roulette, {}),
        (
            tools.selStochasticUniversalSampling,
            selection.sel_stochastic_universal_sampling,
            {},
        ),
        *(
            (
                tools.selDoubleTournament,
                selection.sel_double_tournament,
                {"fitness_size": 3, "parsimony_size": 1.4, "fitness_first": first},
            )
            for first in (True, False)
        ),
    ],
)
@quick
@given(data=st.data())
def test_single_objective(
    stock: Any, ours: Any, options: dict[str, Any], weights: tuple[float, ...], data: Any
) -> None:
    points = data.draw(fitness_values(len(weights)))
    if "Roulette" in stock.__name__ or "Universal" in stock.__name__:
        points = [(abs(first) + 0.5, *rest) for first, *rest in points]
    individuals = population(points, weights)
    for individual in individuals[::3]:
        individual.append(0)  # sizes that differ
    k = data.draw(st.integers(0, len(points)))
    expected = outcome(stock, individuals, k, **options)
    assert with_and_without_core(lambda: outcome(ours, individuals, k, **options)) == [
        expected, expected,
    ]  # fmt: skip


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(
    ("stock", "ours", "options"),
    [
        (tools.sortNondominated, sorting.sort_nondominated, {}),
        (tools.sortNondominated, sorting.sort_nondominated, {"first_front_only": True}),
        (tools.sortLogNondominated, sorting.sort_log_nondominated, {}),
        (tools.sortLogNondominated, sorting.sort_log_nondominated, {"first_front_only": True}),
        (tools.selNSGA2, nsga2.sel_nsga2, {}),
        (tools.selNSGA2, nsga2.sel_nsga2, {"nd": "log"}),
        (tools.selSPEA2, spea2.sel_spea2, {}),
    ],
)
@quick
@given(data=st.data())
def test_multi_objective(
    stock: Any, ours: Any, options: dict[str, Any], weights: tuple[float, ...], data: Any
) -> None:
    points = data.draw(fitness_values(len(weights)))
    k = data.draw(st.integers(1, len(points)))
    individuals = population(points, weights)
    expected = outcome(stock, individuals, k, **options)
    assert with_and_without_core(lambda: outcome(ours, individuals, k, **options)) == [
        expected, expected,
    ]  # fmt: skip


@pytest.mark.parametrize("weights", WEIGHTS)
@quick
@given(data=st.data())
def test_tournament_dcd(weights: tuple[float, ...], data: Any) -> None:
    points = data.draw(fitness_values(len(weights)))
    individuals = population(points, weights)
    tools.emo.assignCrowdingDist(individuals)
    for individual in individuals:
        individual.fitness.crowding_dist = min(individual.fitness.crowding_dist, 9.0)

    def on(select: Any) -> Any:
        def chosen(copies: list[Any], k: int) -> Any:
            for copy, individual in zip(copies, individuals, strict=True):
                copy.fitness.crowding_dist = individual.fitness.crowding_dist
            return select(copies, k)

        return outcome(chosen, individuals, len(points) // 4 * 4)

    stock = on(tools.selTournamentDCD)
    assert with_and_without_core(lambda: on(nsga2.sel_tournament_dcd)) == [stock, stock]


@pytest.mark.parametrize("nd", ["standard", "log"])
@pytest.mark.parametrize("weights", [(-1.0, -1.0, -1.0), (1.0, -1.0)])
@quick
@given(data=st.data())
def test_nsga3(weights: tuple[float, ...], nd: str, data: Any) -> None:
    points = data.draw(fitness_values(len(weights), max_size=60))
    k = data.draw(st.integers(1, len(points)))
    references = tools.uniform_reference_points(len(weights), 4)
    individuals = population(points, weights)
    with np.errstate(all="ignore"):
        expected = outcome(tools.selNSGA3, individuals, k, references, nd)
        assert with_and_without_core(
            lambda: outcome(nsga3.sel_nsga3, individuals, k, references, nd)
        ) == [expected, expected]


@pytest.mark.parametrize("objectives", [2, 3, 5, 8])
@pytest.mark.parametrize("kind", ["random", "ties", "one front"])
def test_nsga3_of_many(objectives: int, kind: str) -> None:
    rng = np.random.default_rng(4)
    points = {
        "random": rng.random((160, objectives)),
        "ties": rng.integers(0, 3, (160, objectives)).astype(float),
        "one front": rng.dirichlet(np.ones(objectives), 160),
    }[kind]
    individuals = population([*map(tuple, points.tolist())], (-1.0,) * objectives)
    references = tools.uniform_reference_points(objectives, 2 if objectives > 3 else 9)
    for k in (40, 80, 160):
        expected = outcome(tools.selNSGA3, individuals, k, references)
        assert with_and_without_core(
            lambda k=k: outcome(nsga3.sel_nsga3, individuals, k, references)
        ) == [expected, expected]


def test_nsga3_with_memory_over_generations() -> None:
    rng = np.random.default_rng(3)
    references = tools.uniform_reference_points(3, 6)
    stock = tools.selNSGA3WithMemory(references)
    ours = nsga3.SelNSGA3WithMemory(references)
    for _ in range(5):
        individuals = population([tuple(row) for row in rng.random((80, 3)).tolist()], (-1.0,) * 3)
        expected = outcome(stock, individuals, 40)
        assert outcome(ours, individuals, 40) == expected
        for memory in ("best_point", "worst_point", "extreme_points"):
            assert getattr(ours, memory).tolist() == getattr(stock, memory).tolist()


@pytest.mark.parametrize("objectives", [2, 3, 5])
@pytest.mark.parametrize("kind", ["random", "ties", "one front", "chain"])
def test_ranks_agree_however_they_are_found(objectives: int, kind: str) -> None:
    rng = np.random.default_rng(1)
    points = {
        "random": rng.random((300, objectives)),
        "ties": rng.integers(0, 4, (300, objectives)).astype(float),
        "one front": rng.dirichlet(np.ones(objectives), 300),
        "chain": np.repeat(np.arange(50.0)[:, None], objectives, axis=1),
    }[kind]
    distinct = np.unique(points, axis=0)
    peeled = sorting._ranks_by_peeling(distinct)
    assert (sorting.pareto_ranks(distinct) == peeled).all()


def test_hands_over_what_it_cannot_do_alike() -> None:
    for points in ([(float("inf"), 1.0), (1.0, 2.0)] * 4, [(2.0**60, 1.0), (1.0, 2.0)] * 4):
        individuals = population(points, (1.0, 1.0))
        ours = outcome(nsga2.sel_nsga2, individuals, 3)
        assert repr(ours) == repr(outcome(tools.selNSGA2, individuals, 3))  # nan is not itself
