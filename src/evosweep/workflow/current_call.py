"""The state of this call of Snakemake: the hooks set it; the display and `sweep` read it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from evosweep.workflow.plan import Plan


@dataclass
class ThisCall:
    """The call of this process, from its plan to its end."""

    plan: Plan
    began: float = field(default_factory=time.time)
    done_before: int = 0
    fresh: bool = False
    """True if the call repeats finished runs."""
    failed_jobs: dict[str, str] = field(default_factory=dict)
    """The log of each failed job of runs, by the job's name."""
    stage: str = ""
    """What is done with the runs now, in words; empty while runs are performed."""
    started: bool = False
    ended: bool = False
    on_end: list[Callable[[], None]] = field(default_factory=list)
    """Functions to call before the report at the end, such as the closing of displays."""

    def end(self) -> None:
        """Close all displays on the terminal."""
        self.ended = True
        while self.on_end:
            self.on_end.pop()()


_calls: list[ThisCall] = []


def begin(plan: Plan) -> ThisCall:
    """Make and return the call of this process, from its plan."""
    _calls.append(ThisCall(plan))
    return _calls[-1]


def current() -> ThisCall | None:
    """Return the call of this process; None before its plan has been read."""
    return _calls[-1] if _calls else None
