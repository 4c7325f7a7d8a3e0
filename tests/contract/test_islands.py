"""Demes that evolve apart: on workers, in the plain program, and with failures among them."""

from pathlib import Path
from typing import Any

import pytest
from plain import evolve

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.evaluation.failure import EvaluationFailed
from evosweep.genomes.digest import population_digest
from evosweep.records import journal
from evosweep.records.folder import RunFolder
from evosweep.records.record import Record
from evosweep.run.attempt import run_one
from evosweep.run.verification import verify

OPTIONS = {"demes": 3, "population": 10, "epochs": 3, "migration": 4}
ZDT = {"use": "zdt", "params": {"function": 1, "dimension": 5}}
BITS = {"use": "onemax", "params": {"bits": 40}}


def run(folder: Path, use: str, problem: dict[str, Any], **options: Any) -> Record:
    workers = 1 if use == "serial" else 3
    spec = RunSpec.parse({
        "problem": problem,
        "algorithm": {"use": "islands", "params": OPTIONS | options},
        "backend": {"use": use, "workers": workers},
        "seed": 7,
        "import_path": str(Path(__file__).parents[1] / "faults"),
    })  # fmt: skip
    with create(use, workers) as backend:
        return run_one(spec, RunFolder(folder / spec.run_id), backend)


@pytest.mark.parametrize("problem", [BITS, ZDT], ids=["bits", "zdt"])
def test_workers_evolve_the_demes_of_the_plain_program(
    tmp_path: Path, problem: dict[str, Any]
) -> None:
    plain = evolve(problem["use"], problem["params"], "islands", **OPTIONS)
    serial, pool = (run(tmp_path, use, problem) for use in ("serial", "pool"))
    assert serial.population_digest == pool.population_digest == population_digest(plain)
    assert serial.evaluations == pool.evaluations > 3 * 10
    for record in (serial, pool):
        folder = RunFolder(tmp_path / record.run_id)
        counted = sum(len(entry.indices) for entry in journal.read(folder.journal))
        assert counted == record.evaluations
        assert verify(folder).wrong == []
        assert record.best == serial.best


def test_each_deme_is_one_piece_of_work(tmp_path: Path) -> None:
    record = run(tmp_path, "pool", BITS)
    entries = list(journal.read(RunFolder(tmp_path / record.run_id).journal))
    apart = [entry for entry in entries if entry.batch > 0]
    assert len(apart) == 3 * 3


def test_draws_of_evaluations_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="use island_model"):
        run(tmp_path, "serial", BITS | {"stochastic": True})


def test_a_failing_evaluation_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationFailed, match="nothing divides this"):
        run(tmp_path, "pool", {"use": "troubled:build", "params": {"trouble": "raises"}})
