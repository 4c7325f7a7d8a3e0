"""Who evaluates what right now: a folder with one small memory-mapped file a process.

A process that is killed cannot say which individual killed it, and one that hangs cannot say so
either. Each writes the individual's place down before it starts, which costs no system call, and
whoever watches reads it.
"""

import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evosweep.errors import RunError

FOLDER_VARIABLE = "EVOSWEEP_BOARD"

_SEAT = struct.Struct("=qqdq")  # for processes of one machine
_SIZE = 64


@dataclass(frozen=True, slots=True)
class Note:
    """One process evaluates one individual."""

    pid: int
    batch: int
    index: int
    deadline: float
    """When it must be done, by the monotonic clock; 0: never."""
    pooled: bool
    """Whether a pool in the run's own process watches it, and not the supervisor."""

    @property
    def overdue(self) -> bool:
        return 0 < self.deadline < time.monotonic()


class Seat:
    """This process's place on the board; does nothing where there is no board."""

    def __init__(self) -> None:
        folder = os.environ.get(FOLDER_VARIABLE)
        self._map: mmap.mmap | None = None
        self.pooled = False
        self.pid = os.getpid()
        if folder and Path(folder).is_dir():
            self._map = _mapped(Path(folder, str(self.pid)))

    def take(self, batch: int, index: int, timeout: float | None = None) -> None:
        """Notes that the evaluation of an individual starts."""
        if self._map is not None:
            deadline = time.monotonic() + timeout if timeout else 0.0
            _SEAT.pack_into(self._map, 0, batch + 1, index, deadline, self.pooled)

    def places(self, batch: int, index: int) -> "memoryview | list[int]":
        """Takes the place; item 1 of what is returned is the index, for the evaluations that follow
        in the same batch.
        """
        if self._map is None:
            return [0, 0]
        self.take(batch, index)
        return memoryview(self._map).cast("q")

    def leave(self) -> None:
        """Notes that this process evaluates nothing."""
        if self._map is not None:
            _SEAT.pack_into(self._map, 0, 0, 0, 0.0, 0)


def _mapped(path: Path) -> mmap.mmap:
    """A new file in memory; it is written first, for a hole is no place to write on a full disk."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, bytes(_SIZE))
            return mmap.mmap(fd, _SIZE)
        finally:
            os.close(fd)
    except OSError as error:
        raise RunError(
            f"{path}: cannot note what is being evaluated ({error.strerror}); make room there, or "
            "name another folder by TMPDIR"
        ) from error


_seat: Seat | None = None


def seat() -> Seat:
    """The place of this process, made when first asked for; a forked child makes its own."""
    global _seat  # noqa: PLW0603 - one per process by nature
    if _seat is None or _seat.pid != os.getpid():
        _seat = Seat()
    return _seat


def note(folder: Path, pid: int) -> Note | None:
    """What the process was evaluating when it last said so; None for nothing."""
    with suppress(OSError, struct.error):
        batch, index, deadline, pooled = _SEAT.unpack_from(Path(folder, str(pid)).read_bytes())
        if batch:
            return Note(pid, batch - 1, index, deadline, bool(pooled))
    return None


def notes(folder: Path) -> Iterator[Note]:
    """Everything that is being evaluated, by the board."""
    for pid in pids(folder):
        if found := note(folder, pid):
            yield found


def pids(folder: Path) -> list[int]:
    """Every process that has taken a seat, living or dead."""
    return [int(path.name) for path in folder.iterdir() if path.name.isdigit()]
