"""A shell that kills a process group after its supervisor was killed.

The kernel kills the working process with its supervisor (`guard`). It kills neither the processes
that evaluations have started nor a worker that is stopped. Only the supervisor holds the other end
of the shell's standard input. It closes in whichever way the supervisor ends, and then the shell
kills the last group that it has read.
"""

import contextlib
import subprocess
from types import TracebackType
from typing import IO, Self

_SCRIPT = """\
group=
while read -r line; do group=$line; done
[ -z "$group" ] || kill -s KILL -- "-$group"
"""


class Reaper:
    """A context manager whose shell kills the watched group when this process is gone."""

    def __enter__(self) -> Self:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._pipe.close()
        self._shell.wait()

    def watch(self, group: int | None) -> None:
        """Watch this process group from now on, or none."""
        with contextlib.suppress(OSError):  # somebody killed the shell: the run goes on without it
            self._pipe.write(b"\n" if group is None else b"%d\n" % group)
            self._pipe.flush()

    @property
    def _pipe(self) -> IO[bytes]:
        assert self._shell.stdin is not None
        return self._shell.stdin
