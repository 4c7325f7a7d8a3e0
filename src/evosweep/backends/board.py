"""The board tells which individual each worker of this machine evaluates.

An executor only says that a call failed: it names neither the dead worker nor the individual. So
each worker writes into a file on the board what it evaluates, and the file outlives the worker.
"""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from evosweep.backends.protocol import Lost, Result, Work
from evosweep.processes import activity, kill
from evosweep.processes.paused import Paused

_MEMORY = 10.0
"""Seconds for which a death explains failing calls: the calls of one worker may fail one by one."""


@dataclass
class Death:
    """A worker of this machine that died, and what it evaluated."""

    note: activity.Note
    late: bool
    """True if this process killed it, since it was past its deadline."""
    seen: float
    told: bool = False
    """True if its chunk was already reported as lost."""

    def is_of(self, chunk: Work[Result]) -> bool:
        """Return True if the worker was evaluating this chunk when it died."""
        note = self.note
        return not self.told and note.batch == chunk.batch and note.index in chunk.indices


class Board:
    """Reads what the workers of this machine evaluate, and notices which of them are dead."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._own = False
        self._late: set[int] = set()
        self._deaths: list[Death] = []
        self._paused = Paused()

    def open(self) -> None:
        """Take the job's board, or make one."""
        inherited = os.environ.get(activity.FOLDER_VARIABLE)
        self._own = inherited is None
        self._folder = Path(inherited or tempfile.mkdtemp(prefix="evosweep-"))

    def close(self) -> None:
        """Remove the board's folder if this object made it."""
        if self._own and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def folder(self) -> str:
        """The board's path, which travels with each chunk to the workers of this machine."""
        return str(self._folder)

    def kill_overdue(self) -> None:
        """Kill workers of this machine that are past their deadline, or stopped for good."""
        for note in self._notes():
            if note.overdue and kill.is_alive(note.pid):
                self._late.add(note.pid)
                kill.tree(note.pid)
        for pid in self._paused.too_long(self._pids()):
            kill.tree(pid)

    def kill_busy(self) -> None:
        """Kill workers of this machine in the middle of an evaluation that nobody waits for."""
        for note in self._notes():
            kill.tree(note.pid)

    def loss_of(self, chunk: Work[Result]) -> Lost:
        """Return why a chunk was lost, and which of its individuals killed the worker.

        If a worker of this machine has just died of another chunk, this chunk was only waiting for
        that worker. If no death was seen, any individual of the chunk may be the cause.
        """
        self._look_for_deaths()
        for death in self._deaths:
            if death.is_of(chunk):
                death.told = True
                return Lost(death.note.index, "timeout" if death.late else "worker")
        return Lost() if self._deaths else Lost(reason="unknown")

    def _look_for_deaths(self) -> None:
        now = time.monotonic()
        self._deaths = [death for death in self._deaths if now - death.seen < _MEMORY]
        for note in self._notes():
            if not kill.is_alive(note.pid):
                Path(self._folder or "", str(note.pid)).unlink(missing_ok=True)
                self._deaths.append(Death(note, note.pid in self._late, now))

    def _pids(self) -> list[int]:
        """Return the numbers of all workers of this machine with a file on the board."""
        pids = activity.pids(self._folder) if self._folder else []
        return [pid for pid in pids if pid != os.getpid() and pid < activity.ELSEWHERE]

    def _notes(self) -> list[activity.Note]:
        notes = activity.notes(self._folder) if self._folder else ()
        return [note for note in notes if note.pooled and note.pid != os.getpid()]
