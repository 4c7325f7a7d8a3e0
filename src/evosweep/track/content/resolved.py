"""The parameters that a run's functions left to their defaults.

A default is known where the function's source is the one that the run had: its digest says so.
"""

from functools import cache

from evosweep.errors import EvosweepError
from evosweep.plugins import sources
from evosweep.plugins.signatures import literal_defaults


@cache
def defaults(kind: str, use: str, import_path: str, digest: str) -> tuple[tuple[str, object], ...]:
    """(name, value) of each default, none if the source is not there or was edited since."""
    try:
        if sources.digest(kind, use, import_path) != digest:
            return ()
        return tuple(literal_defaults(kind, use, import_path).items())
    except (EvosweepError, OSError, ValueError):
        return ()
