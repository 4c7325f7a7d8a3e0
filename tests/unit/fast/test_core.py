"""The compiled core does what is usual, leaves the rest alone, and may be missing."""

import gc
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import covering
import numpy as np
import pytest
from deap import base
from lacking import lacking
from twins import outcome, population, with_and_without_core

from evosweep.fast import compiled, core, nsga2, sorting
from evosweep.problems.classes import individual_class

ROOT = Path(__file__).parents[3]
MATE = {"eta": 20.0, "low": -1.0, "up": 2.0}
MUTATE = MATE | {"indpb": 0.3}
KIND = individual_class("CoreReals", list, (-1.0, -1.0))


@pytest.fixture(autouse=True)
def _is_built() -> None:
    if core.core is None:
        lacking("the compiled core is not there: no C compiler when evosweep was installed")


def _reals(count: int = 20, genes: int = 5) -> list[Any]:
    return _individuals(lambda rng: [rng.uniform(-1.0, 2.0) for _ in range(genes)], count)


def _bits(count: int = 20, genes: int = 5) -> list[Any]:
    return _individuals(lambda rng: [rng.choice((0, 1, True)) for _ in range(genes)], count)


def _individuals(genome: Callable[[random.Random], list[Any]], count: int) -> list[Any]:
    rng = random.Random(3)
    individuals = []
    for _ in range(count):
        individual = KIND(genome(rng))
        individual.fitness.values = (rng.random(), rng.random())
        individuals.append(individual)
    return individuals


