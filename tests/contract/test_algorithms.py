"""What every built-in algorithm keeps, a new one included."""

from typing import Any

import numpy as np
import pytest
from deap import tools
from plain import build, evolve, genomes, statistics

from evosweep.errors import InputError
from evosweep.plugins.builtins import ALGORITHMS
from evosweep.plugins.loading import load_algorithm

ZDT = ("zdt", {"function": 1, "dimension": 5})
REALS = ("continuous", {"function": "sphere", "dimension": 4})
TREES = ("symbolic_regression", {"data": "quartic", "rows": 20})
BITS = ("onemax", {"bits": 20})
SUITABLE = {
    "cma_es": REALS, "cma_one_plus_lambda": REALS, "differential_evolution": REALS, "emna": REALS,
    "evolution_strategy": REALS, "harm_gp": TREES, "mo_cma_es": ZDT, "nsga2": ZDT, "nsga3": ZDT,
    "one_fifth": REALS, "particle_swarm": REALS, "pycma": REALS, "scipy_de": REALS, "spea2": ZDT,
}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {"harm_gp": {"model": 60, "population": 20}}


def options_of(name: str) -> dict[str, Any]:
    """Three generations of a small population."""
    function = load_algorithm(name)
    small = {"population": 12, "generations": 3} | OPTIONS.get(name, {})
    known = function.__kwdefaults__ or {}
    return {key: value for key, value in small.items() if key in known}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_same_seed_same_population(name: str) -> None:
    problem, params = SUITABLE.get(name, BITS)
    one, two = (evolve(problem, params, name, **options_of(name)) for _ in range(2))
    assert genomes(one) == genomes(two)
    assert all(individual.fitness.valid for individual in one)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_logs_every_generation_and_counts_every_evaluation(name: str) -> None:
    problem, params = SUITABLE.get(name, BITS)
    toolbox = build(problem, params)
    evaluated: list[Any] = []

    def counting(function: Any, individuals: Any) -> Any:
        evaluated.extend(individuals)
        return list(map(function, individuals))

    toolbox.register("map", counting)
    hall = tools.ParetoFront() if problem == "zdt" else tools.HallOfFame(1)
    population, logbook = load_algorithm(name)(
        toolbox, statistics=statistics(), hall_of_fame=hall, **options_of(name)
    )
    assert len(logbook) >= 3
    assert logbook.select("gen") == sorted(logbook.select("gen"))
    assert all(np.isfinite(np.asarray(best)).all() for best in logbook.select("best"))
    assert sum(logbook.select("nevals")) == len(evaluated)
    assert len(hall) >= 1
    assert not any(hall[0].fitness < individual.fitness for individual in population[:1])


@pytest.mark.parametrize(
    ("name", "problem", "options", "words"),
    [
        ("ea_simple", BITS, {"population": 0}, "population must be 1 or more, not 0"),
        ("ea_simple", BITS, {"generations": -1}, "generations must be 0 or more, not -1"),
        ("ea_simple", BITS, {"crossover": 2}, "crossover must be between 0 and 1, not 2"),
        ("ea_mu_plus_lambda", BITS, {"crossover": 0.9, "mutation": 0.2}, "add up to 1 or less"),
        ("ea_mu_comma_lambda", BITS, {"mu": 9, "lambda_": 3}, "lambda_ must be 9 or more, not 3"),
        ("nsga2", ZDT, {"population": 10}, "population must be a multiple of 4, not 10"),
        ("nsga2", BITS, {}, "nsga2 needs a problem of two objectives"),
        ("cma_es", BITS, {}, "cma_es needs a problem whose genomes are lists of reals"),
        ("cma_es", ZDT, {}, "cma_es needs a problem of one objective, not of 2"),
        ("pbil", REALS, {}, "pbil needs a problem whose genomes are bit strings"),
        ("harm_gp", BITS, {}, "harm_gp needs a problem whose genomes are trees"),
        ("scipy_de", REALS, {"strategy": "no such"}, "scipy_de: Please select a valid"),
    ],
)
def test_wrong_parameters(name: str, problem: Any, options: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        evolve(*problem, name, **options)
    assert "\n" not in str(raised.value)
