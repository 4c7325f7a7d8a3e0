"""The parameters of a run with those that its functions left to their defaults.

A default is known where the function's source is the one that the run had: its digest says so.
"""

from functools import cache

from evosweep.errors import EvosweepError
from evosweep.plugins import sources
from evosweep.plugins.signatures import literal_defaults
from evosweep.records.record import Named, PartFields


def resolved(document: Named, kind: str) -> dict[str, object]:
    """Return the parameters of a problem or an algorithm: as asked for, then the defaults of the
    rest."""
    part: PartFields = document.spec["problem" if kind == "problem" else "algorithm"]
    params = part.get("params", {})
    import_path = document.spec.get("import_path", "")
    defaults = _defaults(kind, part["use"], import_path, document.sources.get(kind, ""))
    return {**params, **{name: value for name, value in defaults if name not in params}}


@cache
def _defaults(kind: str, use: str, import_path: str, digest: str) -> tuple[tuple[str, object], ...]:
    """(name, value) of each default, none if the source is not there or was edited since."""
    try:
        if sources.digest(kind, use, import_path) != digest:
            return ()
        return tuple(literal_defaults(kind, use, import_path).items())
    except (EvosweepError, OSError, ValueError):
        return ()
