"""Folders of results that somebody made on purpose, before every command that reads results.

Whatever lies in them: no command hangs, follows a link, removes or changes a file elsewhere, or
ends by a traceback.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, write_run

SPHERE = {"name": "sphere", "use": "bbob", "params": {"function": 1, "dimension": 5}}
GA = {"name": "ga", "use": "ea_simple", "params": {"population": 10}}
COMMANDS = ["compare", "verify", "track", "export --format csv", "export --format rocrate"]
pytestmark = pytest.mark.timeout(600)


def make(results: Path, seed: int) -> Path:
    """A run in results/study/runs."""
    return write_run(results / "study", Made(SPHERE, GA, SERIAL, seed, np.ones((3, 4, 1)) + seed))


def replace(name: str, make: Callable[[Path], object]) -> Callable[[Path, Path], None]:
    """Another thing in the place of a run's file."""

    def harm(run: Path, _: Path) -> None:
        (run / name).unlink()
        make(run / name)

    return harm


def link(name: str) -> Callable[[Path, Path], None]:
    """A link to a file of the victim's in the place of a run's file."""

    def harm(run: Path, home: Path) -> None:
        (run / name).unlink(missing_ok=True)
        (run / name).symlink_to(home / "secret")

    return harm


def linked_run(run: Path, home: Path) -> None:
    shutil.move(run, home / "run")
    run.symlink_to(home / "run")


def linked_runs(run: Path, home: Path) -> None:
    other = run.parents[2] / "other"
    other.mkdir()
    shutil.copytree(run.parent, home / "runs")
    (other / "runs").symlink_to(home / "runs")


def linked_experiment(run: Path, home: Path) -> None:
    shutil.copytree(run.parents[1], home / "experiment")
    (run.parents[2] / "third").symlink_to(home / "experiment")


def linked_output(run: Path, home: Path) -> None:
    for name in ("comparison", "export"):
        (run.parents[1] / name).symlink_to(home)


def linked_state(run: Path, home: Path) -> None:
    for name in (".track", "mlartifacts"):
        (run.parents[2] / name).symlink_to(home)


def linked_locks(run: Path, home: Path) -> None:
    (run.parents[2] / ".track").mkdir()
    for name in ("mlflow.index", "mlflow.lock"):
        (run.parents[2] / ".track" / name).symlink_to(home / "secret")
    (run / "run.lock").symlink_to(home / "secret")


def manifest(run: Path, home: Path) -> None:
    folder = run.parents[1] / "comparison"
    folder.mkdir()
    lines = [str(home / "secret"), "../../../home/secret", "..", "/", "\0", ".", "x" * 300]
    (folder / ".written").write_text("\n".join(lines))


def escapes(run: Path, _: Path) -> None:
    shutil.copytree(run.parents[1], run.parents[2] / "\x1b[2J\x07evil\x1b]0;x")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


FILES = ("record.json", "population.parquet", "logbook.parquet", "journal.bin")
HARMS: dict[str, list[Callable[[Path, Path], None]]] = {
    "files": [
        *(replace(name, kind) for name in FILES for kind in (pipe, device, sparse, Path.mkdir)),
        *map(link, FILES),
    ],
    "folders": [linked_run, linked_runs, linked_experiment, manifest, escapes],
    "output": [linked_output],
    "state": [linked_state],
    "locks": [linked_locks],
}
"""Each harms a run of its own, or what lies around it."""


def snapshot(folder: Path) -> dict[str, object]:
    """Every file in a folder, with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("harm", HARMS)
def test_no_command_is_led_astray(tmp_path: Path, harm: str) -> None:
    results, home = tmp_path / "results", tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text("the secret")
    make(results, 0)
    for seed, do_harm in enumerate(HARMS[harm], start=1):
        do_harm(make(results, seed), home)
    before = snapshot(home)
    programme = (
        "import sys, resource\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))\n"
        "from evosweep.cli import main\n"
        "for words in sys.argv[2:]:\n"
        "    command, *options = words.split()\n"
        "    print('CODE', main([command, sys.argv[1], *options]), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", programme, str(results), *COMMANDS],
        capture_output=True, text=True, check=False, timeout=580, cwd=tmp_path,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    assert "Traceback" not in printed, printed
    codes = [line for line in done.stdout.splitlines() if line.startswith("CODE")]
    assert len(codes) == len(COMMANDS), printed
    assert all(line in ("CODE 0", "CODE 1", "CODE 2") for line in codes)
    assert all(line.isprintable() for line in printed.replace("\t", " ").splitlines())
    assert snapshot(home) == before
    for folder in (results / "study/export", results / "study/comparison", results / "mlartifacts"):
        if folder.is_dir() and not folder.is_symlink():
            contents = [path for path in folder.rglob("*") if path.is_file()]
            assert not [path for path in contents if b"the secret" in path.read_bytes()]