def _points(kind: str, count: int = 300) -> list[tuple[float, ...]]:
    rng = np.random.default_rng(1)
    points: dict[str, Any] = {
        "random": rng.random((count, 2)),
        "ties": rng.integers(0, 9, (count, 2)).astype(float),
        "zeros of both signs": rng.choice([-0.0, 0.0, 1.0], (count, 2)),
        "one front": rng.dirichlet(np.ones(2), count),
        "two fronts": np.repeat(np.linspace(0.0, 1.0, count // 2), 2)[:, None] * [1.0, -1.0]
        + np.tile([0.0, 0.5], count // 2)[:, None],
        "chain": np.repeat(np.arange(float(count))[:, None], 2, axis=1),
        "all equal": np.ones((count, 2)),
    }
    return [tuple(point) for point in points[kind].tolist()]


@pytest.mark.parametrize(
    "kind",
    ["random", "ties", "zeros of both signs", "one front", "two fronts", "chain", "all equal"],
)
def test_fronts_and_distances_of_many(kind: str) -> None:
    individuals = population(_points(kind), (1.0, -1.0))
    assert core.fronts_of_two(individuals, len(individuals)) is not None
    for k in (1, 150, 300):
        ours, interpreted = with_and_without_core(
            lambda k=k: outcome(sorting.sort_nondominated, individuals, k)
        )
        assert ours == interpreted
    ours, interpreted = with_and_without_core(
        lambda: outcome(nsga2.assign_crowding_distance, individuals)
    )
    assert ours == interpreted


@pytest.mark.parametrize("rates", [(0.9,), (0.7, 0.4)])
def test_usual_reals_are_varied(rates: tuple[float, ...]) -> None:
    parents = _reals()
    children = core.vary_reals(parents, rates, MATE, MUTATE)
    assert children is not None
    assert {type(gene) for child in children for gene in child} == {float}
    assert {type(child) for child in children} == {KIND}
    assert [[*parent] for parent in parents] == [[*parent] for parent in _reals()]


@pytest.mark.parametrize("points", [0, 1, 2])
def test_usual_bits_are_varied(points: int) -> None:
    parents = _bits()
    children = core.vary_bits(parents, (0.9, 0.5), points, (0.5, 0.3))
    assert children is not None
    assert {type(gene) for child in children for gene in child} == {int, bool}
    assert {type(child) for child in children} == {KIND}
    assert [[*parent] for parent in parents] == [[*parent] for parent in _bits()]


@pytest.mark.parametrize("what", ["a float", "a gene less", "no gene", "an int of NumPy", "more"])
def test_unusual_bits_are_left_alone(what: str) -> None:
    individuals = _bits()
    one = individuals[7]
    changes: dict[str, Callable[[], object]] = {
        "a float": lambda: one.__setitem__(2, 1.0),
        "a gene less": one.pop,
        "no gene": one.clear,
        "an int of NumPy": lambda: one.__setitem__(2, np.int64(1)),
        "more": lambda: setattr(one, "age", 3),
    }
    changes[what]()
    state = random.getstate()
    assert core.vary_bits(individuals, (0.9, 0.5), 2, (0.0, 0.3)) is None
    assert random.getstate() == state


def test_usual_individuals_are_selected() -> None:
    individuals = _reals()
    assert core.contests(individuals, 7, 3) is not None
    assert core.assign_crowding(individuals)
    assert core.tournament(individuals, 12) is not None


def _with(change: Callable[[Any], object]) -> list[Any]:
    individuals = _reals()
    change(individuals[7])
    return individuals


UNUSUAL: dict[str, Callable[[Any], object]] = {
    "an int": lambda one: one.__setitem__(2, 1),
    "a float of NumPy": lambda one: one.__setitem__(2, np.float64(0.5)),
    "nan": lambda one: one.__setitem__(2, float("nan")),
    "beyond a bound": lambda one: one.__setitem__(2, 2.5),
    "a gene more": lambda one: one.append(0.5),
    "no gene": lambda one: one.clear(),
    "an attribute more": lambda one: setattr(one, "age", 3),
    "no fitness": lambda one: delattr(one, "fitness"),
    "another fitness": lambda one: setattr(one, "fitness", base.Fitness.__new__(base.Fitness)),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_unusual_reals_are_left_alone(what: str) -> None:
    individuals = _with(UNUSUAL[what])
    state = random.getstate()
    assert core.vary_reals(individuals, (0.9,), MATE, MUTATE) is None
    assert random.getstate() == state


@pytest.mark.parametrize(
    "change",
    [
        lambda one: delattr(one, "fitness"),
        lambda one: setattr(one.fitness, "wvalues", (1.0,)),
        lambda one: setattr(one.fitness, "wvalues", (1.0, 2)),
        lambda one: setattr(one.fitness, "wvalues", [1.0, 2.0]),
        lambda one: setattr(one.fitness, "wvalues", (1.0, np.float64(2.0))),
        lambda one: setattr(one.fitness, "wvalues", (1.0, float("inf"))),
        lambda one: setattr(one.fitness, "wvalues", (1.0, float("nan"))),
    ],
)
def test_unusual_fitnesses_are_left_alone(change: Callable[[Any], object]) -> None:
    individuals = _with(change)
    assert core.fronts_of_two(individuals, 20) is None
    assert core.assign_crowding(individuals) is None
    assert not any(hasattr(one.fitness, "crowding_dist") for one in _reals())


def test_a_tournament_without_distances_draws_nothing() -> None:
    state = random.getstate()
    assert core.tournament(_reals(), 12) is None
    assert random.getstate() == state


@pytest.mark.parametrize(
    "options",
    [
        {"low": -1},
        {"low": -0.5},  # other bounds than the mutation's
        {"up": [2.0] * 5},
        {"eta": -1.0},
        {"eta": 1e300},
        {"eta": np.float64(20.0)},
        {"more": 1.0},
    ],
)
def test_unusual_keywords_are_left_alone(options: dict[str, Any]) -> None:
    assert core.vary_reals(_reals(), (0.9,), MATE | options, MUTATE) is None


def _references(populations: list[list[Any]]) -> list[int]:
    """How often each object is referred to that the core reads."""
    read: list[Any] = [KIND, type(populations[0][0].fitness)]
    for individual in chain.from_iterable(populations):
        fitness = getattr(individual, "fitness", None)
        read += [individual, fitness, getattr(fitness, "wvalues", None), *individual]
    # Everybody refers to None and to small integers.
    return [sys.getrefcount(item) for item in read if not isinstance(item, int | None)]


def test_no_reference_is_kept() -> None:
    populations = [_reals(), _bits(), *(_with(change) for change in UNUSUAL.values())]
    core.assign_crowding(populations[0])

    def call_all() -> None:
        for individuals in populations:
            core.vary_reals(individuals, (0.9,), MATE, MUTATE)
            core.vary_reals(individuals, (0.7, 0.3), MATE, MUTATE)
            core.fronts_of_two(individuals, 20)
            core.tournament(individuals, 12)
            core.contests(individuals, 20, 3)
            core.encoded_lists([[*individual] for individual in individuals])
            core.encoded_values(individuals)
            core.vary_bits(individuals, (0.9, 0.3), 2, (0.0, 0.3))
            core.log_fronts(individuals, 20)
            core.weighted(individuals, 1e100)
            core.genes(individuals, float)
        gc.collect()

    call_all()  # what is known of a class is kept from its first use on
    before = _references(populations)
    call_all()
    assert _references(populations) == before


def test_only_the_child_holds_its_new_genes_and_its_fitness() -> None:
    parents = _reals()
    old = {id(gene) for parent in parents for gene in parent}
    children = core.vary_reals(parents, (0.9,), MATE, MUTATE)
    assert children is not None
    new = [gene for child in children for gene in child if id(gene) not in old]
    assert new
    # Beside the child: the list above, the loop, and the call.
    assert all(sys.getrefcount(gene) <= 4 for gene in new)
    assert all(sys.getrefcount(child) <= 3 for child in children)
    assert all(sys.getrefcount(child.fitness) <= 2 for child in children)


def test_a_core_that_differs_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    built = core.core
    assert built is not None
    functions = {name: getattr(built, name) for name in dir(built) if not name.startswith("_")}
    for name, differs in (
        ("floats", lambda words, count: ([0.5] * count, words)),
        ("powers", lambda bases, exponent: np.power(bases, 2.0 * exponent).tobytes()),
        ("shuffled", lambda _, count: [*range(count)]),
    ):
        other = SimpleNamespace(**functions | {name: differs})
        monkeypatch.setattr(compiled, "import_module", lambda _, other=other: other)
        assert compiled.load() is None


def test_a_core_of_an_earlier_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    built = core.core
    monkeypatch.setattr(compiled, "import_module", lambda _: built)
    assert compiled.load() is built
    old = SimpleNamespace(floats=built.floats) if built is not None else None
    monkeypatch.setattr(compiled, "import_module", lambda _: old)
    assert compiled.load() is None


def test_installs_without_a_compiler(tmp_path: Path) -> None:
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("*.py", "*.so")
    source = Path("src", "evosweep", "fast")
    shutil.copytree(ROOT / source, tmp_path / source, ignore=ignored)
    stale = tmp_path / source / "_core.abi3.so"
    stale.write_text("of an earlier version")
    done = subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"],
        cwd=tmp_path, env=os.environ | {"CC": "/bin/false"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not stale.exists()


def test_where_memory_lacks_an_exception_says_so() -> None:
    pytest.importorskip("_testcapi", reason="this Python came without its own tests")
    program = Path(__file__).with_name("memory_lacks.py")
    with covering.paused():  # coverage's tracer dies where memory lacks, also in plain Python
        done = subprocess.run(
            [sys.executable, program], capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert len(counts) == 14
    assert min(counts) >= 1
