"""Pause coverage, in this process and in those that it starts.

`coverage run -m pytest` measures every process that is started meanwhile, by a variable of the
environment (`patch = ["subprocess"]` in pyproject.toml). Python 3.11 calls its tracer for each
line; thorough tests, with their hundreds of programs, do not pay for that.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLE = "COVERAGE_PROCESS_CONFIG"


@contextmanager
def paused() -> Iterator[None]:
    """Measure nothing meanwhile; without coverage, do nothing."""
    coverage = sys.modules.get("coverage")
    running = coverage.Coverage.current() if coverage else None
    if running is None:
        yield
        return
    config = os.environ.pop(_VARIABLE, None)
    running.stop()
    running.save()  # no fork of this process saves it again
    try:
        yield
    finally:
        if config is not None:
            os.environ[_VARIABLE] = config
        running.start()
