"""The board tells which process evaluates which individual: one memory-mapped file per process.

A killed process cannot tell which individual killed it, and a hanging process cannot tell that it
hangs. So each process writes the individual's index into its file before it starts to evaluate;
this costs no system call. The files lie in one folder, the board, where the supervisor or the pool
reads them.
"""

import faulthandler
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evosweep.errors import Damaged, RunError
from evosweep.files.opening import open_file

FOLDER_VARIABLE = "EVOSWEEP_BOARD"

_SEAT = struct.Struct("=qqdq")  # batch + 1 (0: idle), index, deadline, pooled; on one machine
_SIZE = 64


ELSEWHERE = 2**32
"""Processes of other hosts have numbers above it on the board: a multiple of it + their own."""


@dataclass(frozen=True, slots=True)
class Note:
    """A process and the individual that it evaluates."""

    pid: int
    batch: int
    index: int
    deadline: float
    """Time of the monotonic clock at which the evaluation must be done; 0: no limit."""
    pooled: bool
    """True if the run's own pool watches the deadline; else the supervisor does."""

    @property
    def overdue(self) -> bool:
        """True if the deadline has passed."""
        return 0 < self.deadline < time.monotonic()


class Seat:
    """This process's file on the board; it does nothing if there is no board."""

    def __init__(self) -> None:
        folder = os.environ.get(FOLDER_VARIABLE)
        self._map: mmap.mmap | None = None
        self.pooled = False
        if folder and Path(folder).is_dir():
            self._map = _mapped(Path(folder, str(os.getpid())))

    def take(self, batch: int, index: int, timeout: float | None = None) -> None:
        """Note that the evaluation of an individual starts; `timeout` is in seconds."""
        if self._map is not None:
            deadline = time.monotonic() + timeout if timeout else 0.0
            _SEAT.pack_into(self._map, 0, batch + 1, index, deadline, self.pooled)
        elif self.pooled and timeout:  # nobody else can watch a worker on another machine
            faulthandler.dump_traceback_later(timeout, exit=True)

    def places(self, batch: int, index: int) -> "memoryview | list[int]":
        """Note that an evaluation starts; returns a sequence to note further ones of the batch.

        Item 1 of the returned sequence is the index: set it to note the next individual.
        """
        if self._map is None:
            return [0, 0]
        self.take(batch, index)
        return memoryview(self._map).cast("q")

    def leave(self) -> None:
        """Note that this process evaluates nothing."""
        if self._map is not None:
            _SEAT.pack_into(self._map, 0, 0, 0, 0.0, 0)
        elif self.pooled:
            faulthandler.cancel_dump_traceback_later()


def _mapped(path: Path) -> mmap.mmap:
    """Map a new file into memory. It is written at once: on a full disk this raises an error here
    instead of a SIGBUS later."""
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
    """Return the seat of this process, made at the first call; a forked child makes its own."""
    global _seat  # noqa: PLW0603 - one per process by nature
    if _seat is None:
        _seat = Seat()
    return _seat


def _stand_up() -> None:
    global _seat  # noqa: PLW0603 - as above
    _seat = None


os.register_at_fork(after_in_child=_stand_up)


def sit_at(folder: str | None) -> None:
    """Move this process to a board, or to none; for workers that outlive a job."""
    global _seat  # noqa: PLW0603 - as above
    if os.environ.get(FOLDER_VARIABLE) == folder:
        return
    _seat = None
    if folder is None:
        del os.environ[FOLDER_VARIABLE]
    else:
        os.environ[FOLDER_VARIABLE] = folder


@contextmanager
def board(folder: Path) -> Iterator[None]:
    """Let this process and its child processes use a board until the block ends."""
    global _seat  # noqa: PLW0603 - one per process by nature
    before, _seat = os.environ.get(FOLDER_VARIABLE), None
    os.environ[FOLDER_VARIABLE] = str(folder)
    try:
        yield
    finally:
        _seat = None
        os.environ.pop(FOLDER_VARIABLE, None)
        if before is not None:
            os.environ[FOLDER_VARIABLE] = before


def note(folder: Path, pid: int) -> Note | None:
    """Return what a process evaluates; None if it is idle or has no file on the board."""
    with suppress(OSError, struct.error, Damaged):
        batch, index, deadline, pooled = _SEAT.unpack_from(_read(Path(folder, str(pid))))
        if batch:
            return Note(
                pid=pid, batch=batch - 1, index=index, deadline=deadline, pooled=bool(pooled)
            )
    return None


def _read(path: Path) -> bytes:
    with open_file(path) as file:
        return file.read(_SIZE)


def notes(folder: Path) -> Iterator[Note]:
    """Yield what each process on the board evaluates; idle processes are left out."""
    for pid in pids(folder):
        if current := note(folder, pid):
            yield current


def put(
    folder: Path, number: int, batch: int, index: int, *, left: float | None, lost: bool
) -> Path:
    """Write to the board what a process of another host evaluates; returns its file.

    `number` stands for the process (see `ELSEWHERE`). `left` is the number of seconds until the
    evaluation must be done, if it has a limit. `lost` says that it killed the process.
    """
    deadline = 0.0 if left is None else time.monotonic() + left
    seat = folder / str(number)
    temporary = folder / f"{number}.new"
    temporary.write_bytes(_SEAT.pack(batch + 1, index, deadline, 0))
    temporary.replace(seat)
    if lost:
        (folder / f"{number}.lost").touch()
    return seat


def is_lost_elsewhere(folder: Path, number: int) -> bool:
    """Return True if an evaluation has killed this process of another host."""
    return (folder / f"{number}.lost").exists()


def pids(folder: Path) -> list[int]:
    """Return the numbers of all processes with a file on the board, alive or dead."""
    names = (path.name for path in folder.iterdir())
    return [int(name) for name in names if name.isascii() and name.isdigit()]
