"""The only functions that write, rename and remove files in a folder of results.

Files are written whole or not at all, by a temporary file and a rename. Each function takes
`inside`, the folder of the caller's own choice: below it no link is followed, even if it came there
a moment ago (`files.held`). Without `inside`, that is the folder of the file.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TextIO

from evosweep.errors import EvosweepError
from evosweep.files import json_layout, strict_json
from evosweep.files.held import held, held_parent
from evosweep.files.opening import open_descriptor, open_file

_DRAFT = re.compile(r"\..+\.[0-9a-f]{12}")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_json(
    path: Path, data: Mapping[str, object], *, inside: Path | None = None, sync: bool = True
) -> None:
    """Write JSON as `write_whole` does; genomes, which are long, stay on one line."""
    write_whole(path, as_json(data), inside=inside, sync=sync)


def as_json(data: Mapping[str, object]) -> bytes:
    """Return the content of a document, as `write_json` writes it."""
    try:
        text = json_layout.lines(data)
    except ValueError:
        text = json_layout.lines(strict_json.strict(data))
    return f"{text}\n".encode(errors="backslashreplace")


def forget_drafts(folder: Path, *, inside: Path | None = None) -> None:
    """Remove temporary files of `write_whole` in a folder that nobody else writes to."""
    for path in folder.iterdir():
        if _DRAFT.fullmatch(path.name):
            remove(path, inside=inside)


def temporary_for(path: Path) -> Path:
    """Return a new name beside `path` that no other process uses, on any host."""
    return path.with_name(_draft_of(path.name))


def _draft_of(name: str) -> str:
    return f".{name}.{os.urandom(6).hex()}"


def write_whole(
    path: Path, content: bytes, *, inside: Path | None = None, sync: bool = True
) -> None:
    """Write a temporary file, flush it to the disk, and rename it to `path`.

    It replaces what is at `path`. If that is a link, the link is replaced, not its target. Without
    `sync`, for files that nobody needs after a power failure, the disk may have it later.

    Raises
    ------
    EvosweepError
        With path and reason, if the file cannot be written.
    """
    try:
        with held_parent(path, inside) as folder, Draft(folder, path.name) as draft:
            try:
                write_all_of(draft, content)
                if sync:
                    os.fsync(draft)
            finally:
                os.close(draft)
    except OSError as error:
        raise unwritable(path, f"{len(content)} bytes", error) from error


@contextmanager
def replacement(path: Path, *, inside: Path | None = None) -> Iterator[BinaryIO]:
    """Yield a new file that replaces what is at `path` when the block ends without an error."""
    with (
        held_parent(path, inside) as folder,
        Draft(folder, path.name) as draft,
        os.fdopen(draft, "wb") as file,
    ):
        yield file


class Draft:
    """A new file in an open folder, whose descriptor the block gets and closes.

    It replaces the file `name` there when the block ends without an error.
    """

    __slots__ = ("_draft", "_folder", "_name")

    def __init__(self, folder: int, name: str) -> None:
        self._folder, self._name, self._draft = folder, name, _draft_of(name)

    def __enter__(self) -> int:
        return os.open(self._draft, _NEW, 0o666, dir_fd=self._folder)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.rename()
        except BaseException:
            self.remove()
            raise
        if kind is not None:
            self.remove()

    def rename(self) -> None:
        """Give the file its name."""
        os.replace(self._draft, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)

    def remove(self) -> None:
        """Remove the file, which has no name yet."""
        with suppress(OSError):
            os.unlink(self._draft, dir_fd=self._folder)


def write_all_of(descriptor: int, content: bytes) -> None:
    """Write a whole content at the end of an open file."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def copy_file(source: Path, target: Path, *, inside: Path | None = None) -> None:
    """Copy a regular file to `target`, replacing what is there; no link is followed."""
    with open_file(source) as original:
        remove(target, inside=inside)
        copy = open_descriptor(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, inside=inside)
        with os.fdopen(copy, "wb") as file:
            shutil.copyfileobj(original, file, 2**20)


def write_all(folder: Path, contents: Mapping[str, Path | bytes], *, inside: Path) -> None:
    """Write copies of files, and contents, into a folder, which is made if it is missing.

    Each name leads to a place in the folder, where it replaces what is there. All files of a place
    are written through one descriptor of it, since each walk to it costs as much as a small file.
    The disk may have them later: for files that can be made again.
    """
    if not inside.is_dir():
        inside.mkdir(parents=True, exist_ok=True)
    start = folder.relative_to(inside).parts
    for place, names in _by_place(contents).items():
        with held(inside, *start, *place, make=True) as descriptor:
            for name in names:
                _put(descriptor, folder / name, contents[name])


