"""One run: what it leaves, what it continues, what it discards."""

import json
from pathlib import Path
from typing import Any

import pytest
from deap import base, creator, tools
from pyarrow import parquet

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import Damaged, InputError
from evosweep.records import journal
from evosweep.records.folder import RunFolder, find_runs
from evosweep.records.reading import load_record
from evosweep.records.record import Record
from evosweep.run.attempt import Attempt, run_one

PROGRAM = '''
import random
from deap import base, creator, tools

calls = []

def build(bits=12):
    creator.create("CountedMax", base.Fitness, weights=(1.0,))
    creator.create("Counted", list, fitness=creator.CountedMax)
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Counted, toolbox.bit, bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.1)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("evaluate", lambda ind: (calls.append(1), (sum(ind),))[1])
    return toolbox

def one_by_one(toolbox, *, statistics, hall_of_fame):
    """Calls toolbox.evaluate itself, as particle swarms in DEAP's documentation do."""
    population = toolbox.population(n=6)
    for individual in population:
        individual.fitness.values = toolbox.evaluate(individual)
    return population
'''


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A problem that counts its evaluations, in a module of its own."""
    name = f"counted_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(str(tmp_path))
    return __import__(name)


def _spec(counted: Any, **algorithm: Any) -> RunSpec:
    chosen = {"use": "ea_simple", "params": {"population": 20, "generations": 4}} | algorithm
    return RunSpec.parse(
        {
            "problem": {"use": f"{counted.__name__}:build", "params": {}},
            "algorithm": chosen,
            "backend": {"use": "serial", "workers": 1},
            "seed": 9,
            "import_path": str(Path(counted.__file__).parent),
        }
    )


def _run(spec: RunSpec, folder: Path, **attempt: Any) -> Record:
    with create("serial") as backend:
        return run_one(spec, RunFolder(folder), backend, Attempt(**attempt))


CHECKED = 1
"""One individual of each session is evaluated as the program has it, too."""


def test_what_a_run_leaves(counted: Any, tmp_path: Path) -> None:
    record = _run(_spec(counted), tmp_path / "run")
    assert record == load_record(tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "journal.bin", "logbook.parquet", "population.parquet", "record.json",
    ]  # fmt: skip
    rows = parquet.read_table(tmp_path / "run" / "logbook.parquet").to_pylist()
    assert [row["generation"] for row in rows] == [0, 1, 2, 3, 4]
    assert sum(row["evaluations"] for row in rows) == record.evaluations
    assert len(counted.calls) == record.evaluations + CHECKED
    assert rows[-1]["digest"] == record.population_digest
    assert max(row["best"] for row in rows) == record.best
    population = parquet.read_table(tmp_path / "run" / "population.parquet").to_pylist()
    assert len(population) == record.population == 20
    assert all(sum(row["genome"]) == row["fitness_0"] for row in population)
    assert min(row["rank"] for row in population) == 0
    assert set(record.timings) == {
        "startup", "evaluation", "dispatch", "variation", "idle", "total",
        "evaluation_cpu", "parent_cpu",
    }  # fmt: skip


def test_a_finished_run_returns_at_once(counted: Any, tmp_path: Path) -> None:
    record = _run(_spec(counted), tmp_path / "run")
    counted.calls.clear()
    assert _run(_spec(counted), tmp_path / "run") == record
    assert not counted.calls


def test_what_the_journal_has_is_not_evaluated_again(counted: Any, tmp_path: Path) -> None:
    record = _run(_spec(counted), tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    folder.record.unlink()
    whole = folder.journal.read_bytes()
    folder.journal.write_bytes(whole[: len(whole) * 2 // 3])
    known = sum(len(entry.indices) for entry in journal.read(folder.journal))
    assert 0 < known < record.evaluations
    counted.calls.clear()
    with pytest.warns(UserWarning, match="torn tail"):
        again = _run(_spec(counted), tmp_path / "run")
    assert len(counted.calls) == record.evaluations - known + CHECKED
    assert again.population_digest == record.population_digest
    assert again.evaluations == record.evaluations
    assert again.started == record.started


def test_fresh_discards(counted: Any, tmp_path: Path) -> None:
    record = _run(_spec(counted), tmp_path / "run")
    counted.calls.clear()
    again = _run(_spec(counted), tmp_path / "run", fresh=True)
    assert len(counted.calls) == record.evaluations + CHECKED
    assert again.population_digest == record.population_digest
    assert again.resumed == 0


def test_direct_calls_of_evaluate_are_journaled_too(counted: Any, tmp_path: Path) -> None:
    spec = _spec(counted, use=f"{counted.__name__}:one_by_one", params={})
    record = _run(spec, tmp_path / "run")
    assert record.evaluations == 6
    assert [e.batch for e in journal.read(tmp_path / "run" / "journal.bin")] == list(range(6))


def test_a_folder_of_another_run_is_refused(counted: Any, tmp_path: Path) -> None:
    _run(_spec(counted), tmp_path / "run")
    other = _spec(counted, params={"population": 10, "generations": 1})
    with pytest.raises(InputError, match="holds run"):
        _run(other, tmp_path / "run")


def test_find_runs_takes_any_level(tmp_path: Path) -> None:
    for name in ("b" * 12, "a" * 12):
        (tmp_path / "study" / "runs" / name).mkdir(parents=True)
    expected = [tmp_path / "study" / "runs" / name for name in ("a" * 12, "b" * 12)]
    for level in (tmp_path, tmp_path / "study", tmp_path / "study" / "runs"):
        assert [folder.path for folder in find_runs(level)] == expected
    with pytest.raises(InputError, match="no such folder"):
        list(find_runs(tmp_path / "nowhere"))


def test_a_record_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(json.dumps([1]))
    with pytest.raises(Damaged, match="should be an object"):
        load_record(tmp_path)
    (tmp_path / "record.json").write_text("{")
    with pytest.raises(Damaged, match="is no JSON"):
        load_record(tmp_path)


def test_mapping_another_function_is_pythons_map(counted: Any, tmp_path: Path) -> None:
    """Only the toolbox's own evaluate is sent anywhere."""
    from evosweep.evaluation import problem
    from evosweep.evaluation.circumstances import Circumstances
    from evosweep.evaluation.evaluator import Evaluator

    spec = _spec(counted)
    description = problem.describe(spec.to_dict()["problem"], spec.import_path)
    built = problem.build(description)
    toolbox: base.Toolbox = built.own_toolbox()
    with (
        journal.Journal(tmp_path / "journal.bin", spec.run_id) as opened,
        create("serial") as backend,
    ):
        how = Circumstances(description=description, seed=1)
        Evaluator(toolbox, built, backend, opened, how=how)
        assert list(toolbox.map(abs, [-1, 2])) == [1, 2]
        assert list(toolbox.map(toolbox.evaluate, [])) == []
        assert isinstance(toolbox.individual(), creator.Counted)
        assert tools.selBest(toolbox.population(n=2), 1)
