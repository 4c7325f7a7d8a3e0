"""Keep Python processes that evosweep starts from importing modules of the working folder.

Otherwise a `numpy.py` beside somebody's results would run, since `python -m` and `python -c` search
the working folder first. Python's own variable PYTHONSAFEPATH forbids it, and child processes
inherit it. A program that an evaluation starts must not see the variable: it may need modules of
its working folder.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLE = "PYTHONSAFEPATH"
_SEARCHED = "PYTHONPATH"
_OURS = "evosweep"


def require() -> None:
    """From now on, neither this Python nor its children import from the working folder by chance.

    An empty entry of PYTHONPATH, which Python takes for the working folder, is removed: modules
    that it finds there would be in no digest.
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
    """Undo `require` for programs of the user's, which import as the user says."""
    if os.environ.get(_VARIABLE) == _OURS:
        del os.environ[_VARIABLE]


@contextmanager
def required() -> Iterator[None]:
    """Call `require` for the block, and undo it at the end unless it was in force before."""
    before = os.environ.get(_VARIABLE)
    require()
    try:
        yield
    finally:
        if before is None:
            release()
