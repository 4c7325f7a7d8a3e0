"""The exit code of a job, by what became of its runs."""

import json
from pathlib import Path

import pytest

from evosweep.cli import main
from evosweep.processes.lock import Lock
from evosweep.records.folder import RunFolder
from evosweep.supervision import performer


@pytest.mark.parametrize(
    ("failures", "code"), [([], 0), ([75], 75), ([75, 75], 75), ([75, 1], 1), ([1], 1)]
)
def test_another_process_at_work_is_no_failure(failures: list[int], code: int) -> None:
    assert performer._together(failures) == code


def test_runs_that_others_work_on_are_75(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    spec = {
        "problem": {"use": "onemax", "params": {"bits": 8}},
        "algorithm": {"use": "ea_simple", "params": {"population": 6, "generations": 2}},
        "backend": {"use": "serial", "workers": 1},
        "seed": 1,
    }
    command = ["run", "--in-process", "--spec", json.dumps(spec), "--out", str(tmp_path), "--seeds"]
    assert main([*command, "1"]) == 0
    (first,) = tmp_path.glob("*/record.json")
    first.unlink()
    with Lock(RunFolder(first.parent).lock, "it"):
        assert main([*command, "1-2"]) == 75
    assert "works on it" in capfd.readouterr().err
    assert main([*command, "1-2"]) == 0
