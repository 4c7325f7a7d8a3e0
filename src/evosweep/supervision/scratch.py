"""Private folders of jobs in TMPDIR; a later job removes the folders of killed ones."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evosweep.errors import EvosweepError
from evosweep.processes import lock

_PREFIX = "evosweep-job-"
_LOCK = "lock"


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """Make a new folder below `parent` that exists for the block.

    A lock tells others that the folder is in use. A process number would not do, since they may run
    on another host or in another container. The folder gets its name after it is locked.
    """
    remove_abandoned(parent)
    new = Path(tempfile.mkdtemp(prefix=".evosweep-new-", dir=parent))
    fd = os.open(new / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with suppress(lock.NoLocks):  # then nobody ever removes the folder of a killed process
            lock.acquire(fd, new / _LOCK)
        folder = parent / new.name.replace(".evosweep-new-", _PREFIX)
        new.rename(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(fd)


def remove_abandoned(parent: Path) -> None:
    """Remove this user's folders whose owner was killed before it could remove them."""
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            with suppress(OSError, EvosweepError, RecursionError):
                if _is_mine(entry) and _is_abandoned(Path(entry.path)):
                    shutil.rmtree(entry.path, ignore_errors=True)


def _is_mine(entry: "os.DirEntry[str]") -> bool:
    return (
        entry.name.startswith(_PREFIX)
        and entry.is_dir(follow_symlinks=False)
        and entry.stat(follow_symlinks=False).st_uid == os.getuid()
    )


def _is_abandoned(folder: Path) -> bool:
    """Return True if no process holds the folder's lock; False if the lock cannot be tried."""
    fd = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.environ.get(lock.SWITCH) != "none" and lock.acquire(fd, folder / _LOCK)
    finally:
        os.close(fd)
