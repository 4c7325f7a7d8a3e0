"""A shell that kills a process group after its supervisor was killed.

The kernel kills the working process with its supervisor (`guard`), but neither what evaluations
have started nor a worker that is stopped. The supervisor alone holds the other end of the shell's
standard input: when that closes, however the supervisor ends, the shell kills the last group that
it was told of.
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
    """Kills the group that it watches when this process is gone; a context manager."""

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
        with contextlib.suppress(OSError):  # somebody killed the shell: the run goes on without
            self._pipe.write(b"\n" if group is None else b"%d\n" % group)
            self._pipe.flush()

    @property
    def _pipe(self) -> IO[bytes]:
        assert self._shell.stdin is not None
        return self._shell.stdin
