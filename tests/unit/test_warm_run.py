"""Runs whose supervisor is forked, and forks its working process: they end and die like others."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import warm
import warm_working
from hits import hit, kills, of_journal
from warm_server import NAME_SIZE, TOKEN
from windows import BETWEEN
from working import wait_for_nobody, working_in

FAULTS = Path(__file__).parents[1] / "faults"


def spec(seconds: float) -> dict[str, Any]:
    """150 evaluations or so of as many seconds."""
    return {
        "problem": {"use": "troubled:build", "params": {"seconds": seconds}},
        "algorithm": {
            "use": "ea_simple",
            "params": {"population": 40, "generations": 5, "crossover": 0.5, "mutation": 0.2},
        },
        "backend": {"use": "serial"},
        "seed": 5,
        "import_path": str(FAULTS),
    }


def words(seconds: float = 0.0) -> tuple[str, ...]:
    return "run", "--spec", json.dumps(spec(seconds)), "--out", "run"


def digest(folder: Path) -> str:
    return str(json.loads((folder / "run" / "record.json").read_text())["population_digest"])


def working(folder: Path) -> Iterator[psutil.Process]:
    """The working process of the run in a folder."""
    for process in working_in(folder):
        try:
            parent = process.parent()
            if process.name() != "sh" and parent is not None and parent in working_in(folder):
                yield process
        except psutil.Error:
            continue


def wait_for_evaluations(folder: Path, process: "subprocess.Popen[Any] | warm.Command") -> None:
    journal = folder / "run" / "journal.bin"
    while not (journal.exists() and journal.stat().st_size > 3000):
        assert process.poll() is None
        time.sleep(0.02)


@pytest.fixture
def run(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A warm run, while it evaluates."""
    with subprocess.Popen(warm.evosweep(*words(0.04)), cwd=tmp_path) as process:
        wait_for_evaluations(tmp_path, process)
        yield process
        process.kill()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the same run in a process of its own."""
    folder = tmp_path_factory.mktemp("undisturbed")
    cold = [sys.executable, "-m", "evosweep", *words(0.04)]
    subprocess.run(cold, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return digest(folder)


@kills(BETWEEN)
def test_a_run_whose_working_process_is_killed_goes_on(
    tmp_path: Path, run: "subprocess.Popen[bytes]", undisturbed: str
) -> None:
    [process] = working(tmp_path)
    assert os.getsid(process.pid) == process.pid
    assert "evosweep.entry.working_process" not in process.cmdline()
    process.kill()
    assert run.wait() == 0
    assert digest(tmp_path) == undisturbed
    hit(*of_journal(tmp_path / "run" / "journal.bin"))


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_with_a_run_ends_all_of_it(
    tmp_path: Path, run: "subprocess.Popen[bytes]", stop: signal.Signals
) -> None:
    run.send_signal(stop)
    assert run.wait() == (-stop if stop == signal.SIGKILL else 128 + stop)
    wait_for_nobody(tmp_path)


def named(name: str) -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["name"]) if each.info["name"] == name]


def test_one_that_is_started_here_is_the_run_itself_and_has_a_name(tmp_path: Path) -> None:
    """By which tests find its processes, whose environment is their server's."""
    token = uuid.uuid4().hex
    out = ["--spec", json.dumps(spec(0.04)), "--out", str(tmp_path / "run")]
    process = warm.start(["run", *out], os.environ | {TOKEN: token})
    assert isinstance(process, warm.Command)
    wait_for_evaluations(tmp_path, process)
    assert len(named(token[:NAME_SIZE])) == 2
    process.kill()
    assert process.communicate() == ("", "")
    assert process.poll() == -signal.SIGKILL
    end = time.monotonic() + 300
    while left := named(token[:NAME_SIZE]):
        assert time.monotonic() < end, left
        time.sleep(0.02)


def test_what_one_that_is_started_here_prints_is_told(tmp_path: Path) -> None:
    failing = ["run", "--spec", json.dumps(spec(0.0)), "--out", str(tmp_path / ("x" * 300))]
    forked, new = warm.start(failing, os.environ), warm.start_new(failing, os.environ)
    assert isinstance(forked, warm.Command)
    assert forked.communicate() == new.communicate()
    assert forked.wait() == new.wait() == 2


def test_what_must_be_there_before_the_imports_needs_a_process_of_its_own() -> None:
    plain = warm_working.early({"OMP_NUM_THREADS": "1", "HOME": "/", "PYTHONSAFEPATH": "1"})
    assert plain == {}
    needs = {"OMP_NUM_THREADS": "2", "NPY_DISABLE_CPU_FEATURES": "AVX2", "OPENBLAS_CORETYPE": "x"}
    assert warm_working.early(needs) == needs
