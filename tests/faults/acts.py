"""What a process does to the files of a run, act by act, and the window before each act.

Test programs use it on themselves: `watch` calls a function before each act, which may end or stop
the process there. An entry of the journal is written in two halves, as a kernel may do it.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from windows import (
    AFTER_LAST,
    BEFORE_FIRST,
    BETWEEN,
    DONE,
    NEW_JOURNAL,
    REPLAY,
    START,
    UNNAMED,
    UNSYNCED,
    WITHIN,
)

_AUDITED = {"os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir"}
_CALLS = ("write", "fsync", "fdatasync", "ftruncate", "pwrite", "pread")
_SYNCS = ("fsync", "fdatasync")
_DESCRIPTOR = {"os.rename": 2, "os.remove": 1, "os.mkdir": 2, "os.rmdir": 1}
"""The argument of an event that has the descriptor of the folder."""
_OF_RUNS = (
    *(".record.json.", ".population.", ".logbook.", ".failure.json.", ".running.json."),
    *("run.lock", "interruptions."),
)
"""How the names of a run's files begin that are opened relative to its folder."""
_JOURNAL, _RECORD, _TABLES = "journal.bin", "record.json", ("population", "logbook")


class Windows:
    """Names the window between the last act on a run's files and the next one."""

    def __init__(self) -> None:
        self._phase = START
        self._recorded = False
        """True if the journal was there."""
        self._signs = False
        """True if the next bytes in the journal are this session's own entry."""
        self._is_synced = True
        self._rest = 0
        """Bytes of an entry whose first half is written."""

    def before(self, kind: str, name: str, size: int = 0) -> str:
        """Return the window before an act on a file; `size`: of what it writes."""
        if name == _JOURNAL:
            return self._before_journal(kind, size)
        if name.startswith(f".{_JOURNAL}"):
            return self._before_draft_of_journal(kind)
        if name.startswith(f".{_RECORD}"):
            self._phase = DONE if kind == "os.rename" else UNNAMED
            return AFTER_LAST if kind == "open" else UNNAMED
        if name.strip(".").startswith(_TABLES) and self._phase not in (START, UNNAMED):
            self._phase = AFTER_LAST
        return self._phase

    def _before_draft_of_journal(self, kind: str) -> str:
        if kind == "os.rename":
            self._phase = REPLAY if self._recorded else BEFORE_FIRST
        return START if kind == "open" else NEW_JOURNAL

    def _before_journal(self, kind: str, size: int) -> str:
        if kind == "write":
            return self._before_entry(size)
        if kind in _SYNCS:
            was_synced, self._is_synced = self._is_synced, True
            return self._phase if was_synced else UNSYNCED
        self._recorded |= kind == "pread" and self._phase == START
        self._signs |= kind == "ftruncate"
        return self._phase

    def _before_entry(self, size: int) -> str:
        if self._rest == size:
            self._rest = 0
            return WITHIN
        self._rest, self._is_synced = size - size // 2, False
        window = self._phase
        self._phase = REPLAY if self._signs else BETWEEN
        self._signs = False
        return window


def _path(event: str, args: tuple[Any, ...], folder: str) -> str:
    """The path of an act, also of one that is relative to the descriptor of a folder."""
    path, place = str(args[0]), _DESCRIPTOR.get(event)
    descriptor = -1 if place is None else args[place]
    if os.sep in path:
        return path
    if descriptor != -1:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink() / path)
    return f"{folder}/{path}" if path.startswith(_OF_RUNS) else path  # "open" has no descriptor


def watch(folder: str, before: Callable[[str], None]) -> None:
    """Call `before(window)` before each act on a file of the folder, from now on."""
    windows = Windows()

    def audit(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in _AUDITED or writes) and folder in (path := _path(event, args, folder)):
            before(windows.before(event, Path(path).name))

    def watched(kind: str, function: Any) -> Any:
        def call(fd: int, *args: Any) -> Any:
            path = Path(f"/proc/self/fd/{fd}").readlink()
            if folder not in str(path):
                return function(fd, *args)
            if kind == "write" and path.name == _JOURNAL:
                return _in_halves(fd, memoryview(args[0]))
            before(windows.before(kind, path.name))
            return function(fd, *args)

        def _in_halves(fd: int, data: memoryview) -> int:
            window = windows.before("write", _JOURNAL, len(data))
            before(window)
            written: int = function(fd, data if window == WITHIN else data[: len(data) // 2])
            return written

        return call

    sys.addaudithook(audit)
    for kind in _CALLS:
        setattr(os, kind, watched(kind, getattr(os, kind)))
