"""A disk under a cache of the system: what programs see, and what a power failure leaves of it.

Programs see every write at once. On the disk are only those that were synced. A power failure
keeps of the others whatever it happens to keep: each sector of each write is there or not, in any
order, and a new name is there or not, too, if nobody has synced its folder (Pillai et al., All file
systems are not created equal, OSDI 2014; SQLite, Atomic commit, section 2).
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from evosweep.files import opening
from evosweep.records import journal_file

SECTOR = 512


@dataclass
class _File:
    """What is on the disk of a file, and what is only in the cache."""

    durable: bytearray = field(default_factory=bytearray)
    cached: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes) of each write, (size, None) of each truncation, in their order."""

    def sync(self) -> None:
        for at, data in self.cached:
            _change(self.durable, at, data)
        self.cached.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        """The content after a power failure."""
        likely = chance.choice((0.0, 0.5, 0.9, 1.0))
        for at, data in self.cached:
            for start, piece in _sectors(at, data):
                if chance.random() < likely:
                    _change(self.durable, start, piece)
        self.cached.clear()
        return bytes(self.durable)


def _sectors(at: int, data: bytes | None) -> Iterator[tuple[int, bytes | None]]:
    if data is None:
        yield at, None
        return
    start = 0
    while start < len(data):
        end = min(len(data), (at + start) // SECTOR * SECTOR + SECTOR - at)
        yield at + start, data[start:end]
        start = end


def _change(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
        return
    content.extend(bytes(max(0, at + len(data) - len(content))))
    content[at : at + len(data)] = data


class Disk:
    """One folder on a simulated disk.

    Parameters
    ----------
    folder
        An empty real folder, in memory if possible. It has what programs see.
    chance
        Decides what a power failure leaves.
    step
        Called before each act on the disk, with its name. It may raise an `OSError`, as a disk
        does, or anything that ends the process. It returns the bytes for which there is room, or
        None if there is enough.
    """

    def __init__(
        self, folder: Path, chance: random.Random, step: Callable[[str], int | None]
    ) -> None:
        self.folder, self._chance, self._step = folder, chance, step
        self._files: dict[int, _File] = {}
        self._names: dict[str, int] = {}
        """The names on the disk, with the inodes of their files."""
        self._renamed: list[tuple[str | None, str, int]] = []
        """(old name, new name, inode) of what is only in the cache."""

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """Let the journal write to this disk for the length of the block."""
        own = {name: getattr(os, name) for name in dir(os) if not name.startswith("__")}
        own |= {
            "open": self._open,
            "write": self._write,
            "fdatasync": self._sync,
            "fsync": self._sync,
            "ftruncate": self._truncate,
        }
        acting = SimpleNamespace(**own)
        with (
            patch.object(opening, "os", acting),
            patch.object(journal_file, "os", acting),
            patch.object(Path, "replace", self._replacing()),
        ):
            yield

    def cut_power(self) -> None:
        """Leave in the folder what a power failure leaves."""
        for old, new, number in self._renamed[: self._chance.randint(0, len(self._renamed))]:
            self._rename(old, new, number)
        self._renamed.clear()
        left = {name: self._files[number] for name, number in self._names.items()}
        for path in self.folder.iterdir():
            path.unlink()
        self._files.clear()
        for name, file in left.items():
            path = self.folder / name
            path.write_bytes(file.after_cut(self._chance))
            self._names[name] = path.stat().st_ino
            self._files[self._names[name]] = file

    def remove(self, name: str) -> None:
        """Remove a file, at once and for good."""
        (self.folder / name).unlink(missing_ok=True)
        self._renamed.clear()
        self._names.pop(name, None)

    def put(self, name: str, content: bytes) -> None:
        """Replace a file, at once and for good, as another host does."""
        draft = self.folder / "other"
        draft.write_bytes(content)
        number = draft.stat().st_ino
        draft.rename(self.folder / name)
        self._files[number] = _File(bytearray(content))
        self._renamed.clear()
        self._names[name] = number

    def _open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        is_new = bool(flags & os.O_CREAT) and not os.path.lexists(path)
        if is_new:
            self._step("create")
        fd = os.open(path, flags, mode)
        if is_new:
            number = os.fstat(fd).st_ino
            self._files[number] = _File()
            self._renamed.append((None, path.name, number))
        return fd

    def _write(self, fd: int, data: memoryview) -> int:
        room = self._step("write")
        taken = data if room is None else data[:room]
        at = os.fstat(fd).st_size
        os.write(fd, taken)
        self._file(fd).cached.append((at, bytes(taken)))
        return len(taken)

    def _truncate(self, fd: int, size: int) -> None:
        self._step("truncate")
        os.ftruncate(fd, size)
        self._file(fd).cached.append((size, None))

    def _sync(self, fd: int) -> None:
        self._step("sync")
        if os.path.samestat(os.fstat(fd), self.folder.stat()):
            for change in self._renamed:
                self._rename(*change)
            self._renamed.clear()
        else:
            self._file(fd).sync()

    def _file(self, fd: int) -> _File:
        return self._files[os.fstat(fd).st_ino]

    def _rename(self, old: str | None, new: str, number: int) -> None:
        if old is not None:
            self._names.pop(old, None)
        self._names[new] = number

    def _replacing(self) -> Callable[[Path, Path], Path]:
        real = Path.replace

        def replace(path: Path, target: Path) -> Path:
            self._step("rename")
            number = path.stat().st_ino
            moved = real(path, target)
            self._renamed.append((path.name, target.name, number))
            return moved

        return replace
