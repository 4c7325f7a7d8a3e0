"""Send chunks to MPI's ranks, and receive their results, by messages between rank 0 and each rank.

mpi4py's executor gives a rank its next call once the last result is back, so that the rank waits
each time, and two threads of rank 0 take turns for each call. Here the executor gives each rank a
single call, which lasts: it evaluates the chunks that arrive. While it evaluates one, the next one
arrives already. All messages are in the order of their sending, so results need no number.
"""

import itertools
import os
import pickle
import struct
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any, Generic, NamedTuple

from evosweep.backends.answers import answer, outcome_of
from evosweep.backends.over_executor import Parcel
from evosweep.backends.protocol import Result, Work
from evosweep.backends.room import CHUNKS_A_WORKER, Room

NAP_VARIABLE = "MPI4PY_FUTURES_BACKOFF"
NAP = 0.001  # seconds; mpi4py's own
_CHUNK, _RESULT, _FAREWELL = 7101, 7102, 7103  # tags; MPI allows 32,767 at least
_SESSION = struct.Struct("=q")
_SHORTEST = 0.00002  # seconds of the first nap

_sessions = itertools.count()
_unfinished: list[Any] = []
"""Requests of messages that nobody may receive any more, and that MPI may read until the end."""


class Reply(NamedTuple, Generic[Result]):
    """What a rank has made of a chunk: a result, or the error that it had instead."""

    chunk: Work[Result]
    result: Result
    error: Exception | None


class _Sent(NamedTuple):
    chunk: Work[Any] | None
    """None if nobody waits for it any more."""
    request: Any
    """MPI's request, which holds what is sent until that is done."""


class Ranks(Generic[Result]):
    """Rank 0's end of the messages; one object at a time has the ranks of a program.

    Parameters
    ----------
    executor
        mpi4py's executor over all ranks.
    workers
        Number of ranks that evaluate.
    """

    def __init__(self, executor: Executor, workers: int) -> None:
        self._port = _Port(next(_sessions))
        self._calls = [executor.submit(serve, self._port.session) for _ in range(workers)]
        self._sent: dict[int, deque[_Sent]] = {rank: deque() for rank in range(1, workers + 1)}
        self.in_flight = 0
        """Number of chunks for whose results somebody waits."""
        self.begin()

    @property
    def has_room(self) -> bool:
        """True if a rank can be sent a chunk."""
        return bool(self._room)

    @property
    def errors(self) -> list[BaseException]:
        """The errors of ranks that evaluate no more, since they had one outside of a chunk."""
        errors = (call.exception() for call in self._calls if call.done())
        return [error for error in errors if error is not None]

    def begin(self) -> None:
        """Wait no longer for the chunks that were sent, and begin with the first rank again.

        So the ranks that get the first chunks get the first, longest ones of later rounds, too.
        """
        for sent in self._sent.values():
            for place, each in enumerate(sent):
                sent[place] = each._replace(chunk=None)
        self.in_flight = 0
        self._room = Room(
            rank
            for chunks in range(CHUNKS_A_WORKER)
            for rank, sent in self._sent.items()
            if len(sent) <= chunks
        )

    def send(self, chunk: Work[Result], board: str) -> None:
        """Send a chunk to the rank that needs it most."""
        data = pickle.dumps(Parcel(chunk, board).work, pickle.HIGHEST_PROTOCOL)
        rank = self._room.take()
        self._sent[rank].append(_Sent(chunk, self._port.send(rank, _CHUNK, data)))
        self.in_flight += 1

    def replies(self, seconds: float) -> Iterator[Reply[Result]]:
        """Yield all answers that are there; waits for the first one for so many seconds."""
        end, naps = time.monotonic() + seconds, _Naps(NAP)
        while not self._port.has(_RESULT):
            if time.monotonic() > end:
                return
            naps.take()
        while self._port.has(_RESULT):
            rank, data = self._port.receive(_RESULT)
            if data is not None and (found := self._reply_of(rank, data)) is not None:
                yield found

    def _reply_of(self, rank: int, data: memoryview) -> Reply[Result] | None:
        """Return the answer of a rank to its first chunk; None if nobody waits for it."""
        chunk, request = self._sent[rank].popleft()
        request.Wait()  # it has arrived
        self._room.give(rank, is_idle=not self._sent[rank])
        if chunk is None:
            return None
        self.in_flight -= 1
        return Reply(chunk, *outcome_of(data))

    def dismiss(self) -> None:
        """Let all ranks end their calls; a rank that evaluates something finishes that first."""
        for rank in self._sent:
            _unfinished.append(self._port.send(rank, _FAREWELL, b""))
        _unfinished.extend(each.request for sent in self._sent.values() for each in sent)


class _Port:
    """The messages of one session between rank 0 and the others; all else is thrown away."""

    def __init__(self, session: int) -> None:
        from mpi4py import MPI

        self.session = session
        self._byte, self._anybody, self._status = MPI.BYTE, MPI.ANY_SOURCE, MPI.Status()
        self._world = MPI.COMM_WORLD

    def has(self, tag: int) -> bool:
        """Return True if a message with this tag has arrived."""
        return bool(self._world.Iprobe(self._anybody, tag, self._status))

    def receive(self, tag: int) -> tuple[int, memoryview | None]:
        """Return the sender of the message that `has` has seen, and what it says.

        That is None if the message is of another session.
        """
        rank, size = self._status.Get_source(), self._status.Get_count(self._byte)
        buffer = bytearray(size)
        self._world.Recv([buffer, self._byte], rank, tag)
        (session,) = _SESSION.unpack_from(buffer)
        return rank, memoryview(buffer)[_SESSION.size :] if session == self.session else None

    def send(self, rank: int, tag: int, data: bytes) -> Any:
        """Begin to send; returns MPI's request, which must be kept until it is done."""
        message = _SESSION.pack(self.session) + data
        return self._world.Isend([message, self._byte], rank, tag)


class _Naps:
    """Naps between two looks, each twice as long as the last one: MPI has no other wait."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self.again()

    def again(self) -> None:
        self._next = _SHORTEST

    def take(self) -> None:
        time.sleep(self._next)
        self._next = min(2 * self._next, self._longest)


def serve(session: int) -> None:
    """Evaluate the chunks that rank 0 sends until its farewell; a rank's only call."""
    port, naps = _Port(session), _Naps(float(os.environ.get(NAP_VARIABLE, NAP)))
    while not port.has(_FAREWELL):
        if not port.has(_CHUNK):
            naps.take()
            continue
        _, data = port.receive(_CHUNK)
        if data is not None:
            _send_answer(port, answer(data), naps)
            naps.again()
    port.receive(_FAREWELL)


def _send_answer(port: _Port, data: bytes, naps: _Naps) -> None:
    """Send an answer; it stays in memory if rank 0 says farewell before it takes it."""
    request = port.send(0, _RESULT, data)
    naps.again()
    while not request.Test():
        if port.has(_FAREWELL):
            _unfinished.append(request)
            return
        naps.take()
