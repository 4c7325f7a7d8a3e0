"""Processes that somebody has stopped (SIGSTOP) and that nobody continues.

Work that such a process has would never come back, since it neither ends nor fails.
"""

import time
from collections.abc import Iterable

PATIENCE = 30.0
"""Seconds for which a process may be stopped."""
_LONGEST_LOOK = 1.0
"""Seconds that one look counts at most: who looks may have been stopped with all the others."""


class Paused:
    """Tells who has been stopped for too long; it has to look every second or oftener."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._seconds: dict[int, float] = {}
        self._looked = time.monotonic()

    def too_long(self, pids: Iterable[int]) -> list[int]:
        """Those of some processes that were stopped in every look for that time."""
        now = time.monotonic()
        passed, self._looked = min(now - self._looked, _LONGEST_LOOK), now
        before = self._seconds
        self._seconds = {pid: before.get(pid, 0.0) + passed for pid in pids if _is_stopped(pid)}
        return [pid for pid, seconds in self._seconds.items() if seconds > self._patience]


def _is_stopped(pid: int) -> bool:
    """Whether a signal has stopped the process; a debugger's `t` is another state."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            return file.read().rpartition(b")")[2].split()[0] == b"T"
    except OSError:
        return False