def _by_place(names: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    """Return the names by the folders that lead to each."""
    places: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        places.setdefault(PurePosixPath(name).parts[:-1], []).append(name)
    return places


def _put(folder: int, path: Path, content: Path | bytes) -> None:
    """Write a file into the folder with the descriptor `folder`, which is that of `path`."""
    if isinstance(content, bytes):
        _put_pieces(folder, path, [content])
        return
    original = open_descriptor(content)
    try:
        _put_pieces(folder, path, iter(lambda: os.read(original, 2**20), b""))
    finally:
        os.close(original)


def _put_pieces(folder: int, path: Path, pieces: Iterable[bytes]) -> None:
    try:
        file = _new_file(folder, path.name)
        try:
            for piece in pieces:
                write_all_of(file, piece)
        finally:
            os.close(file)
    except OSError as error:
        raise unwritable(path, "it", error) from error


def _new_file(folder: int, name: str) -> int:
    """Return a descriptor of a new file, which replaces the one of this name."""
    try:
        return os.open(name, _NEW, 0o666, dir_fd=folder)
    except FileExistsError:
        os.unlink(name, dir_fd=folder)
        return os.open(name, _NEW, 0o666, dir_fd=folder)


def unwritable(path: Path, what: str, error: OSError) -> EvosweepError:
    """Return the error for a file that cannot be written."""
    return EvosweepError(
        f"{path}: cannot write {what} ({error.strerror}); "
        "make room, or make it writable, and call the same command again"
    )


def remove(path: Path, *, inside: Path | None = None) -> None:
    """Remove a file, or a link itself, if there is one."""
    with suppress(FileNotFoundError), held_parent(path, inside) as folder:
        os.unlink(path.name, dir_fd=folder)


def remove_folder(path: Path, *, inside: Path | None = None) -> None:
    """Remove a folder with all that is in it; links in it are removed, and not followed."""
    with held_parent(path, inside) as folder:
        shutil.rmtree(path.name, dir_fd=folder)


def move(path: Path, target: Path, *, inside: Path) -> None:
    """Rename a file or a folder, replacing what is at `target`; both lie below `inside`."""
    with held_parent(path, inside) as source, held_parent(target, inside) as folder:
        os.replace(path.name, target.name, src_dir_fd=source, dst_dir_fd=folder)


def remove_empty(path: Path, *, inside: Path | None = None) -> None:
    """Remove an empty folder."""
    with held_parent(path, inside) as folder:
        os.rmdir(path.name, dir_fd=folder)


def open_log(path: Path, *, inside: Path) -> TextIO:
    """Return the file at `path`, emptied, for the output of a program."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.fdopen(open_descriptor(path, flags, inside=inside), "w")


def write_new(path: Path, content: bytes, *, inside: Path) -> None:
    """Write a file that is not there yet; for drafts, which are renamed when they are whole."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(open_descriptor(path, flags, inside=inside), "wb") as file:
        file.write(content)


def make_mark(path: Path, *, inside: Path) -> None:
    """Make an empty file, and the folders below `inside` that lead to it, if they are missing."""
    with held_parent(path, inside, make=True) as folder, suppress(FileExistsError):
        os.close(os.open(path.name, _NEW, 0o666, dir_fd=folder))


@contextmanager
def folder_replacement(path: Path, *, inside: Path) -> Iterator[Path]:
    """Yield a new folder that replaces the one at `path` when the block ends without an error.

    Until then only this user can enter it, and its yielded path leads to it by its descriptor. So
    programs that know nothing of descriptors can write into it, whatever happens to its name.
    """
    draft = temporary_for(path).name
    with held_parent(path, inside) as parent:
        os.mkdir(draft, dir_fd=parent)
        try:
            with _private(draft, parent) as folder:
                yield Path(f"/proc/self/fd/{folder}")
            with suppress(FileNotFoundError):
                shutil.rmtree(path.name, dir_fd=parent)
            os.rename(draft, path.name, src_dir_fd=parent, dst_dir_fd=parent)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True, dir_fd=parent)
            raise


@contextmanager
def _private(name: str, parent: int) -> Iterator[int]:
    """Yield a descriptor of a folder that has mode 0700 for the length of the block."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(name, flags, dir_fd=parent)
    try:
        mode = os.fstat(folder).st_mode
        os.fchmod(folder, 0o700)
        yield folder
        os.fchmod(folder, mode & 0o7777)
    finally:
        os.close(folder)
