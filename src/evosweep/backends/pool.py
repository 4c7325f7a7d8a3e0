"""Evaluations in worker processes of this machine, started by forkserver.

Each worker has a connection of its own, and one selector waits for all of them. So a result costs
the same however many workers there are, and the death of a worker costs no other one its chunk.
Each worker notes on the board what it evaluates; this names the individual that killed it.
"""

import multiprocessing
import os
import selectors
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from multiprocessing import forkserver
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evosweep.backends.pool_worker import Worker
from evosweep.backends.protocol import Lost, Result, Work
from evosweep.backends.room import Room
from evosweep.errors import RunError
from evosweep.processes import activity, kill, safe_path
from evosweep.processes.paused import Paused

_PRELOADED = ["evosweep.backends.pool_preload"]
_PERIOD, _LONGEST_PERIOD = 0.1, 0.5
"""Seconds between two looks for workers that are past a deadline, or stopped."""
_LOOK = 0.002  # seconds of that period for each worker: a look takes a fiftieth of it
_GRACE = 2.0  # seconds for a worker that has nothing left to do
_READ, _BOTH = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE


class Pool:
    """Worker processes; the first chunks start them."""

    overhead = 0.002
    watches = True
    local = False
    elsewhere = False

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._alive: set[Worker[Any]] = set()
        self._room: Room[Worker[Any] | None] = Room([None] * workers)
        """A place for each chunk more that can be sent; None for a worker that is not started."""
        self._in_flight = 0
        self._looked = 0.0
        self._period = min(_LONGEST_PERIOD, max(_PERIOD, workers * _LOOK))
        self._board: Path | None = None
        self._own_board = False
        self._paused = Paused()

    def __enter__(self) -> Self:
        inherited = os.environ.get(activity.FOLDER_VARIABLE)
        self._own_board = inherited is None
        self._board = Path(inherited or tempfile.mkdtemp(prefix="evosweep-"))
        self._selector = selectors.DefaultSelector()
        self._context.set_forkserver_preload(_PRELOADED)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end(0.0 if error is not None else _GRACE)
        self._selector.close()
        if self._own_board and self._board is not None:
            shutil.rmtree(self._board, ignore_errors=True)

    def _end(self, grace: float) -> None:
        """Stop the workers, and all processes that evaluations started in them, in bounded time.

        Otherwise a worker whose evaluation started joblib's processes would wait minutes for them.
        """
        end = time.monotonic() + grace
        for worker in self._alive:
            worker.dismiss()
        running = [worker.sentinel for worker in self._alive]
        while running and (left := end - time.monotonic()) > 0:
            ended = wait_for(running, left)
            running = [sentinel for sentinel in running if sentinel not in ended]
        for worker in self._alive:
            worker.kill()
        for worker in self._alive:
            worker.bury()
        self._alive.clear()

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """Keep every worker busy with one chunk and a second one waiting."""
        for worker in self._alive:
            worker.forget()  # what the caller before did not wait for
        self._in_flight, goes_on = 0, True
        while goes_on or self._in_flight:
            goes_on = yield from self._fill(chunks)
            for worker in self._ready(0.0 if goes_on else self._period):
                yield from self._results(worker)
                goes_on = yield from self._fill(chunks)
            self._kill_overdue()

    def _fill(self, chunks: Iterator[Work[Result]]) -> Generator[tuple[int, Lost], None, bool]:
        """Send chunks while there is room, and start one worker at most; returns True if it did.

        A start takes a while, in which the other workers may need something. If it fails, the chunk
        counts as lost.
        """
        while self._room and (chunk := next(chunks, None)) is not None:
            if (worker := self._room.take()) is not None:
                self._send(worker, chunk)
                continue
            try:
                self._send(self._started(), chunk)
            except (EOFError, ConnectionError):  # the forkserver was killed meanwhile
                self._room.give(None, is_idle=False)
                yield chunk.number, Lost()
            return True
        return False

    def _send(self, worker: Worker[Result], chunk: Work[Result]) -> None:
        worker.send(chunk)
        self._in_flight += 1
        if worker.is_full:
            self._selector.modify(worker.fd, _BOTH, worker)

    def _started(self) -> Worker[Result]:
        try:
            with safe_path.required():
                forkserver.ensure_running()
                worker: Worker[Result] = Worker(self._context, str(self._board))
        except ConnectionError:
            raise
        except OSError as error:
            raise RunError(
                f"backend pool: worker {len(self._alive) + 1} of {self.workers} cannot be started "
                f"({error.strerror}); use fewer workers, or raise that limit (ulimit -n, -u)"
            ) from error
        self._alive.add(worker)
        self._room.give_second(worker)
        self._selector.register(worker.fd, _READ, worker)
        self._selector.register(worker.sentinel, _READ, worker)
        return worker

    def _ready(self, seconds: float) -> list[Worker[Any]]:
        """Return the workers that have sent something or have ended; waits for the first."""
        ready: dict[Worker[Any], None] = {}
        for key, events in self._selector.select(seconds):
            worker: Worker[Any] = key.data
            if key.fd == worker.sentinel:
                worker.has_ended = True
            if events & selectors.EVENT_WRITE:
                worker.flush()
                self._selector.modify(worker.fd, _BOTH if worker.is_full else _READ, worker)
            if events & _READ:
                ready[worker] = None
        return list(ready)

    def _results(self, worker: Worker[Result]) -> Iterator[tuple[int, Result | Lost]]:
        """Yield what a worker has sent, and what is lost with it if it has ended."""
        for answer in worker.receive():
            self._room.give(worker, is_idle=not worker.sent)
            if answer.chunk is None:
                continue
            self._in_flight -= 1
            if answer.error is not None:
                raise answer.error
            yield answer.chunk.number, answer.result
        if worker.has_ended:
            yield from self._lost(worker)

    def _lost(self, worker: Worker[Result]) -> Iterator[tuple[int, Lost]]:
        """Yield the chunks of a worker that has ended; the next chunk starts another worker."""
        self._selector.unregister(worker.fd)
        self._selector.unregister(worker.sentinel)
        self._alive.discard(worker)
        self._room.close(worker)
        self._room.give(None, is_idle=True)
        number = worker.bury()
        for chunk in worker.sent:
            if chunk is not None:
                self._in_flight -= 1
                yield chunk.number, self._loss(worker, chunk, number)

    def _loss(self, worker: Worker[Result], chunk: Work[Result], number: int | None) -> Lost:
        """Return why a chunk was lost: its own individual, if the worker was evaluating one."""
        assert self._board is not None
        note = worker.overdue or activity.note(self._board, worker.pid)
        if note is None or note.batch != chunk.batch or note.index not in chunk.indices:
            return Lost()
        return Lost(note.index, "timeout" if worker.overdue else "worker", number)

    def _kill_overdue(self) -> None:
        """Kill the workers that are past a deadline, or that were stopped and not continued."""
        now = time.monotonic()
        if now - self._looked < self._period:
            return
        assert self._board is not None
        self._looked = now
        for worker in self._alive:
            note = activity.note(self._board, worker.pid)
            if note is not None and note.pooled and note.overdue:
                worker.overdue = note
                kill.tree(worker.pid)
        for pid in self._paused.too_long(worker.pid for worker in self._alive):
            kill.tree(pid)
