"""One call of Snakemake among others on the same results: its own files, and nobody else's.

Snakemake removes what a job is to make before the job starts, and again if it fails. Receipts of
runs are everybody's, so they are no outputs of Snakemake's jobs: a job of a call makes a mark of
that call alone. Whatever other calls do, on this host or another, none of them can remove a receipt
that another one has just written, and each finds its own marks.
"""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from evosweep.errors import EvosweepError
from evosweep.files.opening import is_folder, output_folder
from evosweep.processes import lock

_CALLS = ".calls"
_OLD = 7 * 86400.0
"""Seconds after which the folder of a call that nobody holds is removed: on some file systems two
hosts get one lock."""


def new_name() -> str:
    """Return a name that no other call has, on any host."""
    return os.urandom(6).hex()


class Call:
    """The folder of one call, below the folder of its experiment."""

    def __init__(self, experiment: Path, name: str) -> None:
        self.experiment, self.name = experiment, name
        self._fd: int | None = None

    @property
    def folder(self) -> Path:
        """Where its marks lie: `results/<experiment>/.calls/<name>`."""
        return self.experiment / _CALLS / self.name

    @property
    def jobs(self) -> Path:
        """The jobs of the call, for processes that are started for single ones on other hosts."""
        return self.folder / "jobs.jsonl"

    def mark(self, kind: str, job: str) -> Path:
        """Return what a job of the rule `kind` makes: empty if another process has all that is
        left."""
        return self.folder / kind / job

    def begin(self) -> None:
        """Make the folder, locked for this process, and remove those of calls that were killed."""
        folder = output_folder(self.experiment, _CALLS, self.name)
        self._remove_abandoned()
        file = folder / "lock"
        self._fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with suppress(lock.NoLocks):
            lock.acquire(self._fd, file)

    def end(self) -> None:
        """Remove the folder: the call is over."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _remove_abandoned(self) -> None:
        with suppress(OSError), os.scandir(self.folder.parent) as entries:
            for entry in entries:
                with suppress(OSError, EvosweepError):
                    if entry.name != self.name and _is_abandoned(Path(entry.path)):
                        shutil.rmtree(entry.path, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Return True if nobody holds the lock of a call's folder, and nobody has for a while."""
    if not is_folder(folder) or time.time() - folder.stat().st_mtime < _OLD:
        return False
    fd = os.open(folder / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.environ.get(lock.SWITCH) != "none" and lock.acquire(fd, folder / "lock")
    finally:
        os.close(fd)


def prepare_snakemakes_own() -> None:
    """Make Snakemake's folders in an order in which two calls cannot trip over each other.

    If it finds `metadata` without `incomplete`, as in the middle of another call's start, it
    takes that for the format of an earlier version, and converts it with a mark that only one of
    them can remove. All that it keeps there is named by outputs, which are a call's own.
    """
    for name in ("incomplete", "metadata"):
        Path(".snakemake", name).mkdir(parents=True, exist_ok=True)
