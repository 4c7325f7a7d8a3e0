"""Track continuously until a stop: a pass every two seconds, or of finished runs every thirty."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from evosweep.errors import RunError
from evosweep.processes.kill import is_alive
from evosweep.track.passes.index import Index
from evosweep.track.passes.live import Live
from evosweep.track.passes.tracking import one_pass, open_store
from evosweep.track.store.address import Address
from evosweep.track.store.lock import only_tracker
from evosweep.track.store.patience import Unreachable
from evosweep.track.store.protocol import Store

PAUSE, LONG_PAUSE = 2.0, 30.0
_LOOK = 0.5


def follow(
    results: Path,
    address: Address,
    process: int | None = None,
    check: Callable[[], None] | None = None,
    *,
    done: bool = False,
) -> int:
    """Pass over the results until `process` has ended, or `check`, called before each, raises.

    Returns the exit code of the last pass. A server that is down is reported once, and tried again
    in the next pass. With `done`, passes are rarer, and show no run that is under way.
    """
    follower = Follower(results, address, shows=not done)
    while process is None or is_alive(process):
        if check:
            check()
        if done:  # nothing has finished at first
            _wait(LONG_PAUSE, process)
        follower.once()
        if not done:
            _wait(PAUSE, process)
    return follower.once()


def _wait(seconds: float, process: int | None) -> None:
    """Wait, but not after the end of a process."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and (process is None or is_alive(process)):
        time.sleep(min(_LOOK, seconds))


class Follower:
    """Tracks results repeatedly, and prints new problems."""

    def __init__(self, results: Path, address: Address, *, shows: bool = True) -> None:
        self.results, self.address, self.live = results, address, Live(shows, follows=True)
        self._store: Store | None = None
        self.problems: set[str] = set()
        """One line for each run that the last pass left out."""

    def once(self) -> int:
        """Make one pass; returns 0 if everything could be tracked."""
        problems = self._track()
        for problem in sorted(problems - self.problems):
            print(f"evosweep: error: {problem}", file=sys.stderr, flush=True)
        self.problems = problems
        return 1 if problems else 0

    def _track(self) -> set[str]:
        try:
            self._store = self._store or open_store(self.address)
            with only_tracker(self.address), Index(self.address.index) as index:
                changes = one_pass(self.results, self._store, index, self.live)
        except (RunError, Unreachable) as error:
            return {str(error)}
        if changes.acted:
            print(f"tracked: {changes}", flush=True)
        return set(changes.problems)
