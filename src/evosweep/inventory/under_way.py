"""A run that is under way: whether a process works on it, and how far its journal has come."""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy

from evosweep.errors import Damaged, EvosweepError
from evosweep.files.opening import read_bytes
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Entry, read_behind
from evosweep.records.reading import read_running
from evosweep.records.record import RunningRecord

_QUIET = 300.0  # seconds after which another host's run counts as stopped


def held_locks() -> frozenset[int]:
    """Return the inodes of the files on which a process of this machine holds a lock.

    Asked of the kernel's list of locks: to try a lock could keep a run from getting it.
    """
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return frozenset()
    words = (line.split() for line in lines if "FLOCK" in line)
    return frozenset(int(word[5].rpartition(":")[2]) for word in words if "->" not in word)


def is_worked_on(folder: RunFolder, held: frozenset[int]) -> bool:
    """Return True if a process works on a run: one of this machine by its lock, another by its
    journal."""
    try:
        status = folder.lock.stat()
    except OSError:
        return False
    if status.st_ino in held:
        return True
    return _is_elsewhere(folder.lock) and _changed(folder) > time.time() - _QUIET


def _is_elsewhere(lock: Path) -> bool:
    """Return True if the lock was signed on another host."""
    with suppress(OSError, ValueError, Damaged):
        holder = json.loads(read_bytes(lock, 4096))
        return isinstance(holder, dict) and holder.get("host") != os.uname().nodename
    return False


def _changed(folder: RunFolder) -> float:
    """When a run last wrote anything, in seconds since the epoch."""
    times = [0.0]
    for file in (folder.journal, folder.running):
        with suppress(OSError):
            times.append(file.stat().st_mtime)
    return max(times)


@dataclass
class Follower:
    """How far a run has come; `advance` reads its journal on from where it stopped."""

    folder: RunFolder
    document: RunningRecord | None = None
    """`running.json`."""
    generation: int = -1
    """The last batch of the journal."""
    evaluations: int = 0
    seconds: float = 0.0
    """What the run has worked up to its last entry."""
    best: tuple[float, ...] = ()
    """The best value so far of each objective, in raw units."""
    _offset: int = field(default=0, repr=False)

    @property
    def per_second(self) -> float:
        """Evaluations a second."""
        return self.evaluations / self.seconds if self.seconds > 0 else 0.0

    def advance(self) -> None:
        """Read what is new. Errors are ignored: the run itself says what is wrong there."""
        with suppress(OSError, EvosweepError):
            self.document = self.document or read_running(self.folder)
            if self.folder.journal.stat().st_size < self._offset:
                self._begin_again()
            for end, entry in read_behind(self.folder.journal, self._offset):
                self._offset = end
                if isinstance(entry, Entry):
                    self._count(entry, self.document.weights)

    def _begin_again(self) -> None:
        self.generation, self.evaluations, self.seconds = -1, 0, 0.0
        self.best, self._offset = (), 0

    def _count(self, entry: Entry, weights: Sequence[float]) -> None:
        self.generation = max(self.generation, entry.batch)
        self.evaluations += len(entry.indices)
        self.seconds = max(self.seconds, entry.finished)
        rows = entry.fitnesses[~numpy.isnan(entry.fitnesses).any(axis=1)]
        if len(rows) and rows.shape[1] == len(weights):
            here = tuple(float(value) for value in best_of(rows, weights))
            both = numpy.array([here, self.best or here])
            self.best = tuple(float(value) for value in best_of(both, weights))


def best_of(rows: numpy.ndarray, weights: Sequence[float]) -> numpy.ndarray:
    """Return the best value in each column of an array (n, objectives)."""
    best: numpy.ndarray = numpy.where(numpy.array(weights) > 0, rows.max(axis=0), rows.min(axis=0))
    return best
