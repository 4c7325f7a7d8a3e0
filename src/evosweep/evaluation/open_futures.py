"""Calls that are submitted one at a time, for programs without generations."""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from evosweep.backends.protocol import Backend, Lost
from evosweep.errors import RunError
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.open_calls import Calls, Returned

_LULL = 0.002  # seconds in which a program that was given a value submits its next call
_BARREN = 10  # losses in a row, for each worker, that no call can be blamed for

BATCH = 0
"""The batch of submitted calls; those of `map` follow it."""


@dataclass
class _Submitted:
    """Calls that have no value yet."""

    calls: Calls
    single: bool
    """True if the future gives the only value; else it gives a list."""
    future: "Future[Any]" = field(default_factory=Future)
    sent: bool = False

    def is_wanted(self) -> bool:
        """Return True if the call was sent already, or is not cancelled."""
        self.sent = self.sent or self.future.set_running_or_notify_cancel()
        return self.sent

    def settle(self, returned: Returned) -> None:
        """Give the future its value or its exception."""
        error = returned.error
        if error is None:
            self.future.set_result(returned.values[0] if self.single else returned.values)
        elif isinstance(error, Exception):
            self.future.set_exception(error)
        else:  # as CancelledError or SystemExit, it would end this program
            self.fail(f"it raised {type(error).__name__}: {error}")

    def fail(self, reason: str) -> None:
        """Give the future an error that names the call."""
        self.future.set_exception(RunError(f"submit: call {self.calls.number}: {reason}"))


class Submissions:
    """Passes submitted calls to a backend's workers, in a thread.

    It holds `lock` while the backend works on them.
    """

    def __init__(self, backend: Backend, lock: threading.RLock) -> None:
        self._backend, self._lock = backend, lock
        self._changed = threading.Condition()
        self._waiting: deque[_Submitted] = deque()
        self._open: dict[int, _Submitted] = {}
        self._losses = Losses((), 0, None)
        self._count, self._barren, self._closed = 0, 0, False
        self._thread: threading.Thread | None = None

    def submit(self, calls: Calls, *, single: bool) -> "Future[Any]":
        """Submit calls; the future gives the value of a `single` call, else the list of values."""
        self._count += 1
        places = [self._count] * len(calls.indices)
        submitted = _Submitted(replace(calls, number=self._count, indices=places), single)
        with self._changed:
            self._open[self._count] = submitted
            self._waiting.append(submitted)
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="submissions", daemon=True)
            self._thread.start()
        return submitted.future

    def close(self, *, cancel: bool) -> None:
        """Wait until every call is done; with `cancel`, drop calls that were not sent yet."""
        with self._changed:
            self._closed = True
            for submitted in self._waiting if cancel else ():
                submitted.future.cancel()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def next_calls(self, patience: float | None) -> Calls | None:
        """Return the next calls to send; None after `patience` seconds, or if no more will come."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed, patience)
                if not self._waiting:
                    return None
                submitted = self._waiting.popleft()
                if submitted.is_wanted():
                    return submitted.calls
                del self._open[submitted.calls.number]

    def _work(self) -> None:
        while first := self.next_calls(None):
            with self._lock:
                try:
                    for number, outcome in self._backend.run(_CallFeed(self, first)):
                        self._settle(number, outcome)
                except Exception as error:  # of the backend: nothing that was sent comes back
                    self._fail_all(error)

    def _settle(self, number: int, outcome: Returned | Lost) -> None:
        if isinstance(outcome, Lost):
            self._lose(self._open[number], outcome)
        else:
            self._barren = 0
            self._open.pop(number).settle(outcome)

    def _lose(self, submitted: _Submitted, loss: Lost) -> None:
        """Send calls again whose worker died, unless they have killed too many workers."""
        number = submitted.calls.number
        if loss.index is not None:
            self._losses.add(BATCH, loss)
            if self._losses.given_up(BATCH, [number]):
                self._open.pop(number).fail(self._losses.failure(BATCH, number).error)
                return
        else:
            self._barren += 1
            if self._barren > _BARREN * self._backend.workers:
                raise RunError("submit: workers keep dying; look for what kills them (memory)")
        with self._changed:
            self._waiting.append(submitted)

    def _fail_all(self, error: Exception) -> None:
        with self._changed:
            self._waiting.clear()
            while self._open:
                _, submitted = self._open.popitem()
                if not submitted.future.done():
                    submitted.future.set_exception(error)


class _CallFeed(Iterator[Calls]):
    """An iterator over the queued calls; after its end it may go on with calls that came since."""

    def __init__(self, submissions: Submissions, first: Calls) -> None:
        self._submissions, self._first = submissions, [first]

    def __next__(self) -> Calls:
        if self._first:
            return self._first.pop()
        if calls := self._submissions.next_calls(_LULL):
            return calls
        raise StopIteration
