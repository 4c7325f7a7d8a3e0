"""What an export has written, and what it left out: every format answers with this."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evosweep.compare.read.run import Run


@dataclass(frozen=True)
class Written:
    """A sentence on what was written, and a line for each run that is not in it."""

    sentence: str
    left_out: Sequence[str] = field(default_factory=list)


def whole(value: object, default: int, most: int = 10**6) -> int:
    """Return a whole number from 0 to `most` in a run's parameters; `default` if there is
    none."""
    return value if type(value) is int and 0 <= value <= most else default


def parameter(run: Run, name: str, default: int) -> int:
    """Return a whole number among the parameters of a run's problem."""
    params = run.problem.get("params")
    return whole(params.get(name), default) if isinstance(params, dict) else default


def cell(value: object) -> object:
    """Return a value as a cell of CSV; a text that a spreadsheet would run as a formula is
    quoted."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
