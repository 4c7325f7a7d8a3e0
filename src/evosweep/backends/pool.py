"""Evaluations in a `ProcessPoolExecutor`, started by forkserver.

When one worker dies, the executor breaks as a whole and names neither the worker nor the cause. So
each worker notes on the board what it evaluates; this names the chunk and the individual.
"""

import errno
import fcntl
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess, parent_process
from pathlib import Path
from types import TracebackType
from typing import Self

from evosweep.backends.protocol import Lost, Result, Timed, Work
from evosweep.backends.window import Window
from evosweep.errors import RunError
from evosweep.processes import activity, kill, safe_path, signals
from evosweep.processes.paused import Paused

_PRELOADED = ["deap.tools", "deap.gp", "numpy.random", "evosweep.evaluation.worker"]
_TICK = 0.1
_HANDOVER = 0.0005  # seconds in which a chunk is on its way to a worker
_PIPE = 2**20  # bytes; more is not for everybody
_NO_ROOM = (errno.ENOSPC, errno.ENOENT, errno.EACCES, errno.EROFS, errno.ENOMEM)
_GRACE = 2.0  # seconds for a worker that has nothing left to do
_CHUNKS_A_WORKER = 2  # one at work and one that waits for it


class _Worker(ForkServerProcess):
    """A worker whose child processes are killed with it, even when the executor terminates it."""

    def terminate(self) -> None:
        if self.pid is not None and self.is_alive():
            kill.tree(self.pid, signal.SIGTERM)


class _Context(ForkServerContext):
    Process = _Worker


_Pending = dict[Future[Result | Lost], Work[Result]]
"""Submitted chunks that are not done, by the future of their result."""


