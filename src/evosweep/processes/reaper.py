"""What ends a group of processes whose supervisor was killed: a shell that outlives it.

The kernel kills the working process with its supervisor (`guard`), but not what evaluations have
started, nor a worker that is stopped. The shell has a pipe of which only the supervisor holds the
other end; when that closes, however the supervisor came to its end, it kills the group that it was
told of last.
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
            ["/bin/sh", "-c", _SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
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
        """From now on this process group is killed; None: none is."""
        with contextlib.suppress(OSError):  # the shell was killed: what is here goes on without
            self._pipe.write(b"\n" if group is None else b"%d\n" % group)
            self._pipe.flush()

    @property
    def _pipe(self) -> IO[bytes]:
        assert self._shell.stdin is not None
        return self._shell.stdin
