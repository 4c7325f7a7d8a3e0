"""A worker process of the pool, and both ends of the connection to it.

A worker gets its chunks over a connection of its own, and one chunk may wait there for it. Neither
end ever waits for a worker that does not read: what does not fit into the connection stays with the
parent until there is room. When the connection ends without a farewell, the parent is gone, and the
worker ends with everything that it has started.
"""

import multiprocessing
import os
import pickle
import struct
import threading
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import ForkServerContext
from multiprocessing.process import parent_process
from multiprocessing.reduction import ForkingPickler
from typing import Generic

from evosweep.backends.protocol import Result, Work
from evosweep.processes import activity, kill, safe_path, signals

_LENGTH = struct.Struct("=Q")
_PIECE = 2**18  # bytes that are read at once
_PATIENCE = 5.0  # seconds until the exit code of a worker that has ended must be known
_FAREWELL = _LENGTH.pack(0)
_UNKNOWN = 255  # the exit code of a worker whose forkserver has died


class Worker(Generic[Result]):
    """The parent's end: starts a worker, sends it chunks, and receives their results.

    Raises `OSError` or `EOFError` if the worker cannot be started.
    """

    def __init__(self, context: ForkServerContext, board: str) -> None:
        self.sent: deque[Work[Result] | None] = deque()
        """The chunks that it has, in their order; None for one that nobody waits for any more."""
        self.has_ended = False
        self.overdue: activity.Note | None = None
        """The evaluation for which it was killed, since it took too long."""
        self._unsent, self._received = bytearray(), bytearray()
        self._connection, other_end = context.Pipe()
        method = multiprocessing.get_start_method(allow_none=True)
        self._process = context.Process(target=serve, args=(other_end, board, method))
        try:
            self._process.start()
        except BaseException:  # it may run nevertheless, and ends with its connection
            self._connection.close()
            raise
        finally:
            other_end.close()
        assert self._process.pid is not None
        self.pid = self._process.pid
        os.set_blocking(self.fd, False)

    @property
    def fd(self) -> int:
        """The file descriptor of the connection."""
        return self._connection.fileno()

    @property
    def sentinel(self) -> int:
        """The file descriptor that can be read once the process has ended."""
        return self._process.sentinel

    @property
    def is_full(self) -> bool:
        """True if a part of a chunk waits for room in the connection: then call `flush`."""
        return bool(self._unsent)

    def send(self, chunk: Work[Result]) -> None:
        """Send a chunk, as far as there is room."""
        data = ForkingPickler.dumps(chunk)
        self._unsent += _LENGTH.pack(len(data))
        self._unsent += data
        self.sent.append(chunk)
        self.flush()

    def flush(self) -> None:
        """Send what is left, as far as there is room."""
        with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            while self._unsent:
                del self._unsent[: os.write(self.fd, self._unsent)]

    def receive(self) -> "Iterator[Answer[Result]]":
        """Yield the answer to each chunk that has come."""
        self._read()
        while len(self._received) >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._received)
            end = _LENGTH.size + size
            if len(self._received) < end:
                break
            result, error = pickle.loads(self._received[_LENGTH.size : end])
            del self._received[:end]
            yield Answer(self.sent.popleft(), result, error)

    def _read(self) -> None:
        with suppress(BlockingIOError):
            try:
                while piece := os.read(self.fd, _PIECE):
                    self._received += piece
                    if len(piece) < _PIECE:
                        return
            except ConnectionResetError:
                pass
            self.has_ended = True

    def forget(self) -> None:
        """Note that nobody waits for the results of its chunks any more."""
        self.sent = deque(None for _ in self.sent)

    def dismiss(self) -> None:
        """Let it end after its chunks."""
        self._unsent += _FAREWELL
        self.flush()
        self._connection.close()

    def kill(self) -> None:
        """Kill it, if it runs, with everything that it has started."""
        if self._process.is_alive():
            kill.tree(self.pid)

    def bury(self) -> int | None:
        """Release what it needed, once it has ended; returns the signal that ended it, if any."""
        self._connection.close()
        self._process.join(_PATIENCE)
        code = self._process.exitcode
        if code in (None, _UNKNOWN) and kill.is_alive(self.pid):
            kill.tree(self.pid)
            self._process.join(_PATIENCE)
        with suppress(ValueError):  # it cannot be seen to have ended
            self._process.close()
        return -code if code is not None and code < 0 else None


@dataclass(frozen=True, slots=True)
class Answer(Generic[Result]):
    """What a worker has made of a chunk."""

    chunk: Work[Result] | None
    """None if nobody waits for it any more."""
    result: Result
    error: Exception | None
    """What the chunk has raised instead, or why it could not be read or its result not be sent."""


def serve(connection: Connection, board: str, start_method: str | None) -> None:
    """Evaluate chunks until the farewell; a worker's whole life.

    It ignores the terminal's signals and dies with its parent. Evaluations that start processes use
    the program's own start method, not the pool's.
    """
    multiprocessing.set_start_method(start_method, force=True)
    os.environ[activity.FOLDER_VARIABLE] = board
    safe_path.release()
    signals.leave_terminal_to_parent()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    with (
        open(connection.fileno(), "rb", closefd=False) as chunks,
        suppress(OSError, struct.error),  # the connection has ended, maybe within a chunk
    ):
        while size := _LENGTH.unpack(chunks.read(_LENGTH.size))[0]:
            answer = _answer(chunks.read(size))
            left = memoryview(_LENGTH.pack(len(answer)) + answer)
            while left:
                left = left[os.write(connection.fileno(), left) :]
        return
    kill.tree(os.getpid())


def _answer(data: bytes) -> bytes:
    """Evaluate a chunk; returns its result and None, or None and its error, pickled."""
    try:
        return bytes(ForkingPickler.dumps((pickle.loads(data).work(), None)))
    except Exception as error:
        error.add_note(f"in a worker of the pool:\n{traceback.format_exc()}")
        return pickle.dumps((None, error))


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    kill.tree(os.getpid())
