"""The journal of a run: an append-only file of finished chunks (format: docs/journal.md).

A resumed run starts again from its seed and takes every fitness that the journal has. The file
starts with a header that names its run; each entry carries its length and a CRC-32 over all of it.
A kill or a power cut can only tear the last entry, which is then cut off. If readable entries
follow an unreadable one, the file was damaged later: it is refused, and no entry is skipped.
"""

import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import TracebackType

from evosweep.errors import EvosweepError, InputError
from evosweep.machine.fingerprint import differences
from evosweep.processes import lock
from evosweep.processes.lock import Locked
from evosweep.records import journal_entry
from evosweep.records.journal_entry import Entry, Session
from evosweep.records.journal_file import JournalFile, TakenOver, is_own_disk, writer_here
from evosweep.records.journal_frames import (
    HEADER_SIZE,
    LONGEST,
    JournalCorrupt,
    check_header,
    chunk_frames,
    entries_in,
    frame,
    header_of,
)
from evosweep.records.journal_reading import read, read_behind, read_plain, run_id_of
from evosweep.records.syncer import Syncer

__all__ = [
    "Entry",
    "Journal",
    "JournalCorrupt",
    "Session",
    "TakenOver",
    "TornTail",
    "read",
    "read_behind",
    "read_plain",
    "run_id_of",
]


class TornTail(UserWarning):
    """A journal ended in the middle of an entry; this entry was cut off."""


