"""Python processes that evosweep starts do not import from the working folder.

A `numpy.py` beside somebody's results would run otherwise: `python -m` and `python -c`, by which
helpers start, put the working folder first. Python's own variable forbids it, and is inherited;
a program that an evaluation starts must not see it, since it may well need modules beside it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLE = "PYTHONSAFEPATH"
_SEARCHED = "PYTHONPATH"
_OURS = "evosweep"


def require() -> None:
    """From now on, neither this Python nor new ones import from the working folder by chance.

    An empty entry of PYTHONPATH means the working folder to Python, and here it means nothing: code
    that it brought would be in no digest.
    """
    os.environ.setdefault(_VARIABLE, _OURS)
    entries = os.environ.get(_SEARCHED, "").split(os.pathsep)
    named = [entry for entry in entries if entry]
    if len(named) < len(entries) and _SEARCHED in os.environ:
        os.environ[_SEARCHED] = os.pathsep.join(named)
        here = os.getcwd()  # noqa: PTH109
        if here not in map(os.path.abspath, named):
            sys.path[:] = [entry for entry in sys.path if entry not in ("", here)]


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
