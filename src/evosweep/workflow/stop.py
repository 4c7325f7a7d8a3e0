"""A stop of Snakemake is a stop of its runs: else it would wait for them, however long they take.

Batch systems say SIGTERM some time before they kill. Snakemake starts no new job then; the runs
under way are told to stop, which takes seconds, and resume with the next call.
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
    """Return the signal by which this process was told to stop; 0 if none came."""
    return _asked[0] if _asked else 0


def pass_on() -> None:
    """From now on, pass SIGTERM on to the runs that this process has started."""
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
    """From now on, Ctrl-C ends the runs too where it reaches this process alone."""

    def stop(number: int, _: FrameType | None) -> None:
        again = bool(_asked)
        _asked.append(number)
        for pid in () if again else _runs():
            with suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)


def wait(seconds: float) -> None:
    """Return after so many seconds, or at a stop."""
    until = time.monotonic() + seconds
    while not _asked and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))


def _runs() -> list[int]:
    """Return the outermost `evosweep run` and `evosweep contain` among this process's
    descendants."""
    import psutil

    found: list[int] = []
    waiting = [psutil.Process()]
    while waiting:
        with suppress(psutil.Error):
            for child in waiting.pop().children():
                words = child.cmdline()
                if any(a.endswith("evosweep") and b in _RUNS for a, b in pairwise(words)):
                    found.append(child.pid)
                else:
                    waiting.append(child)
    return found
