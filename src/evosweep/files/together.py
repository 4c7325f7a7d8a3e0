"""Write several files of a folder so that they come to the disk together.

A file comes to the disk in two steps: the file system writes its data, and then commits its notes
on all files, which takes longer. If the data of several files are under way before the first
commit, that one serves all of them.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from evosweep.files.held import held_parent
from evosweep.files.writing import Draft, unwritable, write_all_of


@dataclass
class _File:
    path: Path
    draft: Draft
    descriptor: int
    size: int
    is_named: bool = False


class Together:
    """Files of one folder, each written as a draft that is renamed; no link is followed.

    At the end of the block, drafts without a name are removed.

    Raises
    ------
    EvosweepError
        With path and reason, if a file cannot be written, synced or renamed.
    """

    def __init__(self, folder: Path, *, inside: Path) -> None:
        self._path, self._held = folder, held_parent(folder / "file", inside)
        self._files: list[_File] = []

    def __enter__(self) -> "Together":
        self._folder = self._held.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files:
            os.close(file.descriptor)
            if not file.is_named:
                file.draft.remove()
        self._held.__exit__()

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whose data the kernel begins to bring to the disk."""
        path = self._path / name
        try:
            draft = Draft(self._folder, name)
            file = _File(path, draft, draft.__enter__(), len(content))
            self._files.append(file)
            write_all_of(file.descriptor, content)
        except OSError as error:
            raise unwritable(path, f"{len(content)} bytes", error) from error
        with suppress(OSError, AttributeError):  # a system or a file system that has no advice
            os.posix_fadvise(file.descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def sync(self) -> None:
        """Return once all files are on the disk."""
        self._each(lambda file: os.fsync(file.descriptor))

    def place(self) -> None:
        """Give the files that were written since the last call their names, in their order."""
        self._each(_rename)

    def _each(self, act: Callable[[_File], None]) -> None:
        for file in self._files:
            try:
                act(file)
            except OSError as error:
                raise unwritable(file.path, f"{file.size} bytes", error) from error


def _rename(file: _File) -> None:
    if not file.is_named:
        file.draft.rename()
        file.is_named = True
