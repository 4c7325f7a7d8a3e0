"""An evaluation is given the individual as the plain program gives it, or the run is refused."""

import random
from pathlib import Path
from typing import Any

import numpy
import pytest
import readers
from deap import tools

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError, RunError
from evosweep.evaluation import dispatcher
from evosweep.genomes.digest import population_digest
from evosweep.records.folder import RunFolder
from evosweep.records.record import Record
from evosweep.run.attempt import run_one

HERE = Path(__file__).parent
SEED = 5


def _run(
    folder: Path,
    problem: str,
    algorithm: str = "evolve",
    use: str = "serial",
    params: dict[str, Any] | None = None,
    **options: Any,
) -> Record:
    asked = {"use": f"readers:{algorithm}", "params": params or {}}
    stop = options.pop("stop", None)
    hall = options.pop("hall_of_fame", None)
    asked |= {"stop": stop} if stop else {}
    asked |= {"hall_of_fame": hall} if hall else {}
    spec = RunSpec.parse(
        {
            "problem": {"use": f"readers:{problem}", **options},
            "algorithm": asked,
            "backend": {"use": use, "workers": 1 if use == "serial" else 2},
            "seed": SEED,
            "import_path": str(HERE),
        }
    )
    with create(use, spec.backend.workers) as backend:
        return run_one(spec, RunFolder(folder), backend)


@pytest.fixture
def by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is evaluated by workers, however cheap it is."""
    monkeypatch.setattr(dispatcher, "_PROBE", 0.0)
    monkeypatch.setattr(dispatcher.Dispatcher, "_is_local", lambda *_: False)


def _plain(problem: str, algorithm: Any = readers.evolve, **params: Any) -> str:
    readers.GENERATION = readers.State.generation = 0
    toolbox = getattr(readers, problem)()
    random.seed(SEED)
    numpy.random.seed(SEED)
    given = {"statistics": tools.Statistics(len), "hall_of_fame": None}
    return population_digest(algorithm(toolbox, **given, **params))


IDENTICAL = ["by_genome", "leaving_a_note", "by_age", "by_old_fitness", "counting",
             "with_an_argument", "without_individual"]  # fmt: skip


@pytest.mark.usefixtures("by_workers")
@pytest.mark.parametrize("use", ["serial", "pool"])
@pytest.mark.parametrize("problem", IDENTICAL)
def test_identical_to_the_plain_program(tmp_path: Path, use: str, problem: str) -> None:
    assert _run(tmp_path, problem, use=use).population_digest == _plain(problem)


@pytest.mark.usefixtures("by_workers")
@pytest.mark.parametrize("problem", ["by_global", "by_class"])
def test_a_value_of_this_process_alone_is_refused(tmp_path: Path, problem: str) -> None:
    """On serial there is one process; elsewhere workers never hear of the next generation."""
    assert _run(tmp_path / "s", problem).population_digest == _plain(problem)
    with pytest.raises(InputError) as caught:
        _run(tmp_path / "p", problem, use="pool")
    said = str(caught.value)
    assert " of batch 1: its fitness is " in said
    assert "a global that the program changes" in said
    assert "evosweep.current_batch()" in said


@pytest.mark.usefixtures("by_workers")
def test_the_batch_is_known_to_evaluations_everywhere(tmp_path: Path) -> None:
    records = [_run(tmp_path / use, "by_batch", use=use) for use in ("serial", "pool")]
    assert records[0].population_digest == records[1].population_digest
    assert records[0].best >= 0
    assert records[0].population_digest == _plain("by_global")


@pytest.mark.parametrize("use", ["serial", "pool"])
def test_an_attribute_that_stays_behind_is_named(tmp_path: Path, use: str) -> None:
    with pytest.raises(InputError, match=r"it may read box, .*`attributes: \[box\]`"):
        _run(tmp_path / "without", "by_box", use=use)
    record = _run(tmp_path / "with", "by_box", use=use, attributes=["box"])
    assert record.population_digest == _plain("by_box")


def test_declared_attributes_are_part_of_the_run_s_name(tmp_path: Path) -> None:
    one = _run(tmp_path / "1", "by_genome")
    other = _run(tmp_path / "2", "by_genome", attributes=["box"])
    assert one.run_id != other.run_id
    assert one.population_digest == other.population_digest


@pytest.mark.parametrize("problem", ["by_identity", "noisy"])
def test_what_no_process_repeats_is_refused(tmp_path: Path, problem: str) -> None:
    with pytest.raises(InputError, match="individual 0 of batch 0: its"):
        _run(tmp_path, problem)


def test_what_an_evaluation_changes_on_its_individual_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="evaluate changes hits of its individual"):
        _run(tmp_path, "hitting")


@pytest.mark.usefixtures("by_workers")
def test_a_problem_that_is_another_one_elsewhere_is_refused(tmp_path: Path) -> None:
    readers.by_module()
    with pytest.raises(InputError, match="its fitness is"):
        _run(tmp_path, "by_module", use="pool")


def test_a_minimisation_that_tells_no_weights_stops_at_its_target(tmp_path: Path) -> None:
    record = _run(tmp_path, "without_individual", stop={"target": 6.0}, params={"generations": 60})
    assert record.weights == (-1.0,)
    assert record.generations > 0
    assert record.best <= 6.0


HALLS: list[Any] = [None, 1, 10, "pareto"]


@pytest.mark.parametrize("hall", HALLS)
def test_the_hall_of_fame_is_the_program_s(tmp_path: Path, hall: Any) -> None:
    toolbox = readers.by_genome()
    random.seed(SEED)
    numpy.random.seed(SEED)
    own = tools.ParetoFront() if hall == "pareto" else tools.HallOfFame(hall or 1)
    population = toolbox.population(n=20)
    plain = readers.elitist(population, toolbox, stats=tools.Statistics(len), halloffame=own)
    record = _run(tmp_path, "by_genome", "elitist", params={"population": 20}, hall_of_fame=hall)
    assert record.population_digest == population_digest(plain)


def test_no_hall_of_fame_is_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="ValueError: no hall of fame"):
        _run(tmp_path, "by_genome", "elitist", params={"population": 20}, hall_of_fame="none")
    assert _run(tmp_path / "other", "by_genome", hall_of_fame="none").best > 0


def test_parameters_are_handed_over_as_copies(tmp_path: Path) -> None:
    record = _run(tmp_path, "by_genome", "popping", params={"rates": [0.1, 0.2]})
    assert record.spec["algorithm"]["params"] == {"rates": [0.1, 0.2]}


def test_the_best_is_that_of_all_evaluations(tmp_path: Path) -> None:
    record = _run(tmp_path, "by_genome", "forgetting")
    assert sum(record.best_genome) == record.best
    whole = _run(tmp_path / "whole", "by_genome", params={"generations": 3})
    assert record.best == whole.best


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nothing", "returned None; return the evaluated population"),
        ("pair of nothing", "returned (None, None); return"),
        ("empty", "returned an empty population"),
        ("raw", "returned a population that is not evaluated"),
        ("pair of raw", "returned a population that is not evaluated"),
        ("number", "returned 7"),
        ("demes", "returned a population whose item 0 is [["),
    ],
)
def test_what_no_run_can_go_on_with(tmp_path: Path, what: str, said: str) -> None:
    with pytest.raises(RunError) as caught:
        _run(tmp_path, "by_genome", "returning", params={"what": what})
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert RunFolder(tmp_path).failure.exists()
