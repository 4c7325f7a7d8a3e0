"""List the existing run folders and their states, without opening a file."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evosweep.files.opening import is_folder
from evosweep.records.folder import RunFolder


@dataclass(frozen=True, slots=True)
class RunFiles:
    """A run folder: its run_id, and the stamp and the time of its outcome."""

    run_id: str
    path: Path
    stamp: str
    """Empty while the run has no outcome."""
    written: int

    @property
    def folder(self) -> RunFolder:
        """The folder's paths."""
        return RunFolder(self.path)


def experiments(results: Path) -> list[tuple[str, Path]]:
    """Return (name, folder of runs) of every experiment in a folder of results, by name.

    `results` may also be the folder of one experiment, or of its runs. Links are left out.
    """
    if results.name == "runs":
        return [(results.absolute().parent.name, results)]
    if is_folder(results / "runs"):
        return [(results.absolute().name, results / "runs")]
    with os.scandir(results) as folders:
        own = [each for each in folders if each.is_dir(follow_symlinks=False)]
    all_runs = [(each.name, Path(each.path) / "runs") for each in own]
    return sorted((name, runs) for name, runs in all_runs if is_folder(runs))


def find(runs: Path) -> Iterator[RunFiles]:
    """Yield the run folders of one experiment, in no order."""
    with os.scandir(runs) as entries:
        for entry in entries:
            if entry.is_dir() and not entry.name.startswith("."):
                yield _look(entry.name, Path(entry.path))


def _look(run_id: str, path: Path) -> RunFiles:
    for name in ("record.json", "failure.json"):
        with suppress(FileNotFoundError, NotADirectoryError):
            status = os.stat(f"{path}/{name}")  # noqa: PTH116 - four times as fast as Path.stat
            stamp = f"{status.st_mtime_ns}:{status.st_size}:{name}"
            return RunFiles(run_id, path, stamp, status.st_mtime_ns)
    return RunFiles(run_id, path, "", 0)
