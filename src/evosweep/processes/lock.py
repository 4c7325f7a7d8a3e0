"""A lock that the kernel releases: two processes never work on one folder.

The file names its holder, for the message that the second one prints.
"""

import fcntl
import json
import os
import platform
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from evosweep.errors import EvosweepError


class Locked(EvosweepError):
    """Another process holds the lock."""


class Lock:
    """An exclusive lock on `path`, held until the block ends or the process dies in any way.

    Raises `Locked` at once, naming the holder, where another process has it; the lock is not
    inherited by programs that the holder starts.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.path, self.what = path, what

    def __enter__(self) -> "Lock":
        while True:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = _holder(self._fd)
                os.close(self._fd)
                raise Locked(
                    f"{self.what}: {holder} works on it; wait for it or stop it, then call again"
                ) from error
            if self._still_there():
                break
            os.close(self._fd)  # its holder finished and removed the file in between
        me = json.dumps({"pid": os.getpid(), "host": platform.node()})
        os.ftruncate(self._fd, 0)
        with suppress(OSError):  # a full disk costs the name in a message, not the lock
            os.pwrite(self._fd, me.encode(), 0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self.path.unlink()
        os.close(self._fd)

    def _still_there(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._fd), self.path.stat())
        except FileNotFoundError:
            return False


def _holder(fd: int) -> str:
    try:
        who = json.loads(os.pread(fd, 4096, 0))
        return f"process {who['pid']} on {who['host']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
