"""Bring evosweep's own lines about a run from the working process to the terminal, by a file.

A program that starts a working process (`mpiexec`, `srun`, SCOOP's launcher) forwards its output,
and loses a part of it when it is killed. So the working process appends its lines to a file of the
supervisor, and the supervisor prints them: whole, in order, each once.
"""

import json
import os
import select
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

from evosweep.files import strict_json

VARIABLE = "EVOSWEEP_LINES"
"""Names the variable with the file's path; a process without such a file prints by itself."""

Stream = Literal["stdout", "stderr"]


def tell(line: str) -> None:
    """Print a line on stdout, on that of the supervisor if there is one."""
    _send("stdout", line)


def complain(line: str) -> None:
    """Print a line on stderr, on that of the supervisor if there is one."""
    _send("stderr", line)


def _send(stream: Stream, line: str) -> None:
    with suppress(OSError, ValueError):  # what a program printed before stands before
        getattr(sys, stream).flush()
    if not _append([stream, line]):
        print(line, file=getattr(sys, stream), flush=True)


def _append(what: list[str]) -> bool:
    """Append a line; returns True if the whole line is in the file.

    It begins with a line end, which ends a line that a killed process has torn.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return False
    whole = f"\n{json.dumps(what)}\n".encode()
    with suppress(OSError):
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)  # never made here
        try:
            return os.write(fd, whole) == len(whole)
        finally:
            os.close(fd)
    return False


class Lines:
    """The supervisor's reader of the file.

    A restarted working process repeats the lines on runs that its predecessor has finished; these
    lines are not printed a second time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        self._printed: Counter[tuple[Stream, str]] = Counter()
        self._repeated: Counter[tuple[Stream, str]] = Counter()
        path.touch()

    def begin(self) -> None:
        """Expect the lines of another working process."""
        self._repeated = self._printed.copy()

    def print_new(self) -> None:
        """Print the lines that came since the last call, until stdout or stderr would block.

        If a pipe is full, the other lines stay in the file: a supervisor must not wait for a pipe.
        """
        for end, stream, line in self._unread():
            if not _takes(stream):
                return
            self._print_once(stream, line)
            self._read = end

    def print_rest(self) -> None:
        """Print all remaining lines, even if this must wait for a pipe."""
        for end, stream, line in self._unread():
            self._print_once(stream, line)
            self._read = end

    def _print_once(self, stream: Stream, line: str) -> None:
        if self._repeated[stream, line] > 0:
            self._repeated[stream, line] -= 1
        else:
            self._printed[stream, line] += 1
            _print(stream, line)

    def _unread(self) -> "Iterator[tuple[int, Stream, str]]":
        """Yield the end offset, the stream and the text of each new whole line."""
        end = self._read
        with self.path.open("rb") as file:
            file.seek(end)
            for raw in file:
                end += len(raw)
                with suppress(ValueError):  # the empty line before each, and one that is torn
                    match strict_json.loads(raw):
                        case ["stdout" | "stderr" as stream, str(line)]:
                            yield end, stream, line


def _takes(stream: Stream) -> bool:
    """Return True if the stream accepts a line without blocking."""
    with suppress(OSError, ValueError):  # it is no file: then it does not wait
        return bool(select.select([], [getattr(sys, stream)], [], 0)[1])
    return True


def _print(stream: Stream, line: str) -> None:
    """Print a line; if the reader of a pipe has gone, the run goes on."""
    to = getattr(sys, stream)
    try:
        print(line, file=to, flush=True)
    except OSError:
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, to.fileno())
            os.close(nowhere)
