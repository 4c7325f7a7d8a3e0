"""The file of a journal; only one machine ever writes to the same file.

If two hosts append to one file, most shared file systems tear and lose lines; a lock may get lost,
or have no effect on another host. So a process appends to an existing file only if an earlier
process of the same kernel wrote it, on a disk of this machine, and it holds the lock. Any other
process copies the entries into a file of its own and renames that to the journal. The process that
is replaced goes on writing to the old file, which no longer has a name, until it notices.
"""

import errno
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from evosweep.errors import Damaged, EvosweepError
from evosweep.files.mount import mount_of
from evosweep.files.opening import open_descriptor
from evosweep.files.writing import temporary_for
from evosweep.processes import lock
from evosweep.processes.lock import Locked
from evosweep.records.journal_entry import Session, Writer
from evosweep.records.journal_frames import HEADER_SIZE, JournalCorrupt, entries_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NO_SYNC = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_AT_ONCE = (
    "another process began to work on the run at the same moment; wait for it or stop it, then "
    "call again"
)
_RECOGNISED = 4096  # last bytes by which a process recognises the file that it wrote
_PIECE = 2**20  # bytes that are copied at a time


class TakenOver(Locked):
    """Another process has replaced the journal; this process must stop."""


def is_own_disk(folder: Path) -> bool:
    """Return True if a folder lies on a file system that no other machine shares.

    A shared file system may show an old state of a file: its end, with the session of another host,
    may still be missing.
    """
    mount = mount_of(folder)
    return mount is not None and mount.is_own_disk


def writer_here(folder: Path) -> Writer:
    """Return the `Writer` that identifies this process for a journal in a folder."""
    return Writer(os.uname().nodename, lock.boot_id(), folder.stat().st_dev, lock.TOKEN)


