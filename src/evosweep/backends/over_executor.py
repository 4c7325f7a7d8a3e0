"""Evaluations over an executor of `concurrent.futures`, whoever made it and wherever it works.

What an executor says of a dead worker differs: some break as a whole, some fail the one call, none
names the individual. Workers of this machine note on the board what they evaluate, as a pool's do,
so that an evaluation that killed its worker is known, and one past its timeout is killed. Of
workers elsewhere nothing is known but that a chunk did not come back.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from pathlib import Path
from types import TracebackType
from typing import Generic, Self

from evosweep.backends.protocol import Lost, Result, Work
from evosweep.errors import EvosweepError, InputError, RunError, one_line
from evosweep.processes import activity, address, kill

_TICK = 0.1
_CHUNKS_A_WORKER = 2  # one at work and one that waits for it
_BARREN = 20
"""So many calls in a row may fail before what the executor says is taken for its last word."""

_one_at_a_time = threading.Lock()


class _InThread(Exception):
    """A chunk came to the process that had sent it."""


class OverExecutor:
    """The part that all such backends share; each says how its executor is started.

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
        self._board = _Board()
        self._barren = 0

    @staticmethod
    def work(parcel: "Parcel[Result]") -> Result:
        """Evaluates what was sent to a worker."""
        return parcel.work()

    def start(self) -> Executor:
        """A new executor, which has no worker in this process."""
        raise NotImplementedError

    def stop(self, executor: Executor, *, wait: bool) -> None:
        """Ends an executor; `wait`: after what it evaluates."""
        executor.shutdown(wait=wait)

    def complain(self, error: BaseException) -> None:
        """Raises where an executor's error says that no other chunk will come back either."""

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
        """Keeps every worker busy with one chunk and a second one waiting."""
        window: _Window[Result] = _Window(chunks, _CHUNKS_A_WORKER * self.workers)
        while window.fill(self._submit):
            done, _ = wait(window.pending, timeout=_TICK, return_when=FIRST_COMPLETED)
            if not done:
                self._board.kill_overdue()
            if any(isinstance(_error_of(future), BrokenExecutor) for future in done):
                self._discard()
                done = set(window.pending)
            yield from self._results(window, done)

    def _results(
        self, window: "_Window[Result]", done: "set[Future[Result]]"
    ) -> Iterator[tuple[int, Result | Lost]]:
        """Each finished chunk; those whose call failed with what the board says of their worker."""
        losses: list[tuple[activity.Note, Lost]] | None = None
        for future in done:
            chunk = window.pending.pop(future)
            if (error := _error_of(future)) is None:
                self._barren = 0
                yield chunk.number, future.result()
                continue
            self._judge(error)
            losses = self._board.losses() if losses is None else losses
            yield chunk.number, _loss_of(chunk, losses)

    def _judge(self, error: BaseException) -> None:
        """Raises for an error that another attempt cannot mend."""
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
            reason = f"{type(error).__name__}: {one_line(error)}"
            raise RunError(
                f"backend {self._name}: its executor cannot evaluate ({reason}); its workers need "
                "this evosweep and what the problem imports; look for what kills them"
            ) from error

    def _submit(self, chunk: Work[Result]) -> "Future[Result]":
        """The future of the result; a failed one where the executor takes no more."""
        try:
            return self._running().submit(self.work, self._board.parcel(chunk))
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


_HOPELESS = (ImportError, AttributeError, TypeError)
"""What comes of workers that have other code; evaluations return their own errors."""


class _Window(Generic[Result]):
    """The chunks on their way, by the future of their result; never more than so many."""

    def __init__(self, chunks: Iterator[Work[Result]], size: int) -> None:
        self._chunks, self._size = chunks, size
        self.pending: dict[Future[Result], Work[Result]] = {}

    def fill(self, submit: "Submit[Result]") -> bool:
        """Sends chunks while there is room; whether any is on its way."""
        while len(self.pending) < self._size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            future = submit(chunk)
            self.pending[future] = chunk
            if future.done():  # the executor is broken and takes no more
                break
        return bool(self.pending)


class _Board:
    """What the workers of this machine evaluate, and which of them are dead."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._own = False
        self._late: set[int] = set()

    def open(self) -> None:
        """Takes the job's board, or makes one."""
        inherited = os.environ.get(activity.FOLDER_VARIABLE)
        self._own = inherited is None
        self._folder = Path(inherited or tempfile.mkdtemp(prefix="evosweep-"))

    def close(self) -> None:
        """Removes a board of its own."""
        if self._own and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def parcel(self, chunk: Work[Result]) -> "Parcel[Result]":
        """A chunk as it travels, with the place where it comes from."""
        return Parcel(chunk, address.of_this_process(), str(self._folder))

    def kill_overdue(self) -> None:
        """Kills workers of this machine that are past their deadline."""
        for note in self._notes():
            if note.overdue and kill.is_alive(note.pid):
                self._late.add(note.pid)
                kill.tree(note.pid)

    def kill_busy(self) -> None:
        """Kills workers of this machine in the middle of an evaluation that nobody waits for."""
        for note in self._notes():
            kill.tree(note.pid)

    def losses(self) -> list[tuple[activity.Note, Lost]]:
        """What workers evaluated that have died since this was asked last."""
        dead = [note for note in self._notes() if not kill.is_alive(note.pid)]
        for note in dead:
            Path(self._folder or "", str(note.pid)).unlink(missing_ok=True)
        return [(n, Lost(n.index, "timeout" if n.pid in self._late else "worker")) for n in dead]

    def _notes(self) -> list[activity.Note]:
        notes = activity.notes(self._folder) if self._folder else ()
        return [note for note in notes if note.pooled and note.pid != os.getpid()]


Submit = Callable[[Work[Result]], "Future[Result]"]


def _error_of(future: "Future[Result]") -> BaseException | None:
    """The error of a call; a call that is not done after all was lost with its executor."""
    try:
        return future.exception(timeout=0)
    except (CancelledError, TimeoutError) as error:
        return error


def _loss_of(chunk: Work[Result], losses: list[tuple[activity.Note, Lost]]) -> Lost:
    """The evaluation of a chunk that was lost; all of them where no dead worker is known."""
    for note, lost in losses:
        if note.batch == chunk.batch and note.index in chunk.indices:
            return lost
    return Lost() if losses else Lost(reason="unknown")


class Parcel(Generic[Result]):
    """A chunk on its way: an object that no engine looks into."""

    __slots__ = ("_board", "_chunk", "_sender")

    def __init__(self, chunk: Work[Result], sender: str, board: str) -> None:
        self._chunk, self._sender, self._board = chunk, sender, board

    def work(self) -> Result:
        """Evaluates the chunk; one at a time, since a process has one set of generators."""
        here = address.of_this_process()
        if here == self._sender:
            raise _InThread
        with _one_at_a_time:
            is_neighbour = here.partition("@")[2] == self._sender.partition("@")[2]
            activity.sit_at(self._board if is_neighbour else None)
            return self._chunk.work()
