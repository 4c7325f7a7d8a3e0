"""Find processes that were stopped by SIGSTOP and not continued.

The work of such a process would never come back, since it neither ends nor fails.
"""

import time
from collections.abc import Iterable

from evosweep.machine.seconds import seconds_of

VARIABLE = "EVOSWEEP_PAUSE"
"""Names the variable with the most seconds for which a process may be stopped."""
_PATIENCE = 30.0
_LONGEST_LOOK = 1.0
"""Most seconds that one look adds: the looking process may have been stopped as well."""


def patience() -> float:
    """Return the most seconds for which a process may be stopped."""
    return seconds_of(VARIABLE, _PATIENCE)


class Paused:
    """Finds processes that were stopped for too long; call it at least once per second."""

    def __init__(self, longest: float | None = None) -> None:
        self._longest = patience() if longest is None else longest
        self._seconds: dict[int, float] = {}
        self._looked = time.monotonic()

    def too_long(self, pids: Iterable[int]) -> list[int]:
        """Return the processes that were stopped at all looks for the whole patience."""
        now = time.monotonic()
        passed, self._looked = min(now - self._looked, _LONGEST_LOOK), now
        before = self._seconds
        self._seconds = {pid: before.get(pid, 0.0) + passed for pid in pids if _is_stopped(pid)}
        return [pid for pid, seconds in self._seconds.items() if seconds > self._longest]

    @property
    def is_any(self) -> bool:
        """True if a process was stopped at the last look."""
        return bool(self._seconds)


def _is_stopped(pid: int) -> bool:
    """Return True if a signal has stopped the process; a debugger gives the other state `t`."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            return file.read().rpartition(b")")[2].split()[0] == b"T"
    except OSError:
        return False
