"""Evaluations of several individuals: identical to the plain program, journaled and resumed."""

import random
from pathlib import Path

import coevolution
import numpy
import pytest

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.genomes.digest import population_digest
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Entry, read, read_behind
from evosweep.records.record import Record
from evosweep.run.attempt import run_one

HERE = Path(__file__).parent
SEED = 7
NAMES = [problem.__name__ for problem in coevolution.PROGRAMS]


def _spec(problem: str, algorithm: str, use: str) -> RunSpec:
    return RunSpec.parse(
        {
            "problem": {"use": f"coevolution:{problem}"},
            "algorithm": {"use": f"coevolution:{algorithm}"},
            "backend": {"use": use, "workers": 1 if use == "serial" else 2},
            "seed": SEED,
            "import_path": str(HERE),
        }
    )


def _run(folder: Path, name: str, use: str = "serial") -> Record:
    algorithm = coevolution.PROGRAMS[getattr(coevolution, name)].__name__
    spec = _spec(name, algorithm, use)
    with create(use, spec.backend.workers) as backend:
        return run_one(spec, RunFolder(folder), backend)


def _plain(name: str) -> str:
    problem = getattr(coevolution, name)
    toolbox = problem()
    random.seed(SEED)
    numpy.random.seed(SEED)
    return population_digest(coevolution.PROGRAMS[problem](toolbox))


@pytest.mark.parametrize("use", ["serial", "pool"])
@pytest.mark.parametrize("name", NAMES)
def test_the_population_is_that_of_the_plain_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, use: str
) -> None:
    if use == "pool":  # where workers evaluate, however cheap it is
        from evosweep.evaluation import dispatcher

        monkeypatch.setattr(dispatcher, "_PROBE", 0.0)
        monkeypatch.setattr(dispatcher.Dispatcher, "_is_local", lambda *_: False)
    record = _run(tmp_path, name, use)
    assert record.population_digest == _plain(name)
    entries = list(read(tmp_path / "journal.bin"))
    assert record.evaluations == sum(len(entry.indices) for entry in entries)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_goes_on_from_its_journal(tmp_path: Path, name: str) -> None:
    whole = _run(tmp_path, name)
    (tmp_path / "record.json").unlink()
    journal = tmp_path / "journal.bin"
    ends = [end for end, entry in read_behind(journal, 0) if isinstance(entry, Entry)]
    journal.write_bytes(journal.read_bytes()[: ends[(len(ends) - 1) // 2]] + b"torn")
    with pytest.warns(match="torn tail"):
        again = _run(tmp_path, name)
    assert (again.population_digest, again.resumed) == (whole.population_digest, 1)
    assert again.evaluations == whole.evaluations
    assert again.best == whole.best


def test_what_cannot_travel_is_refused_in_one_line(tmp_path: Path) -> None:
    spec = _spec("with_a_file", "evaluate_with_a_file", "serial")
    with create("serial") as backend, pytest.raises(InputError) as caught:
        run_one(spec, RunFolder(tmp_path), backend)
    assert "TextIOWrapper" in str(caught.value)
    assert "an evaluation is evaluate(individual), or evaluate of several" in str(caught.value)
    assert "\n" not in str(caught.value)
