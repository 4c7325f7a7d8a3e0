"""The only functions that open files in a folder of results; `files.writing` writes them.

Results may come from another user, another machine or an archive. Instead of a file, a name may
lead to a link out of the folder, a pipe on which a reader waits for ever, or a device without an
end. So these functions open only regular files, follow no links, and read at most the number of
bytes that the caller allows. The folder of results itself may be a link, since its owner chose it.
"""

import errno
import os
import stat
import time
from pathlib import Path
from typing import BinaryIO

from evosweep.errors import Damaged, InputError, shown
from evosweep.files.held import held, held_parent

_SAFE = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_TRIES, _PAUSE = 10, 0.2  # seconds


def open_descriptor(
    path: Path, flags: int = os.O_RDONLY, mode: int = 0o666, *, inside: Path | None = None
) -> int:
    """Return a descriptor of the regular file at `path`.

    With `inside`, a folder above it, no link between the two is followed, even if it came there a
    moment ago: for whatever is written.

    Raises
    ------
    Damaged
        If `path` is a link, a pipe, a device or a folder.
    OSError
        For the same reasons as in `os.open`; for instance `FileNotFoundError`.
    """
    try:
        descriptor = _opened(path, flags | _SAFE, mode, inside)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Damaged(path.parent, path.name, "is a link, and links are not followed") from None
        if error.errno in (errno.ENXIO, errno.EISDIR):
            raise Damaged(path.parent, path.name, "is no regular file") from None
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Damaged(path.parent, path.name, "is no regular file")
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _opened(path: Path, flags: int, mode: int, inside: Path | None) -> int:
    """Call `os.open`, and call it again if a shared file system lags behind other hosts.

    If two hosts create a file at once, MooseFS says that it exists even without O_EXCL. If another
    host has removed a file, sshfs says that it is missing even with O_CREAT.
    """
    may_be_made = flags & os.O_CREAT and not flags & os.O_EXCL
    for _ in range(_TRIES):
        try:
            return _opened_once(path, flags, mode, inside)
        except FileExistsError:
            if not may_be_made:
                raise
        except FileNotFoundError:
            if not may_be_made or not path.parent.is_dir():
                raise
            time.sleep(_PAUSE)
    return _opened_once(path, flags, mode, inside)


def _opened_once(path: Path, flags: int, mode: int, inside: Path | None) -> int:
    if inside is None:
        return os.open(path, flags, mode)
    with held_parent(path, inside) as folder:
        return os.open(path.name, flags, mode, dir_fd=folder)


def open_file(path: Path) -> BinaryIO:
    """Return the regular file at `path`, open for reading bytes; raises as `open_descriptor`."""
    return os.fdopen(open_descriptor(path), "rb")


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the content of a regular file; raises `Damaged` above `limit` bytes."""
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = b"" if size > limit else file.read(limit + 1)
    if max(size, len(content)) > limit:
        raise Damaged(path.parent, path.name, f"has {size} bytes; at most {limit} are read")
    return content


def open_named(path: Path) -> BinaryIO:
    """Return the file that a user names, open for reading bytes; unlike in results, it may be a
    link.

    Raises
    ------
    InputError
        If it is no regular file.
    OSError
        For the same reasons as in `os.open`.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError:  # no path of any system has a null character
        raise InputError(f"{shown(str(path))}: is no name of a file") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError(f"{path}: is no regular file")
    return os.fdopen(descriptor, "rb")


def read_named(path: Path, limit: int) -> bytes:
    """Return the content of a file that a user names; raises as `open_named`, and `InputError`
    above `limit` bytes."""
    with open_named(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise InputError(f"{path}: has more than {limit} bytes, and no more are read")
    return content


def read_text(path: Path, limit: int) -> str:
    """Return the text of a file that a user names; raises as `read_named`, and `InputError` if it
    is no UTF-8."""
    try:
        return read_named(path, limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is no UTF-8 text: {error.reason}") from None


def last_bytes(path: Path, most: int) -> bytes:
    """Return the end of a regular file, at most `most` bytes of it; raises as `open_descriptor`."""
    with open_file(path) as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - most))
        return file.read(most)


def is_file(path: Path) -> bool:
    """Return True if there is a regular file at `path`; False for a link."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Return True if there is a folder at `path`; False for a link."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def obstacle(folder: Path) -> str:
    """Return why a missing folder cannot be made, as one clause; empty if its parent exists.

    It follows links, since the path is the user's own choice.
    """
    places = (folder, *folder.absolute().parents)
    existing = next(path for path in places if os.path.lexists(path))
    if not existing.exists():
        where = existing.readlink()
        return f"{existing} is a link to {where}, which is not there: mount its disk, or remove it"
    return "" if existing.is_dir() else f"{existing} is not a folder"


def output_folder(inside: Path, *names: str) -> Path:
    """Return the folder `inside/names...` for output, and make it if it is missing.

    `inside` is the caller's own choice and may be a link. Raises `Damaged` if a folder below it
    is a link, which would lead the output elsewhere, or is no folder.
    """
    inside.mkdir(parents=True, exist_ok=True)
    with held(inside, *names, make=True):
        return inside.joinpath(*names)


def check_output(folder: Path, inside: Path) -> None:
    """Raise `Damaged` if a part of the path of an output folder below `inside` is no real
    folder."""
    place = inside
    for part in folder.relative_to(inside).parts:
        place = place / part
        if os.path.lexists(place) and not is_folder(place):
            raise Damaged(place.parent, part, "is a link or no folder; nothing is written there")


def check_own(path: Path) -> None:
    """Raise `Damaged` if `path`, which a library will open, exists and is no regular file."""
    if os.path.lexists(path) and not is_file(path):
        raise Damaged(path.parent, path.name, "is a link or no regular file; remove it")
