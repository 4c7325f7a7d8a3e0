"""Kills at random instants: of the main process, of what works for it, of workers, of brokers."""

import random
import signal
import time
from typing import Any

import psutil
import pytest

BACKENDS = [("serial", 1), ("pool", 2), ("scoop", 2)]


def sizes(small: int, full: int) -> Any:
    """How often: a few times by default, as often as it takes by `make faults`."""
    return pytest.mark.parametrize(
        "times", [small, pytest.param(full, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
    )


@sizes(2, 67)
@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_main_process_is_killed_and_the_run_called_again(
    make_run: Any, reference: str, note_row: Any, backend: str, workers: int, times: int
) -> None:
    """SIGKILL of `evosweep run`: nothing stays behind, and the same command finishes the run."""
    run, done = make_run(backend, workers), 0
    while done < times:
        run.start()
        run.wait_for_evaluations(100 + random.randrange(1500))
        time.sleep(random.random() * 0.3)
        assert run.process is not None
        if run.process.poll() is None:
            run.process.kill()
            run.finish()
            run.seconds_until_gone(5)
            done += 1
        started = time.monotonic()
        assert run.complete()[0] == 0
        note_row(f"SIGKILL of the main process, {backend}", run.digest == reference,
                 time.monotonic() - started)  # fmt: skip
        run.discard()


@sizes(3, 100)
@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_a_working_process_is_killed_and_the_run_goes_on(
    make_run: Any, reference: str, note_row: Any, backend: str, workers: int, times: int
) -> None:
    """Workers at work and idle, SCOOP's broker and origin: the run notices and finishes."""
    done = 0
    while done < times:
        run = make_run(backend, workers)
        run.start()
        for _ in range(2):
            run.wait_for_evaluations(150)
            victim = _victim(run)
            if victim is None:
                break
            victim.send_signal(signal.SIGKILL)
            done += 1
            time.sleep(random.random() * 0.6)
        started = time.monotonic()
        code, errors = run.finish()
        assert code == 0, errors
        run.seconds_until_gone(5)
        note_row(f"SIGKILL of a worker, {backend}", run.digest == reference,
                 time.monotonic() - started)  # fmt: skip
        run.discard()


def _victim(run: Any) -> psutil.Process | None:
    """Any process of the run but its supervisor."""
    assert run.process is not None
    others = [p for p in run.processes() if p.pid != run.process.pid]
    return random.choice(others) if others and run.process.poll() is None else None


@sizes(1, 20)
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_a_stop_ends_everything_in_time(
    make_run: Any, reference: str, note_row: Any,
    backend: str, workers: int, name: str, code: int, times: int,
) -> None:  # fmt: skip
    run = make_run(backend, workers)
    for _ in range(times):
        process = run.start()
        run.wait_for_evaluations(150 + random.randrange(600))
        process.send_signal(getattr(signal, name))
        started = time.monotonic()
        ended = run.finish()[0]
        if ended == 0:  # it finished just before
            run.discard()
            continue
        assert ended == code
        run.seconds_until_gone(5)
        stopped = time.monotonic() - started
        assert run.complete()[0] == 0
        note_row(f"{name}, {backend}", run.digest == reference, stopped)
        run.discard()


def test_a_second_process_on_the_folder_is_refused(make_run: Any) -> None:
    run = make_run()
    first = run.start()
    run.wait_for_evaluations()
    code, errors = type(run)(run.folder, run.spec).complete()
    assert code == 1
    assert "process" in errors
    assert "works on it" in errors
    assert len(errors.splitlines()) == 1
    assert first.poll() is None
    assert run.finish()[0] == 0


def test_a_run_ends_with_the_workflow_that_started_it(make_run: Any, monkeypatch: Any) -> None:
    workflow = psutil.Popen(["sleep", "600"])
    monkeypatch.setenv("EVOSWEEP_PARENT", str(workflow.pid))
    run = make_run("pool", 2)
    run.start()
    run.wait_for_evaluations()
    workflow.kill()
    workflow.wait()
    assert run.finish()[0] == 143
    run.seconds_until_gone(5)
