"""`evosweep.run`: one run from a program, its receipt and its population as individuals."""

import random
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy
import pytest
from deap import algorithms, base, creator, tools

import evosweep
from evosweep.errors import InputError, RunError
from evosweep.genomes.digest import population_digest
from evosweep.notebook.one_run import UnnamedRun
from evosweep.problems.onemax import onemax

ONEMAX = {"use": "onemax", "params": {"bits": 20}}
SIMPLE = {"use": "ea_simple", "params": {"population": 12, "generations": 4}}


def test_a_run_gives_its_record_and_its_individuals(tmp_path: Path) -> None:
    done = evosweep.run(ONEMAX, SIMPLE, seed=3, results=tmp_path / "study")
    assert done.named
    assert done.folder == tmp_path / "study" / "runs" / done.record.run_id
    assert len(done.population) == done.record.population == 12
    assert population_digest(done.population) == done.record.population_digest
    assert done.best.fitness.values == (max(sum(one) for one in done.population),)
    assert len(done.generations()) == 5
    again = evosweep.run(ONEMAX, SIMPLE, seed=3, results=tmp_path / "study")
    assert again.record.finished == done.record.finished  # it was not repeated
    (row,) = evosweep.load(tmp_path / "study").runs().to_dict("records")
    assert row["run_id"] == done.record.run_id


@pytest.mark.parametrize(
    ("problem", "algorithm"),
    [
        pytest.param({"use": "symbolic_regression"}, SIMPLE, marks=pytest.mark.thorough),
        pytest.param(
            {"use": "n_queens", "params": {"queens": 8}},
            {"use": "island_model"},
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"use": "zdt", "params": {"function": 1}},
            {"use": "nsga2"},
            marks=pytest.mark.thorough,
        ),
        ({"use": "continuous", "params": {"dimension": 3}}, {"use": "particle_swarm"}),
        (ONEMAX, {"use": "asynchronous_steady_state"}),
    ],
    ids=lambda part: part["use"],
)
@pytest.mark.thorough
def test_individuals_of_every_kind_have_the_digest_of_the_receipt(
    problem: dict[str, Any], algorithm: dict[str, Any]
) -> None:
    few = {"population": 12, "generations": 2, **algorithm.get("params", {})}
    done = evosweep.run(problem, {**algorithm, "params": few}, seed=1, backend="pool:2")
    assert len(done.population) == done.record.population
    assert all(one.fitness.valid for one in done.population)


@pytest.mark.thorough
def test_functions_of_modules_are_named() -> None:
    """The same run as by its name; DEAP's own algorithms, too."""
    stock = {
        "use": algorithms.eaSimple,
        "params": {"population": 6, "cxpb": 0.5, "mutpb": 0.2, "ngen": 3},
    }
    by_function = evosweep.run({**ONEMAX, "use": onemax}, stock, seed=1)
    assert by_function.named
    assert by_function.record.spec["problem"]["use"] == "onemax"
    named = evosweep.run(ONEMAX, {**stock, "use": "deap.algorithms:eaSimple"}, seed=1)
    assert by_function.record.run_id == named.record.run_id


@pytest.mark.thorough
def test_functions_of_a_module_beside_the_notebook_are_named_by_it(tmp_path: Path) -> None:
    """In a fresh interpreter: this one's modules stay as they are."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "mine.py").write_text(
        "from evosweep.problems.onemax import onemax\n\n\ndef build(bits=10):\n"
        "    return onemax(bits=bits)\n"
    )
    code = textwrap.dedent(
        """
        import sys
        sys.path.insert(0, "lib")
        import evosweep, mine
        simple = {"use": "ea_simple", "params": {"population": 6, "generations": 1}}
        done = evosweep.run(mine.build, simple, seed=1, backend="pool:2")
        print(done.named, done.record.spec["problem"]["use"], done.record.spec["import_path"])
        print(len(done.population), sys.path[0])
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "mine:build", "lib", "6", "lib"]


