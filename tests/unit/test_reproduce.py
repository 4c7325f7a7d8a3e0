"""Repeating a run from its receipt: a receipt is data, and brings no code, no path, no machine."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from evosweep.cli import main
from evosweep.machine.cpus import available_cpus
from evosweep.records.reading import load_record
from evosweep.run.repetition import foreign_code, spec_of

OWN = """
from pathlib import Path
from evosweep.problems.onemax import onemax

Path(__file__).with_name("imported").touch()

def build(bits=8):
    return onemax(bits)
"""
SPEC = {
    "problem": {"use": "onemax", "params": {"bits": 8}},
    "algorithm": {"use": "ea_simple", "params": {"population": 6, "generations": 2}},
    "backend": {"use": "serial", "workers": 1},
    "seed": 3,
    "import_path": ".",
}


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    return folder


def make(out: Path, **changes: Any) -> Path:
    """A finished run in `out`."""
    spec = json.dumps(SPEC | changes)
    assert main(["run", "--in-process", "--spec", spec, "--out", str(out)]) == 0
    return out


def edit(folder: Path, **changes: Any) -> None:
    """Another spec in a receipt, as somebody forges it."""
    record = json.loads((folder / "record.json").read_text())
    record["spec"] |= changes
    (folder / "record.json").write_text(json.dumps(record))


def reproduce(*words: object) -> int:
    return main(["reproduce", *map(str, words)])


def test_a_built_in_is_repeated_without_the_receipts_import_path(
    scratch: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = make(tmp_path / "run")
    evil = tmp_path / "evil"
    evil.mkdir()
    for name in ("numpy", "onemax", "sitecustomize", "scoop"):
        (evil / f"{name}.py").write_text(f"open({str(evil / 'ran')!r}, 'w')")
    edit(run, import_path=str(evil))
    assert reproduce(run) == 0
    assert "identical: final population" in capfd.readouterr().out
    assert not (evil / "ran").exists()
    assert not list(scratch.glob("evosweep-reproduce-*"))


@pytest.mark.usefixtures("scratch")
@pytest.mark.thorough
def test_code_of_others_needs_trust_and_the_readers_own_import_path(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "problem_of_mine.py").write_text(OWN)
    own = {"problem": {"use": "problem_of_mine:build", "params": {}}, "import_path": str(study)}
    run = make(tmp_path / "run", **own)
    (study / "imported").unlink()
    capfd.readouterr()
    assert reproduce(run, "--trust") == 2
    assert "--import-path" in capfd.readouterr().err
    assert reproduce(run, "--import-path", study) == 2
    told = capfd.readouterr().err
    assert f"problem problem_of_mine:build in {study / 'problem_of_mine.py'}" in told
    assert "as in the receipt" in told
    assert "--trust" in told
    assert not (study / "imported").exists()
    assert reproduce(run, "--import-path", study, "--trust") == 0
    assert (study / "imported").exists()
    (study / "problem_of_mine.py").write_text(OWN + "\nfirst = 1\n")
    assert main_in_fresh_process("reproduce", run, "--import-path", study) == 2


def main_in_fresh_process(*words: object) -> int:
    """The command by itself: digests are read once per process."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "evosweep", *map(str, words)],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "it is not the code of that run" in done.stderr
    return done.returncode


@pytest.mark.parametrize("use", ["os:system", "subprocess:call", "runpy:run_path", "pip:main"])
@pytest.mark.usefixtures("scratch")
def test_what_merely_lies_on_the_machine_is_no_problem(
    tmp_path: Path, use: str, capfd: pytest.CaptureFixture[str]
) -> None:
    run = make(tmp_path / "run")
    edit(run, problem={"use": use, "params": {"command": "touch ran"}})
    assert reproduce(run, "--trust") == 2
    error = capfd.readouterr().err
    assert error.startswith("evosweep: error: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("scratch")
def test_workers_are_those_of_the_machine(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = make(tmp_path / "run")
    edit(run, backend={"use": "pool", "workers": 100_000})
    assert reproduce(run) == 0
    told = capfd.readouterr()
    assert "identical" in told.out
    assert f"this machine has CPUs for {available_cpus()}" in told.err


def test_what_an_error_points_into_stays(
    scratch: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study"
    study.mkdir()
    module = study / "fails_later.py"
    module.write_text(OWN)
    own = {"problem": {"use": "fails_later:build", "params": {}}, "import_path": str(study)}
    run = make(tmp_path / "run", **own)
    broken = "t = onemax(bits); t.register('evaluate', lambda each: 1 / 0); return t"
    module.write_text(OWN.replace("return onemax(bits)", broken))
    assert reproduce(run, "--import-path", study, "--trust") == 1
    (kept,) = scratch.glob("evosweep-reproduce-*")
    assert (kept / "failure.json").exists()
    assert str(kept) in capfd.readouterr().err


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(
    "backend",
    [
        {"use": "scoop", "hosts": ["somebody", "else"]},
        {"use": "dask", "scheduler": "tcp://somebody:8786"},
    ],
)
def test_no_machine_that_a_receipt_names_is_called(tmp_path: Path, backend: dict[str, Any]) -> None:
    run = make(tmp_path / "run")
    edit(run, backend=backend | {"workers": 2})
    spec = spec_of(load_record(run), "")
    assert spec.backend.options == {}


@pytest.mark.usefixtures("scratch")
def test_an_executor_in_a_receipt_is_code_that_somebody_has_to_trust(tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text("def executor(workers): raise SystemExit(9)\n")
    run = make(tmp_path / "run")
    edit(run, backend={"use": "futures", "executor": "theirs:executor", "workers": 1})
    record = load_record(run)
    codes = foreign_code(record, spec_of(record, str(tmp_path)))
    assert [(code.kind, code.use) for code in codes] == [("executor", "theirs:executor")]
