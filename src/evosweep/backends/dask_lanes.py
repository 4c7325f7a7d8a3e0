"""Send chunks to Dask's workers by lanes: each worker gets all its chunks over one connection.

Each task costs Dask's scheduler about 3 ms, and all tasks of a run pass through it. So each worker
of a run's own cluster gets only one task, which lasts: it connects to the run's process, with the
cluster's certificate, and evaluates the chunks that arrive. While it evaluates one, a second one
waits in the connection. Its thread reads by itself, for Dask's own communication would take turns
with another thread for each chunk. When a worker is lost, its first chunk is lost with it, and the
second one goes to another worker. Then its task is sent again, for the worker that replaces it.
"""

import asyncio
import pickle
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

from evosweep.backends.answers import answer, outcome_of
from evosweep.backends.room import CHUNKS_A_WORKER, Room
from evosweep.errors import one_line
from evosweep.processes.lifeline import probe_often

if TYPE_CHECKING:
    from distributed import Client

_Words = ParamSpec("_Words")
_Value = TypeVar("_Value")

_LENGTH = struct.Struct("=Q")
_BARREN = 20
"""Per lane: the run ends if so many workers in a row are lost without a result."""


class WorkerLost(Exception):
    """A worker was lost together with its chunk."""


class _Parcel(NamedTuple):
    data: bytes
    future: "Future[Any]"


class _Lane:
    """The connection of a worker, and what it was sent and has not answered, in that order."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.sent: deque[_Parcel] = deque()

    def send(self, parcel: _Parcel) -> None:
        self.sent.append(parcel)
        self._writer.write(_LENGTH.pack(len(parcel.data)) + parcel.data)

    def abort(self) -> None:
        """Close the connection, which ends the worker's task."""
        self._writer.transport.abort()


class Lanes(Executor):
    """An executor over the workers of a client's cluster.

    Parameters
    ----------
    client
        The client; its workers have one thread each, and nobody else uses them.
    workers
        Number of workers.
    """

    def __init__(self, client: "Client", workers: int) -> None:
        assert client.loop is not None
        self._client, self._loop, self._workers = client, client.loop, workers
        self._is_open = True
        self._barren = 0
        self._waiting: deque[_Parcel] = deque()
        self._room: Room[_Lane] = Room()
        """A place for each chunk more that can be sent."""
        self._lanes: list[_Lane] = []
        self._tasks: set[Any] = set()
        client.sync(self._listen)
        for _ in range(workers):
            self._send_task()

    def submit(
        self, fn: Callable[_Words, _Value], /, *args: _Words.args, **kwargs: _Words.kwargs
    ) -> "Future[_Value]":
        """Queue a call for the first free worker; returns its future."""
        future: Future[_Value] = Future()
        data = pickle.dumps(partial(fn, *args, **kwargs), pickle.HIGHEST_PROTOCOL)
        self._loop.add_callback(self._queue, _Parcel(data, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Close the lanes, which ends the tasks of the workers."""
        self._is_open = False
        with suppress(OSError, RuntimeError, TimeoutError):  # the cluster is gone already
            self._client.sync(self._close)

    async def _listen(self) -> None:
        place = urlsplit(str(self._client.scheduler_info()["address"]))
        context = self._client.security.get_listen_args("client").get("ssl_context")
        self._server = await asyncio.start_server(self._serve, place.hostname, 0, ssl=context)
        port = self._server.sockets[0].getsockname()[1]
        self._address = f"{place.scheme}://{place.hostname}:{port}"

    async def _close(self) -> None:
        self._server.close()
        for lane in self._lanes:
            lane.abort()

    def _send_task(self) -> None:
        task = self._client.submit(work_for, self._address, pure=False, retries=0)
        self._tasks.add(task)  # else Dask would forget it
        task.add_done_callback(self._end_task)

    def _end_task(self, task: Any) -> None:
        self._tasks.discard(task)
        if not self._is_open:
            return
        self._barren += 1
        if self._barren > _BARREN * self._workers:
            error = WorkerLost(f"{self._barren} times in a row; the last task is {task.status}")
            self._loop.add_callback(self._give_up, error)
        self._send_task()

    def _give_up(self, error: WorkerLost) -> None:
        while self._waiting:
            self._waiting.popleft().future.set_exception(error)

    def _queue(self, parcel: _Parcel) -> None:
        if not any(lane.sent for lane in self._lanes):  # who gets the first ones, longest first
            self._room = Room(self._lanes * CHUNKS_A_WORKER)
        self._waiting.append(parcel)
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self._room:
            self._room.take().send(self._waiting.popleft())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand chunks to the worker at the other end, and settle its answers, while it lives."""
        lane = _Lane(writer)
        probe_often(writer.get_extra_info("socket"))
        self._lanes.append(lane)
        self._room.give(lane, is_idle=True)
        self._room.give_second(lane)
        reason = "it closed its lane"
        try:
            self._hand_out()
            while True:
                self._settle(lane, await _read(reader))
        except (OSError, asyncio.IncompleteReadError) as error:
            reason = one_line(error)
        finally:
            self._close_lane(lane, WorkerLost(reason))

    def _settle(self, lane: _Lane, data: bytes) -> None:
        """Give the worker another chunk, and its first one's future what it has sent."""
        self._barren = 0
        future = lane.sent.popleft().future
        self._room.give(lane, is_idle=not lane.sent)
        self._hand_out()
        value, error = outcome_of(data)  # from a worker that has our certificate
        future.set_exception(error) if error else future.set_result(value)

    def _close_lane(self, lane: _Lane, error: WorkerLost) -> None:
        """Lose the chunk that the worker had begun; the others go to other workers."""
        lane.abort()
        self._lanes.remove(lane)
        self._room.close(lane)
        if lane.sent:
            lane.sent.popleft().future.set_exception(error)
        self._waiting.extendleft(reversed(lane.sent))
        self._hand_out()


async def _read(reader: asyncio.StreamReader) -> bytes:
    (size,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return await reader.readexactly(size)


def work_for(address: str) -> None:
    """Evaluate the chunks from an address until it closes the connection; a worker's only task."""
    with (
        suppress(OSError, struct.error),  # the connection has ended, maybe within a chunk
        _connected(address) as connection,
        connection.makefile("rb") as chunks,
    ):
        while size := _LENGTH.unpack(chunks.read(_LENGTH.size))[0]:
            result = answer(chunks.read(size))
            connection.sendall(_LENGTH.pack(len(result)) + result)


def _connected(address: str) -> socket.socket:
    from distributed import get_worker

    place = urlsplit(address)
    connection = socket.create_connection((place.hostname, place.port))
    probe_often(connection)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    context: ssl.SSLContext | None = (
        get_worker().security.get_connection_args("worker").get("ssl_context")
    )
    return context.wrap_socket(connection) if context else connection
