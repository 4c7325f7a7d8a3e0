"""Executors of a user's own: what they must be, and what a run does without their help."""

import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from executors import processes
from hits import hit, kills
from windows import EVALUATING

from evosweep import open_backend
from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError, RunError

HERE = str(Path(__file__).parent)


def spec(**backend: Any) -> RunSpec:
    return RunSpec.parse(
        {
            "problem": {"use": "onemax", "params": {"bits": 20}},
            "algorithm": {"use": "ea_simple", "params": {"population": 10, "generations": 1}},
            "backend": {"use": "futures", "workers": 2, **backend},
            "seed": 1,
            "import_path": HERE,
        }
    )


def test_two_executors_are_two_runs_with_one_population() -> None:
    one, other = spec(executor="executors:processes"), spec(executor="executors:threads")
    assert one.run_id != other.run_id
    assert one.spec_id == other.spec_id
    assert one.to_dict()["backend"]["executor"] == "executors:processes"


def test_the_place_of_a_scheduler_names_no_run() -> None:
    here = spec(use="dask")
    there = spec(use="dask", scheduler="tls://10.0.0.1:8786")
    assert here.run_id == there.run_id
    assert here.to_dict() != there.to_dict()


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        ({}, "backend: futures needs executor"),
        ({"executor": "executors:processes", "use": "pool"}, "pool takes no executor"),
        ({"executor": "executors:processes", "scheduler": "x"}, "futures takes no scheduler"),
    ],
)
def test_options_of_another_backend_are_refused(backend: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        spec(**backend)


@pytest.mark.parametrize(
    ("executor", "told"),
    [
        (
            "executors:process",
            r"backend.executor: no function 'process' .*; did you mean 'processes'",
        ),
        ("nowhere:made", "no module 'nowhere'"),
        ("subprocess:Popen", "a module of Python's standard library"),
    ],
)
def test_a_function_that_is_not_there_is_told_before_the_run(executor: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        spec(executor=executor).check()


@pytest.mark.parametrize(
    ("executor", "told"),
    [
        ("executors:threads", "evaluates in threads of this process"),
        ("executors:nothing", "executor executors:nothing returned None"),
    ],
)
def test_what_is_no_executor_of_processes_is_refused(executor: str, told: str) -> None:
    from backend_checks import Double

    options = {"executor": executor, "import_path": HERE}
    with pytest.raises(InputError, match=told), create("futures", 2, options) as backend:
        list(backend.run(iter([Double(0)])))


def killing(number: int) -> int:
    time.sleep(0.02)
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@kills(EVALUATING)
def test_an_item_that_kills_its_worker_is_named() -> None:
    with open_backend("futures", 2, executor=processes) as opened:
        with pytest.raises(RunError, match=r"item 3: .*killed its worker 3 times"):
            opened.map(killing, range(8))
        hit(EVALUATING)
        assert opened.map(abs, [-1, -2]) == [1, 2]


def stubborn(number: int, folder: str) -> int:
    """Item 5 ends by no SIGTERM, and item 3 kills its worker beside it."""
    time.sleep(0.02)  # so that only the first three are tried in this process
    begun, killed = Path(folder, "begun"), Path(folder, "killed")
    if number == 5 and not begun.exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        begun.touch()
        time.sleep(3600)
    while number == 3 and not killed.exists():
        time.sleep(0.02)
        if begun.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return number


@kills(EVALUATING)
def test_a_worker_that_ignores_the_end_of_its_pool_is_killed(tmp_path: Path) -> None:
    """Python's pool would wait for it for ever, and the run with it."""
    with open_backend("futures", 2, executor=processes) as opened:
        function = partial(stubborn, folder=str(tmp_path))
        assert opened.map(function, range(8)) == list(range(8))
    assert (tmp_path / "killed").exists()
    hit(EVALUATING)


@kills(EVALUATING)
def test_an_item_is_found_by_halves_where_nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_backend("futures", 2, executor=processes) as opened:
        assert opened._open is not None
        backend: Any = opened._open.backend
        monkeypatch.setattr(backend._board, "_notes", list)  # as of workers on other machines
        with pytest.raises(RunError, match=r"item 3: .*killed its worker 3 times"):
            opened.map(killing, range(8))
        hit(EVALUATING)
