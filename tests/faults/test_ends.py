"""How a run ends that had everything it needed, whatever evaluations and folders have in store."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from runs import spec

BACKENDS = [("serial", 1), ("pool", 2), ("scoop", 2)]


@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_processes_that_evaluations_leave_end_with_the_run(
    make_run: Any, reference: str, backend: str, workers: int
) -> None:
    """They would live for ten minutes, and hold the worker that started them as long."""
    run = make_run(backend, workers, trouble="leaves_a_process")
    run.start()
    code, errors = run.finish(timeout=300)
    assert code == 0, errors
    assert not run.left_after()
    assert run.digest == reference


@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
def test_the_records_decide_where_the_last_word_is_lost(
    make_run: Any, reference: str, backend: str, workers: int
) -> None:
    run = make_run(backend, workers, trouble="takes_the_last_word")
    assert run.complete() == (0, "")
    assert run.digest == reference
    assert run.record["resumed"] == 0


@pytest.mark.parametrize(("backend", "workers"), BACKENDS)
@pytest.mark.parametrize("options", [["-P"], []], ids=["safe", "by -m"])
def test_modules_in_the_working_folder_are_no_part_of_a_run(
    tmp_path: Path, reference: str, backend: str, workers: int, options: list[str]
) -> None:
    """Named like the standard library's and like packages, they would run, or end the run."""
    for name in ("string", "random", "socket", "numpy", "deap", "scoop", "psutil", "zmq"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the working folder')")
    if not options:  # Python itself imports these for `-m`
        (tmp_path / "random.py").unlink()
        (tmp_path / "string.py").unlink()
    run = ["run", "--spec", json.dumps(spec(backend, workers)), "--out", "run"]
    done = subprocess.run(
        [sys.executable, *options, "-m", "evosweep", *run],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert record["population_digest"] == reference
