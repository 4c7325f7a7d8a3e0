"""The journal of a run: an append-only file of finished chunks (format: docs/journal.md).

A resumed run starts again from its seed and takes every fitness that the journal has. The file
starts with a header that ties it to its run; each entry carries its length and a CRC-32 over all
of it. What a kill or a power cut tears is the last entry, and it is cut off. An unreadable entry
that readable ones follow was damaged later, and is never skipped: the file is refused.
"""

import os
import struct
import threading
import time
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from evosweep.errors import EvosweepError, InputError
from evosweep.files.opening import open_descriptor, open_file
from evosweep.machine.fingerprint import differences
from evosweep.records import journal_entry
from evosweep.records.journal_entry import Entry, Session

VERSION = 1
_HEADER = struct.Struct("<8sHH12sI")
_FRAME = struct.Struct("<4sII")
_MAGIC = b"EVOSWJNL"
_MARK = b"\xe5EVO"
_UNREADABLE = (ValueError, LookupError, TypeError, RecursionError, OverflowError, struct.error)
_LONGEST = 2**30
"""Bytes of an entry at most, so that no length in a file asks for more memory."""

__all__ = ["Entry", "Journal", "JournalCorrupt", "Session", "TornTail", "read", "read_behind"]


class JournalCorrupt(EvosweepError):
    """A journal that cannot be trusted: its header or an entry in its middle is damaged."""


class TornTail(UserWarning):
    """A journal ended in the middle of an entry, which was cut off."""


def read(path: Path) -> Iterator[Entry]:
    """Every evaluation of a run, a finished chunk at a time, in the order of finishing.

    Memory is bounded by one chunk. Raises `JournalCorrupt`; a torn tail ends the iteration.
    """
    with open_file(path) as file:
        _check_header(path, file.read(_HEADER.size))
    for _, entry in _entries(path, _HEADER.size):
        if isinstance(entry, Entry):
            yield entry


def run_id_of(path: Path) -> str:
    """The run that a journal belongs to, by its header; raises `JournalCorrupt`."""
    with open_file(path) as file:
        return _check_header(path, file.read(_HEADER.size))


def read_behind(path: Path, start: int) -> Iterator[tuple[int, Entry | Session]]:
    """What was appended behind byte `start` (0: everything), each with the byte behind it.

    For who follows a run that is under way: the last byte that came is the next `start`.
    """
    if start < _HEADER.size:
        with open_file(path) as file:
            _check_header(path, file.read(_HEADER.size))
    yield from _entries(path, max(start, _HEADER.size))


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
        for _, entry in _entries(self.path, _HEADER.size, self._recorded_end):
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

    def _recover(self) -> int:
        size = os.fstat(self._fd).st_size
        if size < _HEADER.size:
            self._start_anew(size)
            return _HEADER.size
        header = os.pread(self._fd, _HEADER.size, 0)
        owner = _check_header(self.path, header)
        if owner != self.run_id:
            raise JournalCorrupt(
                f"{self.path}: the journal belongs to run {owner}, not to {self.run_id}; "
                "use another folder, or --fresh to discard it"
            )
        end = _HEADER.size
        for end, entry in _entries(self.path, _HEADER.size):  # noqa: B007
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
        head = _HEADER.pack(_MAGIC, VERSION, 0, self.run_id.encode(), 0)[:-4]
        _write_whole(self.path, self._fd, head + struct.pack("<I", zlib.crc32(head)))

    def _count(self, entry: Entry | Session) -> None:
        if isinstance(entry, Session):
            self.sessions.append(entry)
        else:
            self.entries += 1
            if self.sessions and self.sessions[-1] not in self.worked[-1:]:
                self.worked.append(self.sessions[-1])
            self.elapsed = max(self.elapsed, entry.finished)

    def _write(self, payload: bytes) -> None:
        if len(payload) > _LONGEST:
            raise EvosweepError(
                f"{self.path}: {len(payload)} bytes of genomes in one chunk; an entry of the "
                f"journal has at most {_LONGEST}: return smaller genomes"
            )
        _write_whole(self.path, self._fd, frame(payload))

    def _sync_often(self) -> None:
        while not self._closing.wait(self.sync):
            if self._dirty.is_set():
                self._dirty.clear()
                with suppress(OSError):
                    os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)


