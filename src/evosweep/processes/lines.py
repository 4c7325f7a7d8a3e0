"""evosweep's own lines about a run: from the working process to the terminal, by a file.

What starts a working process (`mpiexec`, `srun`, SCOOP's launcher) may forward what it prints, and
loses what it has not forwarded yet when it is killed. So the working process appends its lines to
a file that the supervisor made, and the supervisor prints them: whole, in order, each once.
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

VARIABLE = "EVOSWEEP_LINES"
"""The file's path; a process without it, or on a host that has no such file, prints by itself."""

Stream = Literal["stdout", "stderr"]


def tell(line: str) -> None:
    """Print a line on stdout, of the supervisor where there is one."""
    _send("stdout", line)


def complain(line: str) -> None:
    """Print a line on stderr, of the supervisor where there is one."""
    _send("stderr", line)


def _send(stream: Stream, line: str) -> None:
    with suppress(OSError, ValueError):  # what a program printed before stands before
        getattr(sys, stream).flush()
    if not _append([stream, line]):
        print(line, file=getattr(sys, stream), flush=True)


def _append(what: list[str]) -> bool:
    """Whether the line is whole in the file.

    It begins with a line end of its own, so that one that a killed process has torn ends there.
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
    """The supervisor's end of the file.

    A working process that is started again says once more what became of the runs that its
    predecessor finished: such a line is not printed a second time.
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
        """Print the lines that came since the last call, as far as somebody takes them now.

        A full pipe leaves the others in the file: it must not keep a supervisor from a stop.
        """
        for end, stream, line in self._unread():
            if not _takes(stream):
                return
            self._print_once(stream, line)
            self._read = end

    def print_rest(self) -> None:
        """Print the lines that are left, and wait until they are taken."""
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
        """Each whole line behind those read: its end in the file, its stream, its text."""
        end = self._read
        with self.path.open("rb") as file:
            file.seek(end)
            for raw in file:
                end += len(raw)
                with suppress(ValueError):  # the empty line before each, and one that is torn
                    stream, line = json.loads(raw)
                    yield end, stream, line


def _takes(stream: Stream) -> bool:
    """Whether the stream takes a line without waiting for its reader."""
    with suppress(OSError, ValueError):  # it is no file: then it does not wait
        return bool(select.select([], [getattr(sys, stream)], [], 0)[1])
    return True


def _print(stream: Stream, line: str) -> None:
    """Print a line; a run goes on where nobody reads what it says any more."""
    to = getattr(sys, stream)
    try:
        print(line, file=to, flush=True)
    except OSError:
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, to.fileno())
            os.close(nowhere)
