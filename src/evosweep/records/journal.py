"""The journal of a run: an append-only file of finished chunks (format: docs/journal.md).

A resumed run starts again from its seed and takes every fitness that the journal has. The file
starts with a header that ties it to its run; each entry carries its length and a CRC-32 over all
of it. What a kill or a power cut tears is the last entry, and it is cut off. An unreadable entry
that readable ones follow was damaged later, and is never skipped: the file is refused.
"""

import os
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from evosweep.errors import EvosweepError, InputError
from evosweep.files.opening import open_descriptor, open_file
from evosweep.machine.fingerprint import differences
from evosweep.records import journal_entry
from evosweep.records.journal_entry import Entry, Session
from evosweep.records.journal_frames import (
    HEADER_SIZE,
    LONGEST,
    JournalCorrupt,
    check_header,
    entries_of,
    frame,
    header_of,
)

__all__ = ["Entry", "Journal", "JournalCorrupt", "Session", "TornTail", "read", "read_behind"]


class TornTail(UserWarning):
    """A journal ended in the middle of an entry, which was cut off."""


def read(path: Path) -> Iterator[Entry]:
    """Yield the evaluations of a run, one finished chunk at a time, in the order of finishing.

    Memory is bounded by one chunk. A torn last entry, as a kill leaves it, ends the iteration.

    Parameters
    ----------
    path
        The run's `journal.bin`.

    Yields
    ------
    Entry
        A chunk of k individuals: batch, indices (k,), fitnesses (k, objectives) in raw units,
        times in seconds, and more.

    Raises
    ------
    JournalCorrupt
        If the file is no journal, or an entry before the last one is damaged.
    """
    with open_file(path) as file:
        check_header(path, file.read(HEADER_SIZE))
    for _, entry in entries_of(path, HEADER_SIZE):
        if isinstance(entry, Entry):
            yield entry


def run_id_of(path: Path) -> str:
    """The run that a journal belongs to, by its header; raises `JournalCorrupt`."""
    with open_file(path) as file:
        return check_header(path, file.read(HEADER_SIZE))


def read_behind(path: Path, start: int) -> Iterator[tuple[int, Entry | Session]]:
    """Yield the entries behind byte `start` (0: all), each with the byte position behind it.

    A reader that follows a run passes the last position as the next `start`.
    """
    if start < HEADER_SIZE:
        with open_file(path) as file:
            check_header(path, file.read(HEADER_SIZE))
    yield from entries_of(path, max(start, HEADER_SIZE))


