"""Evaluations over any executor of `concurrent.futures`, on this machine or on others.

Executors report a dead worker in different ways: some break as a whole, some fail only the one
call, and none names the individual. So the workers of this machine note on the board what they
evaluate, like a pool's workers. This tells which evaluation killed a worker, and lets this process
kill an evaluation that is past its timeout. For a worker on another machine, the only sign is that
a chunk does not come back.
"""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
)
from contextlib import contextmanager
from types import TracebackType
from typing import Generic, Self

from evosweep.backends.board import Board
from evosweep.backends.protocol import Lost, Result, Work
from evosweep.backends.room import CHUNKS_A_WORKER
from evosweep.backends.window import Window
from evosweep.errors import EvosweepError, InputError, RunError, one_line
from evosweep.processes import activity, address

TICK = 0.1  # seconds without a result after which workers are looked after
_BARREN = 20
"""Per worker: the run ends with the executor's error after so many failed calls in a row."""

_TURN = 0.00005
"""Seconds after which a thread of this process gets its turn: a hundredth of Python's default."""

_one_at_a_time = threading.Lock()


@contextmanager
def quick_turns() -> Iterator[None]:
    """Let the executor's thread hand out the next chunk while this one records results."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _TURN))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class _InThread(Exception):
    """The executor ran a chunk in the process that had submitted it."""


class OverExecutor:
    """The part that all such backends share; each subclass starts its own executor.

    Parameters
    ----------
    workers
        Number of processes that evaluate.
    name
        The backend, for messages.
    """

    overhead = 0.01
    watches = True
    local = False
    elsewhere = False

    def __init__(self, workers: int, name: str) -> None:
        self.workers, self._name = workers, name
        self._executor: Executor | None = None
        self._board = Board()
        self._barren = 0

    @staticmethod
    def work(parcel: "Parcel[Result]") -> Result:
        """Evaluate a chunk in a worker."""
        return parcel.work()

    def start(self) -> Executor:
        """Return a new executor, which has no worker in this process."""
        raise NotImplementedError

    def stop(self, executor: Executor, *, wait: bool) -> None:
        """Shut an executor down; with `wait`, let its running evaluations finish first."""
        executor.shutdown(wait=wait)

    def complain(self, error: BaseException) -> None:
        """Raise if an executor's error means that no other chunk will come back either."""

    def look_after(self) -> None:
        """Raise if no chunk will come back although none has failed; called while none comes."""

    def __enter__(self) -> Self:
        self._board.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._board.kill_busy()
        try:
            self._discard(wait=error is None)
        finally:
            self._board.close()

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """Keep every worker busy with one chunk and a second one waiting."""
        window: Window[Result] = Window(chunks, CHUNKS_A_WORKER * self.workers)
        with quick_turns():
            while window.fill(self._submit):
                done = window.wait(TICK)
                if not done:
                    self._board.kill_overdue()
                    self.look_after()
                if any(isinstance(_error_of(future), BrokenExecutor) for future in done):
                    _kill_workers(self._executor)
                    self._discard()
                    done = list(window.pending)
                yield from self._results(window, done)

    def _results(
        self, window: Window[Result], done: "list[Future[Result]]"
    ) -> Iterator[tuple[int, Result | Lost]]:
        """Yield the result of each finished chunk, or a `Lost` made from the board's notes."""
        for future in done:
            chunk = window.pending.pop(future)
            if (error := _error_of(future)) is None:
                self._barren = 0
                yield chunk.number, future.result()
                continue
            yield chunk.number, self._loss(chunk, error)

    def _loss(self, chunk: Work[Result], error: BaseException) -> Lost:
        """Return why a chunk was lost; raises for an error that another attempt cannot mend."""
        if isinstance(error, _InThread):
            raise InputError(
                f"backend {self._name}: its executor evaluates in threads of this process, where "
                "evaluations would share its random generators; give one whose workers are "
                "processes"
            )
        if isinstance(error, EvosweepError):
            raise error
        self.complain(error)
        self._barren += 1
        if self._barren > _BARREN * self.workers or isinstance(error, _HOPELESS):
            raise self._refusal(error) from error
        return self._board.loss_of(chunk)

    def _refusal(self, error: BaseException) -> RunError:
        """Return the error for an executor with which nothing can be evaluated."""
        reason = f"{type(error).__name__}: {one_line(error)}"
        return RunError(
            f"backend {self._name}: its executor cannot evaluate ({reason}); its workers need "
            "this evosweep and what the problem imports; look for what kills them"
        )

    def _submit(self, chunk: Work[Result]) -> "Future[Result]":
        """Submit a chunk; returns a failed future if the executor is broken."""
        try:
            return self._running().submit(self.work, Parcel(chunk, self._board.folder))
        except BrokenExecutor as error:
            failed: Future[Result] = Future()
            failed.set_exception(error)
            return failed

    def _running(self) -> Executor:
        if self._executor is None:
            self._executor = self.start()
        return self._executor

    def _discard(self, *, wait: bool = True) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            self.stop(executor, wait=wait)


def _kill_workers(executor: Executor | None) -> None:
    """Kill the workers of a broken pool of Python's, which would wait for them for ever.

    It asks them by SIGTERM to end. A worker may ignore that; another one, born too late to be
    asked, waits for a lock that the dead worker had.
    """
    if isinstance(executor, ProcessPoolExecutor):
        for process in list((executor._processes or {}).values()):
            process.kill()


_HOPELESS = (ImportError, AttributeError, TypeError)
"""Errors of a worker whose code differs from ours; errors of evaluations come back as results."""


def _error_of(future: "Future[Result]") -> BaseException | None:
    """Return a call's error; a call that never finished was lost with its executor."""
    try:
        return future.exception(timeout=0)
    except (CancelledError, TimeoutError) as error:
        return error


class Parcel(Generic[Result]):
    """A chunk as it is submitted: an opaque object, whose content no engine inspects."""

    __slots__ = ("_board", "_chunk", "_sender")

    def __init__(self, chunk: Work[Result], board: str) -> None:
        self._chunk, self._board = chunk, board
        self._sender = address.of_this_process()

    def work(self) -> Result:
        """Evaluate the chunk under a lock, since a process has one set of random generators."""
        here = address.of_this_process()
        if here == self._sender:
            raise _InThread
        with _one_at_a_time:
            is_neighbour = here.partition("@")[2] == self._sender.partition("@")[2]
            activity.sit_at(self._board if is_neighbour else None)
            return self._chunk.work()
