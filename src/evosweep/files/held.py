"""Folders that stay the same while they are written to, whatever their names lead to meanwhile.

Between a look at a folder and a write into it, another user of a shared folder may exchange it for
a link to somewhere else. So the path of an output is walked once, from the folder that the caller
has chosen, and no link is followed on the way. The descriptor at its end is the folder itself: what
is made, renamed or removed relative to it stays in it.
"""

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from evosweep.errors import Damaged

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW = _FOLDER | os.O_NOFOLLOW


class Held:
    """The folder `inside/names...`, whose descriptor the `with` block gets.

    A run enters its folders some forty times, so their paths are texts here.
    """

    __slots__ = ("_fd", "_inside", "_make", "_names")

    def __init__(self, inside: str, names: Sequence[str], *, make: bool = False) -> None:
        self._inside, self._names, self._make = inside, names, make

    def __enter__(self) -> int:
        fd = os.open(self._inside, _FOLDER)
        for place in range(len(self._names)):
            try:
                below = self._entered(fd, place)
            finally:
                os.close(fd)
            fd = below
        self._fd = fd
        return fd

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def _entered(self, fd: int, place: int) -> int:
        """Return a descriptor of the folder `names[place]` in the folder with the descriptor
        `fd`."""
        name = self._names[place]
        try:
            return self._opened(fd, name)
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
        reason = "is no folder, and one is needed"
        with suppress(OSError):
            if stat.S_ISLNK(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
                reason = "is a link, and nothing is written through one"
        raise Damaged(Path(self._inside, *self._names[:place]), name, reason)

    def _opened(self, fd: int, name: str) -> int:
        try:
            return os.open(name, _BELOW, dir_fd=fd)
        except FileNotFoundError:
            if not self._make:
                raise
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=fd)
        return os.open(name, _BELOW, dir_fd=fd)


def held(inside: Path, *names: str, make: bool = False) -> Held:
    """Return a block with a descriptor of the folder `inside/names...` for functions with `dir_fd`.

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
        At the block's start, if one of the names is a link, or no folder.
    OSError
        For the same reasons as in `os.open`; for instance `FileNotFoundError`.
    """
    return Held(str(inside), names, make=make)


def held_parent(path: Path, inside: Path | None, *, make: bool = False) -> Held:
    """Return a block with a descriptor of the folder of `path`; raises as `held`.

    Without `inside`, the folder of `path` is the caller's own choice and may be a link.
    """
    if inside is None:
        return Held(str(path.parent), ())
    below = f"{inside}/"
    whole = str(path)
    if whole.startswith(below):
        return Held(str(inside), whole[len(below) :].split("/")[:-1], make=make)
    return Held(str(inside), path.parent.relative_to(inside).parts, make=make)