def _toolbox(bits: int = 10) -> base.Toolbox:
    creator.create("CellMax", base.Fitness, weights=(1.0,))
    creator.create("Cell", list, fitness=creator.CellMax)
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Cell, toolbox.bit, bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (sum(individual),))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def cell(bits: int) -> Any:
    """A problem as a notebook's cell defines it: no module has it under its name."""
    return lambda: _toolbox(bits)


def test_a_function_of_a_cell_runs_and_has_no_name() -> None:
    with pytest.warns(UnnamedRun, match="no source names this run"):
        done = evosweep.run(cell(10), SIMPLE, seed=1)
    assert not done.named
    assert len(done.population[0]) == 10
    assert isinstance(done.population[0], creator.Cell)
    assert population_digest(done.population) == done.record.population_digest
    with pytest.warns(UnnamedRun):
        other = evosweep.run(cell(12), SIMPLE, seed=1)
    assert len(other.population[0]) == 12  # and not what stood in the cell before
    assert other.record.run_id != done.record.run_id
    with pytest.warns(UnnamedRun):
        same = evosweep.run(cell(10), SIMPLE, seed=1)
    assert same.record.population_digest == done.record.population_digest
    assert same.record.run_id != done.record.run_id


def test_an_algorithm_of_a_cell_runs_too() -> None:
    def keep_all(toolbox: Any, *, size: int = 5, **_: object) -> Any:
        population = toolbox.population(n=size)
        for one, fitness in zip(population, toolbox.map(toolbox.evaluate, population), strict=True):
            one.fitness.values = fitness
        return population

    with pytest.warns(UnnamedRun, match="^algorithm: no source"):
        done = evosweep.run(ONEMAX, {"use": keep_all, "params": {"size": 7}}, seed=2)
    assert len(done.population) == 7


def test_a_temporary_folder_goes_with_its_run() -> None:
    with pytest.warns(UnnamedRun):
        done = evosweep.run(cell(10), SIMPLE, seed=1)
    folder = done.folder
    assert (folder / "record.json").exists()
    del done
    assert not folder.parent.exists()


def test_generators_of_the_notebook_are_left_alone() -> None:
    random.seed(5)
    numpy.random.seed(5)
    drawn = random.random(), numpy.random.random()
    random.seed(5)
    numpy.random.seed(5)
    with pytest.warns(UnnamedRun):
        assert evosweep.run(cell(10), SIMPLE, seed=1).population
    assert (random.random(), numpy.random.random()) == drawn


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"results": "results/x"}, "cannot lie among runs that have names"),
        ({"backend": "pool:2"}, "workers of pool could not find it"),
        ({"problem": {"use": _toolbox, "params": {"size": 3}}, "backend": "serial"}, "size"),
        ({"problem": 7}, "7 is neither a name, nor a function"),
        ({"problem": "onemx"}, "did you mean 'onemax'"),
        ({"backend": "pool:two"}, "the workers in 'two' are no number"),
        ({"backend": "pol"}, "did you mean 'pool'"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_begun(
    options: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = {"problem": cell(10), "algorithm": SIMPLE, "seed": 1, **options}
    with pytest.raises(InputError, match=message) as raised:
        evosweep.run(words.pop("problem"), words.pop("algorithm"), **words)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(
        "from evosweep.problems.onemax import onemax\n\n\ndef build():\n"
        "    toolbox = onemax(bits=10)\n"
        "    toolbox.register('evaluate', lambda individual: 1 / 0)\n    return toolbox\n"
    )
    with pytest.raises(RunError, match="ZeroDivisionError: division by zero"):
        evosweep.run("failing:build", SIMPLE, seed=1, import_path=str(tmp_path))


def test_the_room_of_that_name_is_still_there() -> None:
    """`evosweep.run` is both: what is called, and the package that performs a run."""
    from evosweep.run import attempt

    assert evosweep.run.attempt is attempt  # type: ignore[attr-defined]