@dataclass
class Journal:
    """The journal of one run, open for appending; the caller holds the run folder's lock.

    `sync` is how late, in seconds, an entry may reach the disk. After a kill of the process
    nothing is lost whatever it is; it bounds what a power cut can take.
    """

    path: Path
    run_id: str
    sync: float = 1.0
    environment: Mapping[str, object] | None = None
    """Of this process; a journal of another one is refused, for last bits would differ."""
    mixed: bool = False
    """Go on all the same."""
    sessions: list[Session] = field(default_factory=list)
    worked: list[Session] = field(default_factory=list)
    """The earlier sessions that finished evaluations."""
    entries: int = 0
    elapsed: float = 0.0
    """Seconds that earlier sessions worked, by their last entry."""

    def __enter__(self) -> "Journal":
        self._fd = open_descriptor(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            self._recorded_end = self._recover()
            if self.environment is not None and not self.mixed:
                self._refuse_mixture(self.environment)
            self._started = time.monotonic()
            self._session = Session(time.time(), os.getpid(), self.environment)
            self._write(journal_entry.pack(self._session))
        except BaseException:
            os.close(self._fd)
            raise
        self._dirty = threading.Event()
        self._closing = threading.Event()
        self._syncer = threading.Thread(target=self._sync_often, name="journal", daemon=True)
        self._syncer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._syncer.join()
        with suppress(OSError):
            os.fsync(self._fd)
        os.close(self._fd)

    @property
    def resumed(self) -> int:
        """How often the run was continued before this session."""
        return len(self.sessions)

    @property
    def environments(self) -> list[Mapping[str, object]]:
        """Of every session that finished evaluations, and of this one."""
        sessions = [*self.worked, self._session]
        return [session.environment or {} for session in sessions]

    def _refuse_mixture(self, environment: Mapping[str, object]) -> None:
        for session in self.worked:
            if differing := differences(session.environment or {}, environment):
                raise InputError(
                    f"{self.path}: its evaluations were made with {'; '.join(differing)}: their "
                    "last bits may differ from those made here, and no one could repeat the "
                    "mixture; continue the run there, or call with --fresh to evaluate everything "
                    "here, or with --mixed to mix and mark the run"
                )

    @property
    def started(self) -> float:
        """When the first session started, in seconds since the epoch."""
        return (self.sessions or [self._session])[0].started

    def recorded(self) -> Iterator[Entry]:
        """The entries of earlier sessions, read as they are asked for."""
        for _, entry in entries_of(self.path, HEADER_SIZE, self._recorded_end):
            if isinstance(entry, Entry):
                yield entry

    def now(self) -> float:
        """Seconds that the run has worked, earlier sessions included."""
        return self.elapsed + time.monotonic() - self._started

    def append(self, entry: Entry) -> None:
        """Adds a finished chunk; it survives the process from here on."""
        self._write(journal_entry.pack(entry))
        if not self._dirty.is_set():
            self._dirty.set()

    def append_one(
        self, batch: int, fitness: tuple[float, ...], digest: bytes, *, seconds: float
    ) -> None:
        """As `append` of a batch of one individual, at a fraction of the time."""
        self._write(
            journal_entry.pack_one(batch, fitness, digest, seconds=seconds, finished=self.now())
        )
        if not self._dirty.is_set():
            self._dirty.set()

    def _recover(self) -> int:
        size = os.fstat(self._fd).st_size
        if size < HEADER_SIZE:
            self._start_anew(size)
            return HEADER_SIZE
        header = os.pread(self._fd, HEADER_SIZE, 0)
        owner = check_header(self.path, header)
        if owner != self.run_id:
            raise JournalCorrupt(
                f"{self.path}: the journal belongs to run {owner}, not to {self.run_id}; "
                "use another folder, or --fresh to discard it"
            )
        end = HEADER_SIZE
        for end, entry in entries_of(self.path, HEADER_SIZE):  # noqa: B007
            self._count(entry)
        if end < size:
            warnings.warn(
                f"{self.path}: cut off a torn tail of {size - end} bytes; "
                "the evaluations in it are done again",
                TornTail,
                stacklevel=2,
            )
            os.ftruncate(self._fd, end)
        return end

    def _start_anew(self, size: int) -> None:
        if size:  # a kill while the header was written: nothing can be lost
            os.ftruncate(self._fd, 0)
        _write_whole(self.path, self._fd, header_of(self.run_id))

    def _count(self, entry: Entry | Session) -> None:
        if isinstance(entry, Session):
            self.sessions.append(entry)
        else:
            self.entries += 1
            if self.sessions and self.sessions[-1] not in self.worked[-1:]:
                self.worked.append(self.sessions[-1])
            self.elapsed = max(self.elapsed, entry.finished)

    def _write(self, payload: bytes) -> None:
        if len(payload) > LONGEST:
            raise EvosweepError(
                f"{self.path}: {len(payload)} bytes of genomes in one chunk; an entry of the "
                f"journal has at most {LONGEST}: return smaller genomes"
            )
        _write_whole(self.path, self._fd, frame(payload))

    def _sync_often(self) -> None:
        while not self._closing.wait(self.sync):
            if self._dirty.is_set():
                self._dirty.clear()
                with suppress(OSError):
                    os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)


def _write_whole(path: Path, fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except OSError as error:
            raise EvosweepError(
                f"{path}: cannot write {len(view)} bytes of the journal ({error.strerror}); "
                "make room and call the same command again, it continues from here"
            ) from error
