"""The result of an export of any format: the written files, and the runs left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evosweep.compare.read.run import Run


@dataclass(frozen=True)
class Written:
    """A sentence on the written files, and a line for each run that is left out."""

    sentence: str
    left_out: Sequence[str] = field(default_factory=list)


def whole(value: object, default: int, most: int = 10**6) -> int:
    """Return `value` if it is a whole number from 0 to `most`, else `default`."""
    return value if type(value) is int and 0 <= value <= most else default


def parameter(run: Run, name: str, default: int) -> int:
    """Return a whole number from the parameters of a run's problem, else `default`."""
    params = run.problem.get("params")
    return whole(params.get(name), default) if isinstance(params, dict) else default


def cell(value: object) -> object:
    """Return a value for a cell of CSV; a text that a spreadsheet would execute is quoted."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
