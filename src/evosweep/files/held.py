"""Folders that stay the same while they are written to, whatever their names lead to meanwhile.

Between a look at a folder and a write into it, another user of a shared folder may exchange it for
a link to somewhere else. So the path of an output is walked once, from the folder that the caller
has chosen, and no link is followed on the way. The descriptor at its end is the folder itself: what
is made, renamed or removed relative to it stays in it.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evosweep.errors import Damaged

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def held(inside: Path, *names: str, make: bool = False) -> Iterator[int]:
    """Yield a descriptor of the folder `inside/names...` for functions with `dir_fd`.

    `inside` is the caller's own choice and may be a link; a name below it may not.

    Parameters
    ----------
    inside
        A folder that exists.
    names
        The folders below it that lead to the wanted one.
    make
        Whether to make the missing ones.

    Raises
    ------
    Damaged
        If one of the names is a link, or no folder.
    OSError
        For the same reasons as in `os.open`; for instance `FileNotFoundError`.
    """
    fd = os.open(inside, _FOLDER)
    try:
        for name in names:
            inside = inside / name
            below = _entered(fd, inside, make)
            os.close(fd)
            fd = below
        yield fd
    finally:
        os.close(fd)


@contextmanager
def held_parent(path: Path, inside: Path | None) -> Iterator[int]:
    """Yield a descriptor of the folder of `path`; raises as `held`.

    Without `inside`, the folder of `path` is the caller's own choice and may be a link.
    """
    below = () if inside is None else path.parent.relative_to(inside).parts
    with held(inside or path.parent, *below) as folder:
        yield folder


def _entered(fd: int, path: Path, make: bool) -> int:
    """Return a descriptor of the folder `path.name` in the folder with the descriptor `fd`."""
    if make:
        with suppress(FileExistsError):
            os.mkdir(path.name, dir_fd=fd)
    try:
        return os.open(path.name, _FOLDER | os.O_NOFOLLOW, dir_fd=fd)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
    reason = "is no folder, and one is needed"
    with suppress(OSError):
        if stat.S_ISLNK(os.stat(path.name, dir_fd=fd, follow_symlinks=False).st_mode):
            reason = "is a link, and nothing is written through one"
    raise Damaged(path.parent, path.name, reason)
