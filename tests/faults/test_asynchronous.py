"""Asynchronous evolution: the order of its results, in the journal, decides its population."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hits import hit, kills, left_by, was_hit
from runs import Run, spec, stop
from windows import BETWEEN, EVALUATING

from evosweep.cli import main
from evosweep.compare.numbers.agreement import agree, disagreements
from evosweep.compare.read.folders import open_studies
from evosweep.records import journal


def _spec(backend: str, workers: int, **problem: Any) -> dict[str, Any]:
    made = spec(backend, workers, **{"seconds": 0, "trouble": "naps"} | problem)
    params = {"population": 20, "generations": 4, "in_flight": 6}
    return made | {"algorithm": {"use": "asynchronous_steady_state", "params": params}}


def _order(run: Run) -> list[int]:
    return [int(entry.indices[0]) for entry in journal.read(run.folder / "journal.bin")]


@pytest.fixture
def make(tmp_path: Path) -> Any:
    made: list[Run] = []

    def make_run(backend: str, workers: int = 1, **problem: Any) -> Run:
        made.append(Run(tmp_path / f"run{len(made)}", _spec(backend, workers, **problem)))
        return made[-1]

    yield make_run
    for run in made:
        run.kill_everything()


def _kill(run: Run, role: str) -> None:
    """Kill a process in that role, stopped so that it is in it still, and count the window."""
    assert run.process is not None
    while run.process.poll() is None:
        for each in run.processes():
            with suppress(psutil.Error):
                if each.pid != run.process.pid and run.role(each) == role:
                    stop(each)
                    if run.role(each) == role:
                        hit(EVALUATING if "worker" in role else left_by(run.folder, 100))
                        each.kill()
                        return
                    each.resume()


@pytest.mark.parametrize("backend", ["pool", pytest.param("scoop", marks=pytest.mark.slow)])
def test_the_order_decides_the_population_on_every_backend(make: Any, backend: str) -> None:
    first, followed, serial = make(backend, 3), make("serial"), make("serial")
    assert first.complete() == (0, "")
    assert _order(first) != sorted(_order(first))  # it was asynchronous
    assert sorted(_order(first)) == list(range(100))
    assert followed.complete("--order", str(first.folder / "journal.bin")) == (0, "")
    assert followed.record["order"] == first.record["order"]
    assert followed.digest == first.digest
    assert serial.complete() == (0, "")
    assert _order(serial) == list(range(100))
    assert serial.record["order"] != first.record["order"]


@pytest.mark.slow
def test_workers_follow_the_order_of_another_backend(make: Any) -> None:
    serial, pool = make("serial"), make("pool", 3)
    assert serial.complete() == (0, "")
    assert pool.complete("--order", str(serial.folder / "journal.bin")) == (0, "")
    assert (_order(pool), pool.digest) == (_order(serial), serial.digest)


@pytest.mark.parametrize(
    ("backend", "victim", "window"),
    [
        pytest.param("pool", "the working process", BETWEEN, marks=kills(BETWEEN)),
        *[
            pytest.param(*case, window, marks=[pytest.mark.slow, kills(window)])
            for case, window in (
                (("scoop", "a busy worker"), EVALUATING),
                (("pool", "a busy worker"), EVALUATING),
                (("scoop", "the working process"), BETWEEN),
            )
        ],
    ],
)
def test_a_killed_run_goes_on_in_the_order_that_it_had(
    make: Any, backend: str, victim: str, window: str
) -> None:
    """On a busy machine, a run may end before it is killed: then again."""
    run, followed = make(backend, 3, seconds=0.02), make("serial", seconds=0.02)
    while not was_hit(window):
        run.discard()
        run.start()
        run.wait_for_evaluations(1500)
        before = _order(run)
        _kill(run, victim)
        assert run.finish()[0] == 0
    assert _order(run)[: len(before)] == before
    assert sorted(_order(run)) == list(range(100))
    assert followed.complete("--order", str(run.folder / "journal.bin")) == (0, "")
    assert followed.digest == run.digest


@kills(EVALUATING)
def test_an_evaluation_that_kills_its_worker_is_named(make: Any) -> None:
    fatal = make("pool", 2, trouble="kills")
    assert fatal.complete()[0] == 1
    assert fatal.failure["kind"] == "worker"
    hit(EVALUATING)


@kills(EVALUATING)
@pytest.mark.slow
def test_an_evaluation_that_kills_gets_its_penalty_or_is_tried_again(
    make: Any, tmp_path: Path
) -> None:
    penalised = make("pool", 2, trouble="kills", failure={"penalty": [0.0]})
    assert penalised.complete()[0] == 0
    assert penalised.record["failures"]["penalised"] > 0
    once = make("scoop", 2, trouble="kills", once=str(tmp_path / "once"))
    assert once.complete()[0] == 0
    assert (tmp_path / "once").exists()
    hit(EVALUATING)


def test_it_stops_early_and_is_repeated(make: Any, capsys: Any) -> None:
    run = make("pool", 3)
    run.spec["algorithm"]["stop"] = {"evaluations": 40}
    assert run.complete() == (0, "")
    assert (run.record["evaluations"], run.record["stopped"]["reason"]) == (40, "evaluations")
    repeat = ["reproduce", str(run.folder), "--trust", "--import-path", run.spec["import_path"]]
    assert main([*repeat, "--backend", "serial"]) == 0
    assert "identical" in capsys.readouterr().out


def test_where_the_order_is_gone_it_is_not_repeated(make: Any, capsys: Any) -> None:
    run = make("serial")
    assert run.complete() == (0, "")
    (run.folder / "journal.bin").unlink()
    repeat = ["reproduce", str(run.folder), "--trust", "--import-path", run.spec["import_path"]]
    assert main(repeat) == 2
    assert "asynchronous: the order of its results is in its journal.bin" in capsys.readouterr().err


def test_another_run_s_order_is_refused_by_name(make: Any) -> None:
    short, run = make("serial"), make("pool", 2)
    short.spec["algorithm"]["params"] |= {"generations": 1}
    assert short.complete() == (0, "")
    code, errors = run.complete("--order", str(short.folder / "journal.bin"))
    assert (code, "the order that is followed ends" in errors) == (1, True)


def test_other_orders_are_neither_agreement_nor_disagreement(make: Any, tmp_path: Path) -> None:
    runs = tmp_path / "results" / "study" / "runs"
    for run in (make("serial"), make("pool", 3)):
        assert run.complete() == (0, "")
        shutil.copytree(run.folder, runs / run.record["run_id"])
    (study,) = open_studies(runs.parents[1])
    (row,) = agree(study).rows
    assert (row["runs"], row["verdict"]) == (2, "asynchronous")
    assert (disagreements(agree(study)), study.disagreements) == ([], ())
