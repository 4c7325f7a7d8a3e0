"""Runs that stop: at a target, after a budget, by stagnation, by a callback, by the clock."""

from pathlib import Path
from typing import Any

import pytest

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.records.folder import RunFolder
from evosweep.records.record import Record
from evosweep.run.attempt import run_one
from evosweep.run.early_stop import repeatable

STOCK: dict[str, Any] = {
    "use": "deap.algorithms:eaSimple",
    "params": {"population": 40, "cxpb": 0.5, "mutpb": 0.4, "ngen": 60},
}
OURS: dict[str, Any] = {
    "use": "ea_simple",
    "params": {"population": 40, "crossover": 0.5, "mutation": 0.4, "generations": 60},
}


def run(
    folder: Path, algorithm: dict[str, Any], problem: dict[str, Any] | None = None, **more: Any
) -> Record:
    """The record of one run on OneMax, serially."""
    spec = {
        "problem": problem or {"use": "onemax", "params": {"bits": 30}},
        "algorithm": algorithm,
        "backend": {"use": "serial"},
        "seed": 3,
        "import_path": str(folder.parent),
    }
    with create("serial") as backend:
        return run_one(RunSpec.parse(spec), RunFolder(folder), backend, **more)


def generations(algorithm: dict[str, Any], number: int) -> dict[str, Any]:
    """The same algorithm with another number of generations."""
    key = "ngen" if "ngen" in algorithm["params"] else "generations"
    return {"use": algorithm["use"], "params": algorithm["params"] | {key: number}}


@pytest.mark.parametrize("algorithm", [STOCK, OURS], ids=["stock", "ours"])
@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ({"target": 26}, "target"),
        ({"evaluations": 300}, "evaluations"),
        ({"stagnation": 4}, "stagnation"),
        ({"target": 26, "evaluations": 10_000}, "target"),
    ],
)
def test_stops_and_has_the_population_of_a_run_that_ends_there(
    stop: dict[str, Any], reason: str, algorithm: dict[str, Any], tmp_path: Path
) -> None:
    stopped = run(tmp_path / "stopped", algorithm | {"stop": stop})
    assert stopped.stopped["reason"] == reason
    number = stopped.stopped["generation"]
    assert 0 < number < 60
    assert stopped.stopped["evaluations"] == stopped.evaluations
    whole = run(tmp_path / "whole", generations(algorithm, number))
    assert whole.stopped is None
    for key in ("population_digest", "evaluations", "generations", "best"):
        assert getattr(stopped, key) == getattr(whole, key)


def test_logbook_of_a_stopped_stock_algorithm_counts_its_evaluations(tmp_path: Path) -> None:
    import pyarrow.parquet

    record = run(tmp_path / "run", STOCK | {"stop": {"evaluations": 200}})
    log = pyarrow.parquet.read_table(tmp_path / "run" / "logbook.parquet").to_pydict()
    assert sum(log["evaluations"]) == record.evaluations >= 200
    assert log["generation"] == list(range(record.generations + 1))
    assert sum(log["evaluations"][:-1]) < 200


def test_declared_target(tmp_path: Path) -> None:
    record = run(tmp_path / "run", OURS | {"stop": {"target": "declared"}})
    assert record.stopped["reason"] == "target"
    assert record.best == 30


def test_callback_sees_each_generation_and_its_draws_are_not_the_runs(tmp_path: Path) -> None:
    (tmp_path / "my_callback.py").write_text(
        "import random\n"
        "seen = []\n"
        "def watch(generation):\n"
        "    seen.append((generation.number, generation.evaluations, len(generation.population)))\n"
        "    random.random()\n"
        "    return generation.row['best'] >= 25\n"
    )
    record = run(tmp_path / "run", OURS | {"callback": "my_callback:watch"})
    import my_callback  # type: ignore[import-not-found]

    assert record.stopped["reason"] == "callback"
    number = record.stopped["generation"]
    assert [one[0] for one in my_callback.seen] == list(range(number + 1))
    assert my_callback.seen[0] == (0, 40, 40)
    plain = run(tmp_path / "plain", generations(OURS, number))
    assert record.population_digest == plain.population_digest
    assert set(record.sources) == {"problem", "algorithm", "callback"}


def test_clock_stops_and_the_repetition_stops_there(tmp_path: Path) -> None:
    long = {"use": OURS["use"], "params": OURS["params"] | {"generations": 100_000}}
    record = run(tmp_path / "run", long | {"stop": {"seconds": 0.3}})
    assert record.stopped["reason"] == "seconds"
    assert record.stopped["seconds"] >= 0.3
    again = repeatable(record)
    assert "seconds" not in again["algorithm"]["stop"]
    repeated = run(tmp_path / "again", again["algorithm"])
    for key in ("population_digest", "evaluations", "generations"):
        assert getattr(repeated, key) == getattr(record, key)


def test_clock_waits_for_the_journal_of_an_earlier_session(tmp_path: Path) -> None:
    """A run killed after its clock had run out resumes to where the journal ends, not before."""
    long = {"use": OURS["use"], "params": OURS["params"] | {"generations": 100_000}}
    folder = RunFolder(tmp_path / "run")
    record = run(folder.path, long | {"stop": {"seconds": 0.3}})
    folder.record.unlink()
    resumed = run(folder.path, long | {"stop": {"seconds": 0.3}})
    assert resumed.resumed == 1
    assert resumed.population_digest == record.population_digest


@pytest.mark.parametrize(
    ("algorithm", "problem", "words"),
    [
        ({"stop": {"target": 1}}, {"use": "zdt"}, "target and stagnation need one objective"),
        ({"stop": {"target": "declared"}}, {"use": "feature_selection"}, "declares none"),
        ({"callback": "no_such_callback:f"}, None, "no_such_callback"),
        ({"callback": "nothing"}, None, "module:function"),
        ({"stop": {"evaluations": 0}}, None, "stop.evaluations"),
        ({"stop": {"second": 1}}, None, "second"),
    ],
)
def test_wrong_conditions(
    algorithm: dict[str, Any], problem: Any, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words) as raised:
        run(tmp_path / "run", OURS | algorithm, problem)
    assert "\n" not in str(raised.value)