@dataclass
class Journal:
    """The journal of one run, open for appending by one process, which holds its lock.

    An entry reaches the disk after `sync` seconds at the latest. This bounds the loss at a power
    cut; a kill of the process loses nothing, for any `sync`.
    """

    path: Path
    run_id: str
    sync: float = 1.0
    environment: Mapping[str, object] | None = None
    """The environment of this process. A journal of another environment is refused, since last
    bits could differ."""
    mixed: bool = False
    """True to go on with a journal of another environment."""
    origin: Path | None = None
    """Journal of a shorter run; a new journal starts with its evaluations."""
    syncer: Syncer | None = None
    """The thread that syncs, with times of its own; None: one of this journal's, with `sync`."""
    sessions: list[Session] = field(default_factory=list)
    worked: list[Session] = field(default_factory=list)
    """The earlier sessions that finished evaluations."""
    entries: int = 0
    elapsed: float = 0.0
    """Seconds that earlier sessions worked, as their last entry states."""

    def __enter__(self) -> "Journal":
        existing = JournalFile.existing(self.path)
        try:
            self._file = self._begin(existing)
        except BaseException:
            if existing is not None:
                existing.close()
            raise
        self._ended: EvosweepError | None = None
        """The error that ended writing, if any."""
        self._dirty = False
        """True if there are entries that no sync has put on the disk."""
        self._own = ExitStack()
        self._syncer = self.syncer or self._own.enter_context(Syncer(self.sync))
        self._syncer.serve(self._sync_new)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._syncer.serve(None)
        self._own.close()
        try:
            if isinstance(error, Exception) and not isinstance(error, Locked):
                self._explain(error)
            with suppress(EvosweepError):  # raised by `flush` if it matters
                self._file.sync()
        finally:
            self._file.close()

    def flush(self) -> None:
        """Put every entry on the disk; raises if an entry is lost or another process took over."""
        if self._ended is not None:
            raise self._ended
        self._refuse_if_taken()
        self._file.sync()

    def _explain(self, error: Exception) -> None:
        """Raise `TakenOver` if that is why the block failed; a failing disk explains nothing."""
        try:
            self._refuse_if_taken(error)
        except EvosweepError as reason:
            if isinstance(reason, Locked):
                raise

    def _refuse_if_taken(self, cause: Exception | None = None) -> None:
        if (taken := self._file.loss()) is not None:
            raise taken from cause

    @property
    def resumed(self) -> int:
        """Number of earlier sessions of this run."""
        return len(self.sessions)

    @property
    def grown_from(self) -> str | None:
        """run_id of the shorter run whose evaluations this journal started with, if any."""
        return (self.sessions or [self._session])[0].grown_from

    @property
    def environments(self) -> list[Mapping[str, object]]:
        """The environments of all sessions that finished evaluations, and of this one."""
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
        """Start of the first session, in seconds since the epoch."""
        return (self.sessions or [self._session])[0].started

    def recorded(self) -> Iterator[Entry]:
        """Yield the entries of earlier sessions, read one by one."""
        with self._file.reader() as file:
            for _, entry in entries_in(file, self.path, HEADER_SIZE, self._recorded_end):
                if isinstance(entry, Entry):
                    yield entry

    def now(self) -> float:
        """Return the seconds that the run has worked, earlier sessions included."""
        return self.elapsed + time.monotonic() - self._started

    def append(self, entry: Entry) -> None:
        """Add a finished chunk; it survives the process from here on."""
        self._add(self._framed(journal_entry.pack(entry)))

    def append_one(
        self, batch: int, fitness: tuple[float, ...], digest: bytes, *, seconds: float
    ) -> None:
        """Append a batch of one individual, in a fraction of the time that `append` takes."""
        finished = self.elapsed + time.monotonic() - self._started
        self._add(
            frame(
                journal_entry.pack_one(batch, fitness, digest, seconds=seconds, finished=finished)
            )
        )

    def _begin(self, existing: JournalFile | None) -> JournalFile:
        """Return the file of this session: the existing one, or a new one that replaces it."""
        self._recorded_end = HEADER_SIZE if existing is None else self._recover(existing)
        if self.environment is not None and not self.mixed:
            self._refuse_mixture(self.environment)
        self._started = time.monotonic()
        writer = writer_here(self.path.parent)
        origin = self.origin if existing is None else None
        grown_from = None if origin is None else run_id_of(origin)
        self._session = Session(
            time.time(), os.getpid(), self.environment, writer, grown_from=grown_from
        )
        signature = self._framed(journal_entry.pack(self._session))
        if existing is not None and self._is_local():
            existing.truncate(self._recorded_end)
            existing.append(signature)
            return existing
        kept = () if existing is None else existing.pieces(HEADER_SIZE, self._recorded_end)
        taken = () if origin is None else chunk_frames(origin)
        new = JournalFile.made(self.path, chain([header_of(self.run_id)], kept), signature, taken)
        if existing is not None:
            existing.close()
        if origin is not None:
            try:
                self._count_taken(new)
            except BaseException:
                new.close()
                raise
        return new

    def _count_taken(self, journal: JournalFile) -> None:
        self._recorded_end = journal.size
        with journal.reader() as file:
            for _, entry in entries_in(file, self.path, HEADER_SIZE, journal.size):
                if isinstance(entry, Entry):
                    self._count(entry)

    def _is_local(self) -> bool:
        """Return True if the lock on the file keeps out every other process that may write to
        it."""
        last, here = self.sessions[-1].writer if self.sessions else None, self._session.writer
        if last is None or here is None or not lock.is_used():
            return False
        same = bool(here.boot) and (last.boot, last.device) == (here.boot, here.device)
        return same and is_own_disk(self.path.parent)

    def _recover(self, existing: JournalFile) -> int:
        """Count the entries of earlier sessions; returns the byte at which the last one ends."""
        if existing.size < HEADER_SIZE:  # a kill while the header was written: nothing can be lost
            return HEADER_SIZE
        with existing.reader() as file:
            owner = check_header(self.path, file.read(HEADER_SIZE))
            if owner != self.run_id:
                raise JournalCorrupt(
                    f"{self.path}: the journal belongs to run {owner}, not to {self.run_id}; "
                    "use another folder, or --fresh to discard it"
                )
            end = HEADER_SIZE
            for end, entry in entries_in(file, self.path, HEADER_SIZE, existing.size):  # noqa: B007
                self._count(entry)
        if end < existing.size:
            warnings.warn(
                f"{self.path}: cut off a torn tail of {existing.size - end} bytes; "
                "the evaluations in it are done again",
                TornTail,
                stacklevel=2,
            )
        return end

    def _count(self, entry: Entry | Session) -> None:
        if isinstance(entry, Session):
            self.sessions.append(entry)
        else:
            self.entries += 1
            if self.sessions and self.sessions[-1] not in self.worked[-1:]:
                self.worked.append(self.sessions[-1])
            self.elapsed = max(self.elapsed, entry.finished)

    def _add(self, framed: bytes) -> None:
        if self._ended is not None:
            raise self._ended
        self._file.append(framed)
        self._dirty = True

    def _framed(self, payload: bytes) -> bytes:
        if len(payload) > LONGEST:
            raise EvosweepError(
                f"{self.path}: {len(payload)} bytes of genomes in one chunk; an entry of the "
                f"journal has at most {LONGEST}: return smaller genomes"
            )
        return frame(payload)

    def _sync_new(self) -> None:
        """Sync entries that are new, if the file is still the journal; else the next entry
        raises."""
        if not self._dirty or self._ended is not None:
            return
        self._dirty = False
        try:
            self._refuse_if_taken()
            self._file.sync()
        except EvosweepError as error:
            self._ended = error
