"""Faults of runs on MPI, on Dask and on an executor of a user's own: the same digest each time."""

import contextlib
import random
import signal
import time
from pathlib import Path
from typing import Any

import engines
import psutil
import pytest
from hits import hit, kills, was_hit
from runs import Run, stop
from test_evaluations import _assert_names_an_individual
from test_kills import _continue, sizes
from windows import BETWEEN, EVALUATING, IDLE

from evosweep.processes import activity

ENGINES = pytest.mark.parametrize("use", ["mpi", "dask", "futures"])


@pytest.fixture(autouse=True)
def _installed(use: str) -> None:
    engines.require(use)


@kills(BETWEEN)
@ENGINES
@sizes(1, 20)
@pytest.mark.parametrize(("name", "code"), [("SIGKILL", -9), ("SIGTERM", 143)])
def test_a_run_that_was_ended_goes_on_where_it_was(
    make_run: Any, injected: Any, hit_what_is_left: Any, use: str, name: str, code: int, times: int
) -> None:
    """Of `evosweep run` itself: nothing stays behind, and the same command finishes it."""
    run, done = make_run(use, 2), 0
    while done < times or not was_hit(BETWEEN):
        process = run.start()
        run.wait_for_evaluations(150 + random.randrange(600))
        process.send_signal(getattr(signal, name))
        ended, _ = run.finish()
        if ended != 0:  # else it had finished just before
            with injected(f"{name} of the main process, {use}") as one:
                assert ended == code
                one.left = len(run.left_after())
                hit_what_is_left(run.folder)
                _continue(run, one)
            done += 1
        run.discard()


@ENGINES
@sizes(1, 20)
@pytest.mark.parametrize(
    "role",
    [
        pytest.param("a busy", marks=kills(EVALUATING)),
        pytest.param("an idle", marks=kills(IDLE)),
    ],
)
def test_a_worker_that_is_killed_is_made_good(
    make_run: Any, injected: Any, use: str, role: str, times: int
) -> None:
    """Idle is also the working process itself, while it selects and varies."""
    for _ in range(times):
        run = make_run(use, 2, seconds=0.015, pause=0.15)
        run.start()
        run.wait_for_evaluations(150)
        victim = _worker(run, busy=role == "a busy")
        with injected(f"SIGKILL of {role} worker, {use}") as one:
            started = time.monotonic()
            victim.kill()
            hit(EVALUATING if role == "a busy" else IDLE)
            code, errors = run.finish()
            assert code == 0, errors
            one.recovery = time.monotonic() - started
            one.left = len(run.left_after())
            one.digest = run.digest
        run.discard()


def _worker(run: Run, *, busy: bool) -> psutil.Process:
    """A process with a seat, and with an evaluation or without one, by its own note: stopped."""
    while True:
        for process in run.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                board = Path(process.environ().get(activity.FOLDER_VARIABLE, "/nowhere"))
                note = activity.note(board, process.pid)
                if (board / str(process.pid)).exists() and (note is not None) == busy:
                    stop(process)
                    if (activity.note(board, process.pid) is not None) == busy:
                        return process
                    process.resume()
        time.sleep(0.01)


@kills(EVALUATING)
@ENGINES
def test_an_evaluation_that_kills_its_worker_once_is_made_good(
    make_run: Any, injected: Any, tmp_path: Path, use: str
) -> None:
    run = make_run(use, 2, trouble="kills", once=str(tmp_path / "once"))
    with injected(f"an evaluation that kills its worker, {use}") as one:
        code, errors = run.complete()
        assert code == 0, errors
        assert (tmp_path / "once").exists()
        hit(EVALUATING)
        one.left = len(run.left_after())
        one.digest = run.digest


@ENGINES
def test_one_that_hangs_is_killed_with_all_it_started(make_run: Any, use: str) -> None:
    run = make_run(use, 2, trouble="hangs", timeout=1.0)
    code, errors = run.complete()
    assert code == 1, errors
    assert "longer than its timeout of 1 s" in errors
    _assert_names_an_individual(run, "timeout")
    assert not run.left_after()


@kills(EVALUATING)
@ENGINES
@pytest.mark.slow
def test_one_that_always_kills_is_named(make_run: Any, use: str) -> None:
    run = make_run(use, 2, trouble="kills")
    code, errors = run.complete()
    assert code == 1, errors
    assert "killed its worker 3 times" in errors
    hit(EVALUATING)
    _assert_names_an_individual(run, "worker")
    assert not run.left_after()
