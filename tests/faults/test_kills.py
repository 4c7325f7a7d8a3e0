"""Kills at random instants: of the main process, of what works for it, of workers, of brokers."""

import contextlib
import itertools
import json
import random
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from hits import hit, kills, left_by, was_hit
from runs import Run, stop
from windows import (
    AT_WORK,
    BEFORE_FIRST,
    BETWEEN,
    EVALUATING,
    IDLE,
    ORGANISING,
    START,
    WORKFLOW,
)

BACKENDS = [("serial", 1), ("pool", 2), ("scoop", 2)]
WORKERS = (EVALUATING, IDLE)
ROLES = {"a busy worker": EVALUATING, "an idle worker": IDLE}


def sizes(small: int, full: int) -> Any:
    """How often: a few times by default, as often as it takes by `make faults`."""
    return pytest.mark.parametrize("times", [small, pytest.param(full, marks=pytest.mark.slow)])


@kills(BETWEEN)
@sizes(2, 67)
@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_main_process_is_killed_and_the_run_called_again(
    make_run: Any, injected: Any, hit_what_is_left: Any, backend: str, workers: int, times: int
) -> None:
    """SIGKILL of `evosweep run`: nothing stays behind, and the same command finishes the run."""
    run, done = make_run(backend, workers), 0
    while done < times or not was_hit(BETWEEN):
        run.start()
        run.wait_for_evaluations(100 + random.randrange(1500))
        time.sleep(random.random() * 0.3)
        assert run.process is not None
        if run.process.poll() is None:
            with injected(f"SIGKILL of the main process, {backend}") as one:
                run.process.kill()
                run.finish()
                one.left = len(run.left_after())
                hit_what_is_left(run.folder)
                _continue(run, one)
            done += 1
        else:  # it was faster
            run.finish()
        run.discard()


def _continue(run: Run, one: Any) -> None:
    """The same command again, timed."""
    started = time.monotonic()
    code, errors = run.complete()
    assert code == 0, errors
    one.recovery = time.monotonic() - started
    one.digest = run.digest


@sizes(4, 100)
@pytest.mark.parametrize(
    ("backend", "workers", "windows"),
    [
        pytest.param("serial", 1, [BETWEEN], marks=kills(BETWEEN)),
        pytest.param("pool", 2, WORKERS, marks=kills(*WORKERS)),
        pytest.param("scoop", 2, WORKERS, marks=kills(*WORKERS)),
    ],
)
def test_a_working_process_is_killed_and_the_run_goes_on(
    make_run: Any, injected: Any, undisturbed: Any, backend: str, workers: int, windows: list[str],
    times: int,
) -> None:  # fmt: skip
    """Workers, busy and idle, and whatever else works for the run: it notices and finishes.

    `times` is how many workers are killed; where there are none, how many working processes.
    """
    roles = ["a busy worker", "an idle worker"] if workers > 1 else []
    wanted = itertools.cycle([*roles, *roles, ""])
    killed = 0
    while killed < times or not all(map(was_hit, windows)):
        run = make_run(backend, workers, seconds=0.015, pause=0.15)
        run.start()
        victims: list[str] = []
        for role in itertools.islice(wanted, 2):
            run.wait_for_evaluations(150)
            time.sleep(random.random() * 0.6)
            victims += _kill_one(run, role, undisturbed["evaluations"])
        killed += len([role for role in victims if "worker" in role or backend == "serial"])
        with injected(*(f"SIGKILL of {role}, {backend}" for role in victims)) as one:
            started = time.monotonic()
            code, errors = run.finish()
            assert code == 0, errors
            one.recovery = time.monotonic() - started
            one.left = len(run.left_after())
            one.digest = run.digest
        run.discard()


def _kill_one(run: Run, wanted: str, evaluations: int, patience: float = 5.0) -> list[str]:
    """Kills a process of the run, one in the wanted role if there is such; what it was, or nothing.

    It is stopped before it is looked at, so that it is still what it was when it is killed, and
    its window is counted.
    """
    assert run.process is not None
    until = time.monotonic() + patience
    while run.process.poll() is None:
        others = [p for p in run.processes() if p.pid != run.process.pid]
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            victim = random.choice(others)
            stop(victim)
            role = run.role(victim)
            if not wanted or role == wanted or time.monotonic() > until:
                is_at_work = role == "the working process"
                window = left_by(run.folder, evaluations) if is_at_work else ROLES.get(role)
                victim.kill()
                hit(window or ORGANISING)
                return [role]
            victim.resume()
        time.sleep(0.01)
    return []


