"""Look at a run under way: tell if a process works on it, and read the progress of its journal."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy

from evosweep.errors import Damaged, EvosweepError
from evosweep.files import strict_json
from evosweep.files.opening import read_bytes
from evosweep.processes.held_locks import HeldLocks
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Entry, read_behind
from evosweep.records.reading import read_running
from evosweep.records.record import RunningRecord

_QUIET = 300.0  # seconds without a write after which another host's run counts as stopped


def is_worked_on(folder: RunFolder, held: HeldLocks) -> bool:
    """Return True if a process works on a run.

    On this machine the lock tells; for other hosts, a journal that was written lately.
    """
    if folder.lock in held:
        return True
    return _is_elsewhere(folder.lock) and _changed(folder) > time.time() - _QUIET


def _is_elsewhere(lock: Path) -> bool:
    """Return True if the lock's file names another host."""
    with suppress(OSError, ValueError, Damaged):
        holder = strict_json.loads(read_bytes(lock, 4096))
        return isinstance(holder, dict) and holder.get("host") != os.uname().nodename
    return False


def _changed(folder: RunFolder) -> float:
    """Return the time of a run's last write, in seconds since the epoch."""
    times = [0.0]
    for file in (folder.journal, folder.running):
        with suppress(OSError):
            times.append(file.stat().st_mtime)
    return max(times)


@dataclass
class JournalFollower:
    """The progress of a run; each call of `advance` reads the new entries of its journal."""

    folder: RunFolder
    document: RunningRecord | None = None
    """The content of `running.json`."""
    generation: int = -1
    """Number of the journal's last batch."""
    evaluations: int = 0
    seconds: float = 0.0
    """Seconds that the run has worked until its last entry."""
    best: tuple[float, ...] = ()
    """The best value so far of each objective, in raw units."""
    _offset: int = field(default=0, repr=False)

    @property
    def per_second(self) -> float:
        """Evaluations per second."""
        return self.evaluations / self.seconds if self.seconds > 0 else 0.0

    def advance(self) -> None:
        """Read the new entries. Errors are ignored: the run itself reports them."""
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
