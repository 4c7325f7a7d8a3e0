"""Wait for a signal to stop, or for the death of the process that wants the result."""

import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Self

from evosweep.processes import address, kill

PARENT_VARIABLE = "EVOSWEEP_PARENT"
"""The workflow's process: when it has exited, nobody waits for the result."""

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LOOK = 0.2  # seconds between two looks at the parents


def workflow() -> int | None:
    """Return the number of the workflow's process; None if no workflow here started this one."""
    return address.number_here(os.environ.get(PARENT_VARIABLE, ""))


class Stops:
    """A context manager that notes SIGTERM, Ctrl-C and hang-ups instead of obeying them.

    The death of one of `parents` counts as SIGTERM. The death of a child only ends a `wait`.

    Parameters
    ----------
    parents
        Numbers of processes; when one of them dies, this one must stop.
    """

    def __init__(self, parents: Sequence[int] = ()) -> None:
        self.signal = 0
        """The first signal to stop, 0 until there is one."""
        self.orphaned = False
        """True if the signal stands for the death of a parent."""
        self._parents = parents

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._before = {number: signal.signal(number, self._note) for number in STOP_SIGNALS}
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        self._woken = signal.set_wakeup_fd(self._write)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(self._woken)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float, *files: int) -> None:
        """Return at a stop, at a child's death, when a file has something, or after `seconds`.

        It reads and drops the content of the files.
        """
        until = time.monotonic() + seconds
        ready: list[int] = []
        while not ready and not self._must_stop() and (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self._read, *files], [], [], min(left, _LOOK))
            for file in ready:
                with suppress(BlockingIOError):
                    os.read(file, 4096)

    def _must_stop(self) -> bool:
        if not self.signal and not all(map(kill.is_alive, self._parents)):
            self.signal, self.orphaned = signal.SIGTERM, True
        return self.signal != 0

    def _note(self, number: int, _: FrameType | None) -> None:
        self.signal = self.signal or number


@contextmanager
def exit_on_stops() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt, and SIGTERM raise SystemExit(143), within the block."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGTERM: signal.signal(signal.SIGTERM, leave),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_terminal_to_parent() -> None:
    """Ignore Ctrl-C in a worker, since its parent handles it; SIGTERM ends the worker at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
