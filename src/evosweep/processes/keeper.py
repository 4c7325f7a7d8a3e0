"""A keeper: a small process beside a worker, which knows whether the worker is stopped.

A worker that was stopped (SIGSTOP) cannot tell so, and on another host nobody else sees it. A
thread of the worker could send signs of life; but in one long call of a library it does not get the
interpreter, so that a busy worker would pass for a stopped one. The keeper asks the kernel. It is
in a session of its own, so that whoever stops the worker's group does not stop the keeper too, and
it ends with the worker.
"""

import os
import select
import subprocess
import sys
from pathlib import Path

from evosweep.processes import kill
from evosweep.processes.paused import Paused

_BEAT = 1.0  # seconds between two looks
_STDIN = 0
_kept: list["subprocess.Popen[bytes]"] = []
"""The keeper of this process, which must outlive this module's callers."""


def start(connection: int | None = None) -> None:
    """Start a keeper of this process: it kills it when it was stopped for `patience` seconds.

    Parameters
    ----------
    connection
        A file descriptor over which it sends one byte for each second in which the process was not
        stopped.
    """
    files = () if connection is None else (connection,)
    root = str(Path(__file__).parents[2])
    words = [sys.executable, "-S", "-P", "-m", __name__, str(os.getpid()), *map(str, files)]
    keeper = subprocess.Popen(
        words,
        env=os.environ | {"PYTHONPATH": root},
        stdin=subprocess.PIPE,  # it closes when this process is gone
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=files,
        start_new_session=True,
    )
    _kept.append(keeper)


def main(pid: int, *connections: int) -> None:
    """Look after the process until it is gone, or its connection."""
    paused = Paused()
    while not select.select([_STDIN], [], [], _BEAT)[0]:
        if paused.too_long([pid]):
            kill.tree(pid)
        if paused.is_any:
            continue
        for connection in connections:
            try:
                os.write(connection, b".")
            except OSError:
                return


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
