"""Python processes that evosweep starts do not import from the working folder.

A `numpy.py` beside somebody's results would run otherwise: `python -m` and `python -c`, by which
helpers start, put the working folder first. Python's own variable forbids it, and is inherited;
a program that an evaluation starts must not see it, since it may well need modules beside it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLE = "PYTHONSAFEPATH"
_OURS = "evosweep"


def require() -> None:
    """From now on, new Python processes have no working folder on their import path."""
    os.environ.setdefault(_VARIABLE, _OURS)


def release() -> None:
    """What this process starts is the user's, and imports as the user says."""
    if os.environ.get(_VARIABLE) == _OURS:
        del os.environ[_VARIABLE]


@contextmanager
def required() -> Iterator[None]:
    """`require` for the block, as far as it was not in force before."""
    before = os.environ.get(_VARIABLE)
    require()
    try:
        yield
    finally:
        if before is None:
            release()
