"""Kills in windows that are too narrow for chance: before the kill, the process has stopped."""

import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from fault_table import injected
from hits import hit, kills, left_by
from runs import Run, spec
from windows import AFTER_LAST, BEFORE_FIRST, BETWEEN, DONE, REPLAY, UNNAMED, UNSYNCED, WITHIN

MAIN, WORKING = "the main process", "the working process"
BACKENDS = [("serial", 1), ("pool", 2), ("scoop", 2)]
SOON = [
    (REPLAY, WORKING, "serial", 1),
    (UNNAMED, MAIN, "serial", 1),
    (AFTER_LAST, WORKING, "pool", 2),
    (UNSYNCED, MAIN, "scoop", 2),
]
AT_FULL_SIZE = [
    case
    for window in (BEFORE_FIRST, WITHIN, UNSYNCED, BETWEEN, REPLAY, AFTER_LAST, UNNAMED, DONE)
    for victim in (MAIN, WORKING)
    for backend in BACKENDS
    if (case := (window, victim, *backend)) not in SOON
]
_LATE = 45
"""So many entries fill the buffer of the process that repeats them: it stops amid its replay."""


def _spec(backend: str = "serial", workers: int = 1) -> dict[str, Any]:
    made = spec(backend, workers, seconds=0.0)
    made["algorithm"]["params"]["generations"] = 60
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The receipt of the undisturbed run."""
    run = Run(tmp_path_factory.mktemp("whole") / "run", _spec())
    assert run.complete() == (0, "")
    return run.record


@pytest.mark.parametrize(
    ("window", "victim", "backend", "workers"),
    [
        *[pytest.param(*case, marks=kills(case[0])) for case in SOON],
        *[pytest.param(*case, marks=[kills(case[0]), pytest.mark.slow]) for case in AT_FULL_SIZE],
    ],
)
def test_the_run_goes_on(
    tmp_path: Path, whole: dict[str, Any], window: str, victim: str, backend: str, workers: int
) -> None:
    run = Run(tmp_path / "run", _spec(backend, workers))
    try:
        if window == REPLAY:
            _stopped_in(run, BETWEEN, _LATE)
            run.kill_everything()
            assert not run.left_after()
        fault = f"SIGKILL of {victim}, stopped in a window, {backend}"
        with injected(fault, expected=whole["population_digest"]) as one:
            stopped = _stopped_in(run, window, 2 if window == REPLAY else 1)
            _check_window(run, window, whole["evaluations"])
            started = time.monotonic()
            code, errors = _killed(run, None if victim == MAIN else stopped)
            assert code == 0, errors
            one.recovery = time.monotonic() - started
            one.left = len(run.left_after())
            one.digest = run.digest
    finally:
        run.kill_everything()


def _stopped_in(run: Run, window: str, count: int = 1) -> psutil.Process:
    run.hold(window, count)
    run.start()
    return run.held()


def _check_window(run: Run, window: str, evaluations: int) -> None:
    """What is in the folder must agree with the word of the process that has stopped."""
    expected = {UNSYNCED: (BETWEEN, AFTER_LAST, UNNAMED)}.get(window, (window,))
    assert left_by(run.folder, evaluations) in expected
    hit(window)


def _killed(run: Run, stopped: psutil.Process | None) -> tuple[int, str]:
    """Kill the process that has stopped, or the main one and call again; returns how it ends."""
    if stopped is not None:
        stopped.kill()
        return run.finish()
    assert run.process is not None
    run.process.kill()
    run.finish()
    assert not run.left_after()
    run.environment = {}
    return run.complete()
