"""Stops a process in a window, for a test that kills it there: Python imports this by PYTHONPATH.

The variable says which window, how often it must come, the run's folder, and the file in which
the process leaves its id before it stops. Only the first process that comes there stops.
"""

import json
import os
import signal
import sys
from pathlib import Path

HERE = Path(__file__).parent


def _hold(window: str, count: int, folder: str, note: str) -> None:
    before = list(sys.path)
    sys.path += [str(HERE.parent), str(HERE.parents[1])]
    from acts import watch

    sys.path[:] = before
    times = 0

    def stop(found: str) -> None:
        nonlocal times
        times += found == window
        if found == window and times == count:
            try:
                descriptor = os.open(note, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            except FileExistsError:
                return
            os.write(descriptor, str(os.getpid()).encode())
            os.close(descriptor)
            os.kill(os.getpid(), signal.SIGSTOP)

    watch(folder, stop)


if _words := os.environ.get("EVOSWEEP_TEST_HOLD"):
    _hold(*json.loads(_words))