@kills(BETWEEN)
@sizes(1, 20)
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_a_stop_ends_everything_in_time(
    make_run: Any, injected: Any, hit_what_is_left: Any, backend: str, workers: int, name: str,
    code: int, times: int,
) -> None:  # fmt: skip
    run, done = make_run(backend, workers), 0
    while done < times or not was_hit(BETWEEN):
        process = run.start()
        run.wait_for_evaluations(150 + random.randrange(600))
        process.send_signal(getattr(signal, name))
        started = time.monotonic()
        ended, errors = run.finish()
        if ended != 0:  # else it had finished just before
            with injected(f"{name}, {backend}") as one:
                assert ended == code
                assert not errors
                one.left = len(run.left_after())
                stopped = time.monotonic() - started
                hit_what_is_left(run.folder)
                _continue(run, one)
                one.recovery = stopped
            done += 1
        run.discard()


@kills(START)
@sizes(2, 20)
def test_a_stop_in_the_first_second(
    make_run: Any, injected: Any, hit_what_is_left: Any, times: int
) -> None:
    """Also before this program has a say: then the signal itself ends it."""
    run, done = make_run("pool", 2), 0
    while done < times or not was_hit(START):
        process = run.start(new=True)
        time.sleep(random.random())
        process.send_signal(signal.SIGTERM)
        with injected("SIGTERM in the first second, pool") as one:
            started = time.monotonic()
            ended, errors = run.finish()
            assert ended in (143, -signal.SIGTERM)
            assert not errors
            one.left = len(run.left_after())
            stopped = time.monotonic() - started
            hit_what_is_left(run.folder)
            _continue(run, one)
            one.recovery = stopped
        done += 1
        run.discard()


@kills(AT_WORK)
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_what_evaluations_have_started_ends_too(
    make_run: Any, backend: str, workers: int, name: str
) -> None:
    run = make_run(backend, workers, trouble="starts_others", seconds=0.05)
    process = run.start()
    run.wait_for_evaluations()
    assert "sleep" in list(map(_name, run.processes()))
    process.send_signal(getattr(signal, name))
    assert process.wait(600) != 0
    hit(AT_WORK)
    # After a SIGKILL, what has left the group of its own accord is nobody's.
    assert not run.left_after(leaders=name != "SIGKILL")


@kills(EVALUATING)
def test_fresh_discards_each_run_once_also_where_the_job_is_killed(
    make_run: Any, reference: str, tmp_path: Path
) -> None:
    once = tmp_path / "once"
    once.touch()  # so that nothing is killed
    run = make_run(trouble="kills", once=str(once), seconds=0.0)
    several = ["--seeds", "5,6"]
    assert run.complete(*several)[0] == 0
    before = [json.loads(path.read_text()) for path in run.folder.glob("*/record.json")]
    once.unlink()
    assert run.complete(*several, "--fresh")[0] == 0
    assert once.exists()
    hit(EVALUATING)
    after = [json.loads(path.read_text()) for path in run.folder.glob("*/record.json")]
    assert len(before) == len(after) == 2
    assert min(record["started"] for record in after) > max(record["finished"] for record in before)
    assert sorted(record["resumed"] for record in after) == [0, 1]
    assert reference in {record["population_digest"] for record in after}


@kills(BEFORE_FIRST)
def test_a_run_that_is_killed_before_it_evaluates_anything_is_given_up(
    make_run: Any, hit_what_is_left: Any
) -> None:
    run = make_run()
    run.spec["algorithm"] = {"use": "troubled:dies"}
    code, errors = run.complete()
    assert code == 1
    hit_what_is_left(run.folder)
    assert "were killed 5 times in a row" in errors
    assert len(errors.splitlines()) == 1


def test_a_second_process_on_the_folder_is_refused(make_run: Any) -> None:
    run = make_run()
    first = run.start()
    run.wait_for_evaluations()
    holding = run.processes()
    for process in holding:  # so that it is still at work, however long the other takes to start
        process.suspend()
    code, errors = Run(run.folder, run.spec).complete()
    for process in holding:
        process.resume()
    assert code == 75
    assert "process" in errors
    assert "works on it" in errors
    assert len(errors.splitlines()) == 1
    assert first.poll() is None
    assert run.finish()[0] == 0


@kills(WORKFLOW)
def test_a_run_ends_with_the_workflow_that_started_it(make_run: Any, monkeypatch: Any) -> None:
    workflow = psutil.Popen(["sleep", "600"])
    monkeypatch.setenv("EVOSWEEP_PARENT", str(workflow.pid))
    run = make_run("pool", 2)
    run.start()
    run.wait_for_evaluations()
    workflow.kill()
    workflow.wait()
    assert run.finish()[0] == 143
    hit(WORKFLOW)
    assert not run.left_after()


def _name(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.name()
    return ""
