"""Pass a signal to stop Snakemake on to its runs; otherwise Snakemake would wait for their end.

Batch systems send SIGTERM some time before they kill. Then Snakemake starts no new job, and the
current runs stop within seconds and resume with the next call.
"""

import os
import signal
import time
from contextlib import suppress
from itertools import pairwise
from types import FrameType

_RUNS = ("run", "contain")
_asked: list[int] = []


def asked() -> int:
    """Return the signal that told this process to stop; 0 if there was none."""
    return _asked[0] if _asked else 0


def pass_on() -> None:
    """From now on, pass SIGTERM on to the runs that this process starts."""
    before = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        _asked.append(number)
        if callable(before):
            before(number, frame)
        for pid in _runs():
            with suppress(OSError):
                os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)


def end_by_interrupt() -> None:
    """From now on, pass Ctrl-C on to the runs, in case only this process gets it."""

    def stop(number: int, _: FrameType | None) -> None:
        again = bool(_asked)
        _asked.append(number)
        for pid in () if again else _runs():
            with suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)


def wait(seconds: float) -> None:
    """Return after `seconds`, or at a signal to stop."""
    until = time.monotonic() + seconds
    while not _asked and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))


def _runs() -> list[int]:
    """Return the outermost `evosweep run` and `evosweep contain` processes below this one."""
    import psutil

    runs: list[int] = []
    waiting = [psutil.Process()]
    while waiting:
        with suppress(psutil.Error):
            for child in waiting.pop().children():
                words = child.cmdline()
                if any(a.endswith("evosweep") and b in _RUNS for a, b in pairwise(words)):
                    runs.append(child.pid)
                else:
                    waiting.append(child)
    return runs