class Pool:
    """Worker processes; the first chunk starts them."""

    overhead = 0.002
    watches = True
    local = False
    elsewhere = False

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None
        self._board: Path | None = None
        self._own_board = False
        self._paused = Paused()

    def __enter__(self) -> Self:
        inherited = os.environ.get(activity.FOLDER_VARIABLE)
        self._own_board = inherited is None
        self._board = Path(inherited or tempfile.mkdtemp(prefix="evosweep-"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._executor is not None:
            if error is not None:
                self._kill_all()
            self._shut_down(self._executor)
            self._executor = None
        if self._own_board and self._board is not None:
            shutil.rmtree(self._board, ignore_errors=True)

    def _shut_down(self, executor: ProcessPoolExecutor) -> None:
        """Stop the workers, and all processes that evaluations started in them, in bounded time.

        Otherwise a worker whose evaluation started joblib's processes would wait minutes for them.
        """
        workers = self._processes()
        executor.shutdown(wait=False, cancel_futures=True)
        end = time.monotonic() + _GRACE
        alive = [worker.sentinel for worker in workers]
        while alive and (left := end - time.monotonic()) > 0:
            ended = wait_for(alive, left)
            alive = [sentinel for sentinel in alive if sentinel not in ended]
        for worker in workers:
            if worker.pid is not None and worker.is_alive():
                kill.tree(worker.pid)
        executor.shutdown(wait=True)

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """Keep every worker busy with one chunk and a second one waiting."""
        window: Window[Result, Result | Lost] = Window(chunks, _CHUNKS_A_WORKER * self.workers)
        while self._fill(window):
            done = window.wait(_TICK)
            overdue = [] if done else self._kill_overdue()
            for future in done:
                if isinstance(future.exception(), BrokenProcessPool):
                    yield from self._lost(window.pending, overdue)
                    break
                yield window.pending.pop(future).number, future.result()
            if overdue:
                wait(window.pending)
                yield from self._lost(window.pending, overdue)

    def _fill(self, window: Window[Result, Result | Lost]) -> bool:
        began = time.perf_counter()
        for _ in window.filling(lambda chunk: self._submit(chunk, alone=not window.pending)):
            if len(window.pending) == self.workers or time.perf_counter() - began > _HANDOVER:
                # The threads that send them need the interpreter, which the next would keep busy.
                time.sleep(_HANDOVER)
            began = time.perf_counter()
        return bool(window.pending)

    def _submit(self, chunk: Work[Result], *, alone: bool) -> "Future[Result | Lost]":
        """Submit a chunk; returns a future that holds a `Lost` if the executor is broken."""
        future: Future[Result | Lost] = Future()
        try:
            return self._running().submit(_work, chunk)
        except BrokenProcessPool:  # a worker was killed while it had nothing to do
            pass
        except (EOFError, ConnectionError):
            # The forkserver was killed while it started a worker. That worker is in no list, and
            # may die holding the lock of the queue: the other workers cannot be used any more.
            for process in self._processes():
                process.terminate()
        if alone:
            self._discard()
            future.set_result(Lost())
        else:
            future.set_exception(BrokenProcessPool())
        return future

    def _running(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = _Context()
            context.set_forkserver_preload(_PRELOADED)
            arguments = (str(self._board), multiprocessing.get_start_method(allow_none=True))
            with safe_path.required(), _shared_memory():
                self._executor = ProcessPoolExecutor(self.workers, context, _start, arguments)
                forkserver.ensure_running()
            _widen(self._executor)
        return self._executor

    def _processes(self) -> list[BaseProcess]:
        return list((getattr(self._executor, "_processes", None) or {}).values())

    def _kill_overdue(self) -> list[activity.Note]:
        assert self._board is not None
        mine = {process.pid for process in self._processes()}
        late = [n for n in activity.notes(self._board) if n.pooled and n.overdue and n.pid in mine]
        for note in late:
            kill.tree(note.pid)
        for pid in self._paused.too_long(pid for pid in mine if pid is not None):
            kill.tree(pid)  # then the executor is broken, as by any other kill
        return late

    def _lost(
        self, pending: "_Pending[Result]", overdue: list[activity.Note]
    ) -> Iterator[tuple[int, Result | Lost]]:
        """Yield a result or a `Lost` for every submitted chunk after the executor broke."""
        losses = self._losses(overdue)
        self._discard()
        for future, chunk in pending.items():
            if future.done() and future.exception() is None:
                yield chunk.number, future.result()
            else:
                yield chunk.number, _loss_of(chunk, losses)
        pending.clear()

    def _losses(self, overdue: list[activity.Note]) -> list[tuple[activity.Note, Lost]]:
        """Return the workers that died by themselves; the executor terminated all others."""
        assert self._board is not None
        losses = [(note, Lost(note.index, "timeout")) for note in overdue]
        late = {note.pid for note in overdue}
        for process in self._processes():
            process.join(timeout=5)
            code = process.exitcode
            if process.pid is None or process.pid in late or code in (None, -signal.SIGTERM):
                continue
            if note := activity.note(self._board, process.pid):
                number = -code if code < 0 else None
                losses.append((note, Lost(note.index, "worker", number)))
        return losses

    def _discard(self) -> None:
        if self._executor is not None:
            self._kill_all()
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def _kill_all(self) -> None:
        for process in self._processes():
            if process.pid is not None and process.is_alive():
                kill.tree(process.pid)


@contextmanager
def _shared_memory() -> Iterator[None]:
    """Raise RunError with advice if the queues cannot make their semaphores in /dev/shm."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise RunError(
            f"backend pool: /dev/shm is needed and cannot be written to ({error.strerror}); make "
            "room there, give the container some (--shm-size 64m), or use another backend"
        ) from error


def _widen(executor: ProcessPoolExecutor) -> None:
    """Enlarge the pipe to the workers if the system can, so that whole chunks fit into it.

    A chunk that is larger than the pipe arrives in parts, one whenever this process gets the
    processor; on a busy machine each part then costs milliseconds.
    """
    with suppress(AttributeError, OSError):
        pipe = executor._call_queue._writer.fileno()  # type: ignore[attr-defined]
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _loss_of(chunk: Work[Timed], losses: list[tuple[activity.Note, Lost]]) -> Lost:
    for note, lost in losses:
        if note.batch == chunk.batch and note.index in chunk.indices:
            return lost
    return Lost()


def _work(chunk: Work[Result]) -> Result | Lost:
    return chunk.work()


def _start(board_folder: str, start_method: str | None) -> None:
    """Prepare a worker: ignore the terminal's signals, and die with the parent.

    Evaluations that start processes use the program's own start method, not the pool's.
    """
    multiprocessing.set_start_method(start_method, force=True)
    os.environ[activity.FOLDER_VARIABLE] = board_folder
    safe_path.release()
    signals.leave_terminal_to_parent()
    process = parent_process()
    if process is not None:
        threading.Thread(target=_end_with, args=(process.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    kill.tree(os.getpid())
