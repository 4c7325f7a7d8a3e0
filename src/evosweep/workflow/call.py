"""The files of one call of Snakemake, apart from those of other calls on the same results.

Snakemake removes the outputs of a job before the job starts, and again if it fails. Several calls
share the receipts of runs, so receipts are no outputs of Snakemake's jobs. Instead, a job makes a
mark in a folder of its own call. So no call can remove a receipt that another call has just
written, on this host or another, and each call finds its own marks.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from evosweep.errors import Damaged, EvosweepError
from evosweep.files.opening import is_folder, open_descriptor, output_folder
from evosweep.files.writing import remove_empty, remove_folder
from evosweep.processes import lock

_CALLS = ".calls"
_TRIES = 10
_OLD = 7 * 86400.0
"""Seconds until an unlocked folder of a call is removed: on some file systems two hosts can get the
same lock."""


def new_name() -> str:
    """Return a name that no other call on any host has."""
    return os.urandom(6).hex()


class Call:
    """The folder of one call, below the folder of its experiment."""

    def __init__(self, experiment: Path, name: str) -> None:
        self.experiment, self.name = experiment, name
        self._fd: int | None = None

    @property
    def folder(self) -> Path:
        """The folder of its marks: `results/<experiment>/.calls/<name>`."""
        return self.experiment / _CALLS / self.name

    def jobs(self, digest: str) -> Path:
        """Return the file with jobs of the call, for processes that do a single job elsewhere.

        It is named by its digest: where seeds come in stages, processes that wait in a queue read
        the file of their stage, and later ones that of theirs.
        """
        return self.folder / f"jobs-{digest[:12]}.jsonl"

    def mark(self, kind: str, job: str) -> Path:
        """Return the mark, a file that a job of the rule `kind` makes.

        The file is empty if other processes work on all unfinished runs of the job.
        """
        return self.folder / kind / job

    def begin(self) -> None:
        """Make and lock the folder, and remove the folders of killed calls."""
        folder = self._made()
        self._remove_abandoned()
        file = folder / "lock"
        self._fd = open_descriptor(file, os.O_RDWR | os.O_CREAT, 0o600, inside=self.experiment)
        with suppress(lock.NoLocks):
            lock.acquire(self._fd, file)

    def _made(self) -> Path:
        """Make the folder; another call that ends may just remove the empty one around it."""
        for _ in range(_TRIES):
            with suppress(FileNotFoundError, Damaged):
                return output_folder(self.experiment, _CALLS, self.name)
        return output_folder(self.experiment, _CALLS, self.name)

    def end(self) -> None:
        """Remove the folder at the end of the call, and with the last one that around it."""
        self._remove(self.folder)
        with suppress(OSError, Damaged):
            remove_empty(self.folder.parent, inside=self.experiment)
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _remove(self, folder: Path) -> None:
        with suppress(OSError, Damaged):
            remove_folder(folder, inside=self.experiment)

    def _remove_abandoned(self) -> None:
        with suppress(OSError), os.scandir(self.folder.parent) as entries:
            for entry in entries:
                with suppress(OSError, EvosweepError):
                    if entry.name != self.name and _is_abandoned(Path(entry.path)):
                        self._remove(Path(entry.path))


def _is_abandoned(folder: Path) -> bool:
    """Return True if no process has held the lock of a call's folder for a while."""
    if not is_folder(folder) or time.time() - folder.stat().st_mtime < _OLD:
        return False
    fd = open_descriptor(folder / "lock", os.O_RDWR, inside=folder.parent)
    try:
        return os.environ.get(lock.SWITCH) != "none" and lock.acquire(fd, folder / "lock")
    finally:
        os.close(fd)


def prepare_snakemakes_own() -> None:
    """Make Snakemake's folders in an order in which two calls cannot disturb each other.

    If Snakemake finds `metadata` without `incomplete`, as in the middle of another call's start, it
    takes this for the format of an earlier version. It then converts the folder, with a mark that
    only one of the two calls can remove. Files in these folders are named by outputs, which are
    different for each call.
    """
    for name in ("incomplete", "metadata"):
        Path(".snakemake", name).mkdir(parents=True, exist_ok=True)
