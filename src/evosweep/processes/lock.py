"""Locks that the kernel releases however their holder ends.

`Lock` is refused at once if another process has it, with that process's name; `queue` waits.
A file system without locks is told apart from a lock that is held.
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

from evosweep.errors import EvosweepError, InputError
from evosweep.files.opening import open_descriptor

SWITCH = "EVOSWEEP_LOCKS"
"""`none`: do without locks, where the caller knows that nothing else works on the folder."""

TOKEN = os.urandom(8).hex()
"""Distinguishes this process from all others, also from one with its number on another host."""

_LONGEST = 4096  # bytes of a lock's text
_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_UNSUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF)


class Locked(EvosweepError):
    """Another process holds the lock: trying again later may help."""

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
        What is locked, as the message of the second process begins.

    Raises
    ------
    Locked
        At once, if another process has it; names host, process and time.
    NoLocks
        If the file system has none.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.path, self.what = path, what

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
        with suppress(OSError):
            if self._is_mine():
                self.path.unlink()
        os.close(self._fd)

    def _is_mine(self) -> bool:
        """Return True if no other host has got the lock, which this one may have lost meanwhile."""
        fd = open_descriptor(self.path)
        try:
            text = os.pread(fd, _LONGEST, 0)
        finally:
            os.close(fd)
        return not text or TOKEN.encode() in text

    def _open(self) -> int:
        try:
            return _open(self.path)
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
def queue(path: Path, tell: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """The exclusive lock on `path`, waited for; the file stays.

    `tell` is called once with the holder's name if there is something to wait for. Raises
    OSError if the file cannot be made, and `NoLocks`.
    """
    fd = _open(path)
    try:
        if not acquire(fd, path):
            tell(holder(fd))
            acquire(fd, path, wait=True)
        _sign(fd)
        yield
    finally:
        os.close(fd)


def is_used() -> bool:
    """Return True if locks are taken at all here."""
    return os.environ.get(SWITCH) != "none"


def acquire(fd: int, path: Path, *, wait: bool = False) -> bool:
    """Return the exclusive lock on an open file; False if another process has it.

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
    """Raise `NoLocks` if the file system of a folder has none, also before it is made.

    A folder that cannot be written to is no concern of this.
    """
    import tempfile

    whole = folder.absolute()
    there = next(path for path in (whole, *whole.parents) if path.is_dir())
    with suppress(OSError), tempfile.TemporaryFile(dir=there) as file:
        acquire(file.fileno(), whole / "lock")


def holder(fd: int) -> str:
    """Who holds the lock on an open file, by what is written in it."""
    try:
        who = json.loads(os.pread(fd, _LONGEST, 0))
        name = f"process {int(who['pid'])} on {who['host']!s:.64}"
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(who["since"])))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return "another process"
    return f"{name}, since {since},"


@cache
def boot_id() -> str:
    """This start of this machine's kernel; empty if the system has no such name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _open(path: Path) -> int:
    """Return the lock's file; its text names processes, which is nobody else's concern."""
    return open_descriptor(path, os.O_RDWR | os.O_CREAT, 0o600)


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