@dataclass
class JournalFile:
    """A journal's file, open and locked, to which no other process writes."""

    path: Path
    fd: int
    size: int
    """Number of bytes that this process has found or written."""
    _last: bytes = b""  # that this process wrote
    _is_new: bool = True
    """True if there may be bytes that are not on the disk."""
    _is_named: bool = False
    """True if the name is on the disk, too; an earlier process may have been killed before."""
    _writing: Lock = field(default_factory=Lock)
    _syncing: Lock = field(default_factory=Lock)  # held until the bytes are on the disk
    _broken: int | None = None
    """Of a sync that failed: Linux tells its error once, and calls the next sync good."""

    @classmethod
    def existing(cls, path: Path) -> "JournalFile | None":
        """Open the existing file, if any; raises `Locked` if another process holds its lock."""
        while True:
            try:
                fd = open_descriptor(path, os.O_RDWR | os.O_APPEND)
            except FileNotFoundError:
                return None
            try:
                _take(fd, path)
                if _leads_to(path, fd):
                    return cls(path, fd, os.fstat(fd).st_size)
            except BaseException:
                os.close(fd)
                raise
            os.close(fd)  # it was replaced in between

    @classmethod
    def made(
        cls, path: Path, before: Iterable[bytes], signature: bytes, behind: Iterable[bytes] = ()
    ) -> "JournalFile":
        """Write a new file, and rename it to `path`: `before`, then `signature`, then `behind`."""
        temporary = temporary_for(path)
        new = cls(path, _created(temporary, path), 0)
        try:
            _take(new.fd, path)
            kept = new._fill(before, signature, behind)
            temporary.replace(path)
            if kept:
                new._sync_name()
        except BaseException as error:
            new.close()
            with suppress(OSError):
                temporary.unlink()
            if isinstance(error, FileNotFoundError):  # another process has removed it
                raise TakenOver(f"{path}: {_AT_ONCE}") from None
            if isinstance(error, OSError):
                raise _unwritable(path, new.size, error) from error
            raise
        return new

    def _fill(self, before: Iterable[bytes], signature: bytes, behind: Iterable[bytes]) -> bool:
        """Write everything; return True if there are evaluations, which are on the disk then."""
        for piece in before:
            self.append(piece)
        self.append(signature)
        for piece in behind:
            self.append(piece)
        kept = self.size > HEADER_SIZE + len(signature)
        if kept:
            os.fsync(self.fd)
        return kept

    def append(self, data: bytes) -> None:
        """Add bytes at the end; they survive the process from here on."""
        left: bytes | memoryview = data
        with self._writing:
            while True:
                try:
                    written = os.write(self.fd, left)
                except OSError as error:
                    raise _unwritable(self.path, len(left), error) from error
                self.size += written
                self._is_new = True
                if written == len(left):
                    break
                left = memoryview(left)[written:]
            self._last = data[-_RECOGNISED:]

    def truncate(self, size: int) -> None:
        """Cut off what is behind `size`."""
        os.ftruncate(self.fd, size)
        self.size, self._is_new = size, True

    def sync(self) -> None:
        """Put all appended bytes on the disk; raises EvosweepError if some are lost, as on a full
        file server."""
        with self._syncing:
            try:
                if self._broken is not None:
                    raise OSError(self._broken, os.strerror(self._broken))
                if self._is_new:
                    self._sync_data()
                self._sync_name()
            except OSError as error:
                if error.errno not in _NO_SYNC:
                    self._broken = error.errno
                    raise _unwritable(self.path, self.size, error) from error

    def _sync_data(self) -> None:
        try:
            self._is_new = False  # first: another thread may append meanwhile
            os.fdatasync(self.fd) if hasattr(os, "fdatasync") else os.fsync(self.fd)
        except BaseException:  # a stop may come before the system has begun
            self._is_new = True
            raise

    def _sync_name(self) -> None:
        """Put the file's name on the disk, once: else a power failure may take the file by it."""
        if self._is_named:
            return
        with suppress(PermissionError):  # a folder that its owner may write to and not read
            fd = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
        self._is_named = True

    def close(self) -> None:
        """Close the file, and so release its lock."""
        os.close(self.fd)

    def reader(self) -> BinaryIO:
        """Return a reader of this file, from its start, even if `path` now leads to another
        file."""
        return io.BufferedReader(_Positioned(self.fd))

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `end`, in pieces."""
        while piece := os.pread(self.fd, min(_PIECE, end - start), start):
            yield piece
            start += len(piece)

    def loss(self) -> TakenOver | None:
        """Return an error if another process has taken the journal over, else None.

        Inode numbers do not help on sshfs, which makes them from paths. So this reads the end of
        the file to which the path leads now: it must be the last bytes that this process wrote.

        Raises `EvosweepError` if the journal seems to be another's and the disk fails as well.
        """
        for _ in range(2):  # once more, when no write is under way any more
            try:
                if self._is_last():
                    return None
                self.sync()
            except (FileNotFoundError, Damaged):
                return self._taken_by("another process has discarded")
            except OSError:
                return None  # the server is away: another call reports it
        return self._taken_by(f"{self._last_session()} has taken over")

    def _is_last(self) -> bool:
        with self._writing:
            last, at = self._last, self.size - len(self._last)
        fd = open_descriptor(self.path)
        try:
            found, size = os.pread(fd, len(last), at), os.fstat(fd).st_size
        finally:
            os.close(fd)
        with self._writing:
            return found == last and size <= self.size

    def _last_session(self) -> str:
        last: Session | None = None
        with suppress(OSError, JournalCorrupt):
            for _, entry in entries_of(self.path, HEADER_SIZE):
                last = entry if isinstance(entry, Session) else last
        return "another process" if last is None else str(last)

    def _taken_by(self, whom: str) -> TakenOver:
        return TakenOver(
            f"{self.path}: {whom} the journal, since this process lost its lock, or hosts do not "
            "see each other's locks here; this process stops, and what it has evaluated since is "
            "evaluated again"
        )


class _Positioned(io.RawIOBase):
    """Reads an open file at a position of its own, from the start."""

    def __init__(self, fd: int) -> None:
        self._fd, self._at = fd, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        self._at = offset + (os.fstat(self._fd).st_size if base is None else base)
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        room = memoryview(buffer).cast("B")
        data = os.pread(self._fd, len(room), self._at)
        room[: len(data)] = data
        self._at += len(data)
        return len(data)


def _created(temporary: Path, path: Path) -> int:
    try:
        return open_descriptor(temporary, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL)
    except OSError as error:
        raise _unwritable(path, HEADER_SIZE, error) from error


def _unwritable(path: Path, count: int, error: OSError) -> EvosweepError:
    make_room = "make room and " if error.errno in _FULL else ""
    return EvosweepError(
        f"{path}: cannot write {count} bytes of the journal ({error.strerror}); {make_room}call "
        "the same command again, it continues from here"
    )


def _take(fd: int, path: Path) -> None:
    if not lock.acquire(fd, path):
        raise Locked(
            f"{path}: another process writes to the journal; wait for it or stop it, then call "
            "again"
        )


def _leads_to(path: Path, fd: int) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False
