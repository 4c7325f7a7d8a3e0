"""File locks, which the kernel releases in whichever way their holder ends.

`Lock` raises at once if another process holds it, and names that process; `queue` waits for it.
A file system that has no locks raises another error than a lock that is held.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from evosweep.errors import Damaged, EvosweepError, InputError
from evosweep.files import strict_json
from evosweep.files.mount import mount_of
from evosweep.files.opening import open_descriptor
from evosweep.files.writing import remove

SWITCH = "EVOSWEEP_LOCKS"
"""`none` switches locks off, for users who know that nothing else works on the folder."""

TOKEN = os.urandom(8).hex()
"""Distinguishes this process from all others, also from a namesake on another host."""

_LONGEST = 4096  # bytes of a lock's text
_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_UNSUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF)


class Locked(EvosweepError):
    """Another process holds the lock; another attempt later may succeed."""

    exit_code = 75


class NoLocks(InputError):
    """The file system has no locks."""


class Lock:
    """An exclusive lock on `path`, held until the block ends or the process dies in any way.

    Programs that the holder starts do not inherit it. The file names its holder, and is removed
    with the lock.

    Parameters
    ----------
    path
        The lock's file, made if it is missing, readable by its owner alone.
    what
        What the lock protects: the first words of the error message.
    inside
        A folder above the file, below which no link is followed.

    Raises
    ------
    Locked
        At once, if another process has it; names host, process and time.
    NoLocks
        If the file system has none.
    """

    def __init__(self, path: Path, what: str, *, inside: Path | None = None) -> None:
        self.path, self.what, self._inside = path, what, inside

    def __enter__(self) -> "Lock":
        while True:
            self._fd = self._open()
            try:
                self._take()
            except BaseException:
                os.close(self._fd)
                raise
            if self._still_there():
                break
            os.close(self._fd)  # its holder finished and removed the file in between
        _sign(self._fd)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError, Damaged):
            if self._is_mine():
                remove(self.path, inside=self._inside)
        os.close(self._fd)

    def _is_mine(self) -> bool:
        """Return True if this host still has the lock; a network may have given it to another."""
        fd = open_descriptor(self.path)
        try:
            text = os.pread(fd, _LONGEST, 0)
        finally:
            os.close(fd)
        return not text or TOKEN.encode() in text

    def _open(self) -> int:
        try:
            return _open(self.path, self._inside)
        except PermissionError:
            with suppress(FileNotFoundError):  # then the folder itself is not this user's
                if (owner := self.path.stat().st_uid) != os.geteuid():
                    raise Locked(
                        f"{self.what}: user {owner} works on it, or did and was killed: wait, or "
                        f"remove {self.path} where nothing works on it"
                    ) from None
            raise

    def _take(self) -> None:
        if not acquire(self._fd, self.path):
            raise Locked(
                f"{self.what}: {holder(self._fd)} works on it; wait for it or stop it, then call "
                "again"
            )

    def _still_there(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._fd), self.path.stat())
        except FileNotFoundError:
            return False


@contextmanager
def queue(
    path: Path, tell: Callable[[str], None] = lambda _: None, *, inside: Path | None = None
) -> Iterator[None]:
    """Hold an exclusive lock on `path` for the block, after waiting for it; the file stays.

    If another process holds the lock, `tell` is called once with its name. Raises OSError if the
    file cannot be made, and `NoLocks`.
    """
    fd = _open(path, inside)
    try:
        if not acquire(fd, path):
            tell(holder(fd))
            acquire(fd, path, wait=True)
        _sign(fd)
        yield
    finally:
        os.close(fd)


def is_used() -> bool:
    """Return False if the user has switched locks off."""
    return os.environ.get(SWITCH) != "none"


def acquire(fd: int, path: Path, *, wait: bool = False) -> bool:
    """Lock an open file exclusively; returns False if another process holds the lock.

    Raises `NoLocks` if the file system of `path` has no locks.
    """
    if not is_used():
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno in _UNSUPPORTED:
            raise NoLocks(
                f"{path.parent}: this file system has no locks ({error.strerror}), so two "
                "processes could work on one run; use a folder on another file system, mount it "
                f"with locks, or set {SWITCH}=none where nothing else works there"
            ) from error
        raise
    return True


def probe(folder: Path) -> None:
    """Raise `NoLocks` if the file system of a folder has no locks; the folder need not exist yet.

    A folder that cannot be written to raises nothing here.
    """
    import tempfile

    with suppress(OSError), tempfile.TemporaryFile(dir=_there(folder)) as file:
        acquire(file.fileno(), folder.absolute() / "lock")


def one_host_only(folder: Path) -> str:
    """Return the kind of a folder's file system if other hosts do not see its locks, else ""."""
    mount = mount_of(_there(folder))
    return mount.kind if mount is not None and mount.locks_hold_on_one_host else ""


def _there(folder: Path) -> Path:
    """Return the folder, or its nearest parent that exists."""
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if path.is_dir())


def holder(fd: int) -> str:
    """Return the name of the process that holds the lock on an open file, as the file states it."""
    try:
        who: Any = strict_json.loads(os.pread(fd, _LONGEST, 0))
        name = f"process {int(who['pid'])} on {who['host']!s:.64}"
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(who["since"])))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return "another process"
    return f"{name}, since {since},"


@cache
def boot_id() -> str:
    """Return the kernel's boot id, new at each start of the machine; empty if there is none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _open(path: Path, inside: Path | None) -> int:
    """Open the lock's file, readable by its owner alone, since it names processes."""
    return open_descriptor(path, os.O_RDWR | os.O_CREAT, 0o600, inside=inside)


def _sign(fd: int) -> None:
    me = {
        "host": os.uname().nodename,
        "pid": os.getpid(),
        "since": time.time(),
        "boot": boot_id(),
        "token": TOKEN,
    }
    with suppress(OSError):  # a full disk costs the name in a message, not the lock
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(me).encode(), 0)
