"""What somebody may put into a folder of results on purpose: shared by all tests of commands.

`HARMS` has the ways by kind. Each takes a whole run of its own and a folder `home`, which stands
for everything of the user's that lies outside of the results.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).with_name("compare")))

from folders import SERIAL, Made, identifier, unnamed, write_run

SPHERE = {"name": "sphere", "use": "bbob", "params": {"function": 1, "dimension": 5}}
GA = {"name": "ga", "use": "ea_simple", "params": {"population": 10}}


def make(results: Path, seed: int) -> Path:
    """A run in results/study/runs."""
    return write_run(results / "study", Made(SPHERE, GA, SERIAL, seed, np.ones((3, 4, 1)) + seed))


def name_of(seed: int) -> str:
    """The run_id of that run."""
    parts = (unnamed(SPHERE), unnamed(GA), seed, {}, unnamed(SERIAL))
    return identifier(*parts)


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