def frame(payload: bytes) -> bytes:
    """An entry as it stands in the file: mark, length, CRC-32 of length and payload, payload."""
    length = struct.pack("<I", len(payload))
    return _MARK + length + struct.pack("<I", zlib.crc32(length + payload)) + payload


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


def _check_header(path: Path, header: bytes) -> str:
    """The run_id in the header."""
    problem = "is too short"
    if len(header) == _HEADER.size:
        magic, version, _, run_id, crc = _HEADER.unpack(header)
        if magic == _MAGIC and crc == zlib.crc32(header[:-4]):
            if version == VERSION:
                return str(run_id.decode("ascii", "replace"))
            problem = f"has version {version}, and this evosweep reads version {VERSION}"
        else:
            problem = "is damaged"
    raise JournalCorrupt(
        f"{path}: the journal's header {problem}; restore the file, or call with --fresh to "
        "discard it and evaluate everything again"
    )


def _entries(
    path: Path, start: int, end: int | None = None
) -> Iterator[tuple[int, Entry | Session]]:
    """(offset behind the entry, entry) of each whole entry up to `end` or to a torn tail."""
    for behind, payload in _payloads(path, start, end):
        try:
            entry = journal_entry.unpack(payload)
        except _UNREADABLE as error:
            raise JournalCorrupt(
                f"{path}: the entry that ends at byte {behind} is damaged ({error}); restore the "
                "file from a copy, or call with --fresh to discard it and evaluate everything again"
            ) from None
        yield behind, entry


def _payloads(path: Path, start: int, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """(offset behind the entry, payload) of each whole entry up to `end` or to a torn tail."""
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size if end is None else end
        file.seek(start)
        while start < size:
            payload = _next_payload(file.read(_FRAME.size), file, size - start)
            if payload is None:
                _refuse_damage_before_good_entries(path, start, size)
                return
            start += _FRAME.size + len(payload)
            yield start, payload


def _next_payload(head: bytes, file: BinaryIO, left: int) -> bytes | None:
    if len(head) < _FRAME.size:
        return None
    mark, length, crc = _FRAME.unpack(head)
    if mark != _MARK or length > min(left - _FRAME.size, _LONGEST):
        return None
    payload = file.read(length)
    whole = len(payload) == length and zlib.crc32(head[4:8] + payload) == crc
    return payload if whole else None


def _refuse_damage_before_good_entries(path: Path, damaged: int, size: int) -> None:
    """Raise `JournalCorrupt` where the unreadable bytes at `damaged` are no torn tail.

    A tail is what one write left, so it is no longer than an entry. The search for whole entries
    behind it reads at most a few times its bytes, however many marks there are.
    """
    if size - damaged > _FRAME.size + _LONGEST:
        raise _damage(path, damaged, f"{size - damaged} bytes follow it")
    with open_file(path) as file:
        file.seek(damaged)
        rest = file.read(size - damaged)
    at, effort = rest.find(_MARK, 1), 4 * len(rest)
    while at != -1:
        effort -= _bytes_to_check(rest, at)
        if effort < 0:
            raise _damage(path, damaged, "many marks of entries follow it")
        if _whole_entry_at(rest, at):
            raise _damage(path, damaged, f"whole entries follow it at byte {damaged + at}")
        at = rest.find(_MARK, at + 1)


def _damage(path: Path, at: int, what: str) -> JournalCorrupt:
    return JournalCorrupt(
        f"{path}: the entry at byte {at} is damaged, and {what}: this is no torn tail; restore "
        "the file from a copy, or call with --fresh to discard it and evaluate everything again"
    )


def _bytes_to_check(data: bytes, at: int) -> int:
    """The length of the entry that a mark announces; 0 where it cannot be one."""
    if at + _FRAME.size > len(data):
        return 0
    length = int(_FRAME.unpack_from(data, at)[1])
    return length if at + _FRAME.size + length <= len(data) else 0


def _whole_entry_at(data: bytes, at: int) -> bool:
    length = _bytes_to_check(data, at)
    start = at + _FRAME.size
    if not length:
        return False
    crc = zlib.crc32(memoryview(data)[start : start + length], zlib.crc32(data[at + 4 : at + 8]))
    return crc == int(_FRAME.unpack_from(data, at)[2])
