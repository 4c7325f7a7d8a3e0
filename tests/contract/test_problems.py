"""What every built-in problem keeps, a new one included."""

import warnings
from pathlib import Path
from typing import Any

import pytest
from plain import build, evolve, genomes

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.plugins.builtins import PROBLEMS
from evosweep.plugins.loading import load_problem
from evosweep.problems.traits import Traits
from evosweep.records.folder import RunFolder
from evosweep.run.attempt import run_one

SMALL: dict[str, dict[str, Any]] = {"onemax": {"bits": 20}, "bbob": {"dimension": 3}}


@pytest.mark.parametrize("name", PROBLEMS)
def test_has_deaps_parts_and_evaluates_alike_twice(name: str) -> None:
    toolbox = build(name, SMALL.get(name, {}))
    for part in ("individual", "population", "evaluate", "mate", "mutate", "select", "clone"):
        assert callable(getattr(toolbox, part))
    individual = toolbox.population(n=4)[-1]
    before = genomes([toolbox.clone(individual)])
    weights = individual.fitness.weights
    first, second = toolbox.evaluate(individual), toolbox.evaluate(individual)
    assert first == second
    assert len(first) == len(weights)
    assert genomes([individual]) == before


@pytest.mark.parametrize("name", PROBLEMS)
def test_may_be_built_twice_in_a_process(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, two = build(name, SMALL.get(name, {})), build(name, SMALL.get(name, {}))
    assert type(one.individual()) is type(two.individual())


@pytest.mark.parametrize("name", PROBLEMS)
def test_declares_what_it_knows(name: str) -> None:
    traits = Traits.of(build(name, SMALL.get(name, {})))
    assert traits.genome in {"bits", "integers", "reals", "permutation", "tree"}


@pytest.mark.parametrize("name", PROBLEMS)
def test_takes_part_in_a_run(name: str) -> None:
    one, two = (
        evolve(name, SMALL.get(name, {}), "ea_simple", population=12, generations=2)
        for _ in range(2)
    )
    assert genomes(one) == genomes(two)


@pytest.fixture(scope="module")
def pool() -> Any:
    with create("pool", 2) as backend:
        yield backend


@pytest.mark.parametrize("name", PROBLEMS)
def test_same_population_in_the_process_and_on_workers(
    name: str, tmp_path: Path, pool: Any
) -> None:
    spec: dict[str, Any] = {
        "problem": {"use": name, "params": SMALL.get(name, {})},
        "algorithm": {"use": "random_search", "params": {"population": 8, "generations": 1}},
        "backend": {"use": "serial"},
        "seed": 5,
    }
    with create("serial") as backend:
        alone = run_one(RunSpec.parse(spec), RunFolder(tmp_path / "serial"), backend)
    # A timeout sends even the cheapest evaluation to the workers.
    spec |= {
        "problem": spec["problem"] | {"timeout": 60.0},
        "backend": {"use": "pool", "workers": 2},
    }
    away = run_one(RunSpec.parse(spec), RunFolder(tmp_path / "pool"), pool)
    assert alone.population_digest == away.population_digest


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("onemax", {"bits": 0}, "bits must be 2 or more, not 0"),
        ("onemax", {"bits": "many"}, "bits must be an integer, not 'many'"),
        ("onemax", {"bits": [50, 100]}, r"not \[50, 100\]; to try each .* under `grid:`"),
        ("onemax", {"flip": 1.5}, "flip must be between 0 and 1, not 1.5"),
        ("onemax", {"flip": [0.1, 0.2]}, r"not \[0.1, 0.2\]; to try each .* under `grid:`"),
        ("bbob", {"function": 25}, "function must be from 1 to 24, not 25"),
        ("symbolic_regression", {"parsimony": 3}, "parsimony must be between 1 and 2, not 3"),
    ],
)
def test_wrong_parameters(name: str, params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_problem(name)(**params)
