"""Puts every thing before readers: python before_things.py READER ... prints what is wrong.

In a process of its own, whose memory is limited, and which an alarm ends where a reader hangs.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path

import things
from reader import Trial, limit_memory
from targets import READERS

_GIGABYTES = 5
_SECONDS = int(os.environ.get("SECONDS_OF_A_THING", "200"))


class _Hangs(BaseException):
    """The alarm has come."""


def _ring(*_: object) -> None:
    raise _Hangs


def main() -> int:
    """Try everything; returns 1 if something is wrong."""
    limit_memory(_GIGABYTES)
    signal.signal(signal.SIGALRM, _ring)
    wrong = 0
    for name in sys.argv[1:] or READERS:
        reader = READERS[name]
        if not reader.is_file:
            continue
        for kind, make in things.THINGS.items():
            trial = Trial(reader, Path(tempfile.mkdtemp()))
            things.clear(trial.path)
            make(trial.path)
            signal.alarm(_SECONDS)
            finding = trial.read()
            signal.alarm(0)
            if finding is not None:
                print(f"{kind}: {finding}", flush=True)
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
