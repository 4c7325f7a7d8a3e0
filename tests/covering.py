"""Pause coverage, in this process and in those that it starts.

`coverage run -m pytest` measures every process that is started meanwhile, by a variable of the
environment (`patch = ["subprocess"]` in pyproject.toml). Python 3.11 calls its tracer for each
line; thorough tests, with their hundreds of programs, do not pay for that.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage import Coverage

EXAMPLES = 20
"""As many of each Hypothesis test are measured: those that the fast tier tries."""
_VARIABLE = "COVERAGE_PROCESS_CONFIG"


class _Measuring:
    """What measures this process, if anything does, and whether it is paused."""

    def __init__(self) -> None:
        self.paused: Coverage | None = None
        self._config: str | None = None

    def pause(self) -> None:
        coverage = sys.modules.get("coverage")
        running = coverage.Coverage.current() if coverage else None
        if running is None:
            return
        self.paused, self._config = running, os.environ.pop(_VARIABLE, None)
        running.stop()
        running.save()  # no fork of this process saves it again

    def resume(self) -> None:
        if self.paused is None:
            return
        if self._config is not None:
            os.environ[_VARIABLE] = self._config
        self.paused.start()
        self.paused = None


_MEASURING = _Measuring()


def pause() -> None:
    """Measure nothing from now on; a pause costs a tenth of a second, and nothing in a pause."""
    _MEASURING.pause()


def resume() -> None:
    """Measure again, if something was measured before."""
    _MEASURING.resume()


@contextmanager
def paused() -> Iterator[None]:
    """Measure nothing meanwhile; without coverage, do nothing."""
    was_paused = _MEASURING.paused is not None
    pause()
    try:
        yield
    finally:
        if not was_paused:
            resume()


@contextmanager
def first_examples(test: object) -> Iterator[None]:
    """Measure the first examples alone, if this is a test of Hypothesis'.

    The tracer is only laid aside, which costs nothing and leaves the file of figures alone.
    """
    tracer, handle = sys.gettrace(), getattr(test, "hypothesis", None)
    if tracer is None or handle is None:
        yield
        return
    inner, number = handle.inner_test, count(1)

    @wraps(inner)
    def counted(*args: object, **named: object) -> object:
        try:
            return inner(*args, **named)
        finally:
            if next(number) == EXAMPLES:
                sys.settrace(None)

    handle.inner_test = counted
    try:
        yield
    finally:
        handle.inner_test = inner
        sys.settrace(tracer)
