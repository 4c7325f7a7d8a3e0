"""Send chunks to Dask's workers by lanes: each worker gets all its chunks over one connection.

Each task costs Dask's scheduler about 3 ms, and all tasks of a run pass through it. So each worker
of a run's own cluster gets only one task, which lasts: it connects to the run's process, by Dask's
own communication and with the cluster's certificate, and evaluates the chunks that arrive. A worker
has one chunk at a time, so that its death only costs this chunk. Then its task is sent again, for
the worker that replaces it.
"""

import asyncio
import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

from evosweep.errors import one_line

if TYPE_CHECKING:
    from distributed import Client

_Words = ParamSpec("_Words")
_Value = TypeVar("_Value")

_BARREN = 20
"""Per lane: the run ends if so many workers in a row are lost without a result."""


class WorkerLost(Exception):
    """A worker was lost together with its chunk."""


class _Parcel(NamedTuple):
    data: bytes
    future: "Future[Any]"


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
        self._lanes: set[asyncio.Task[None]] = set()
        self._tasks: set[Any] = set()
        client.sync(self._listen)
        for _ in range(workers):
            self._send_task()

    def submit(
        self, fn: Callable[_Words, _Value], /, *args: _Words.args, **kwargs: _Words.kwargs
    ) -> "Future[_Value]":
        """Queue a call for the first free worker; returns its future."""
        future: Future[_Value] = Future()
        parcel = _Parcel(pickle.dumps((fn, args, kwargs), pickle.HIGHEST_PROTOCOL), future)
        self._loop.add_callback(self._waiting.put_nowait, parcel)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Close the lanes, which ends the tasks of the workers."""
        self._is_open = False
        with suppress(OSError, RuntimeError, TimeoutError):  # the cluster is gone already
            self._client.sync(self._close)

    async def _listen(self) -> None:
        from distributed.comm.core import listen

        self._waiting: asyncio.Queue[_Parcel] = asyncio.Queue()
        place = urlsplit(str(self._client.scheduler_info()["address"]))
        arguments = self._client.security.get_listen_args("client")
        self._listener = await listen(
            f"{place.scheme}://{place.hostname}:0", self._serve_lane, **arguments
        )

    async def _close(self) -> None:
        self._listener.stop()
        for lane in tuple(self._lanes):
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    def _send_task(self) -> None:
        task = self._client.submit(work_for, self._listener.contact_address, pure=False, retries=0)
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
        while not self._waiting.empty():
            self._waiting.get_nowait().future.set_exception(error)

    async def _serve_lane(self, comm: Any) -> None:
        """Send chunks to the worker at the other end, one after the other, while it lives."""
        lane = asyncio.current_task()
        assert lane is not None
        self._lanes.add(lane)
        try:
            while (answer := await self._hand_over(comm)) is not None:
                self._barren = 0
                _settle(*answer)
        finally:
            self._lanes.discard(lane)
            comm.abort()

    async def _hand_over(self, comm: Any) -> "tuple[tuple[bool, bytes], Future[Any]] | None":
        """Send the next chunk; returns the answer and its future, or None if the worker is gone."""
        if not self._waiting.empty():  # as in the middle of a batch
            return await _ask(comm, self._waiting.get_nowait(), None)
        answer, parcel = asyncio.ensure_future(comm.read()), asyncio.ensure_future(
            self._waiting.get()
        )  # fmt: skip
        try:
            await asyncio.wait({answer, parcel}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():  # nothing was asked, so it is gone
                if parcel.done():
                    self._waiting.put_nowait(parcel.result())
                return None
            return await _ask(comm, parcel.result(), answer)
        finally:
            for each in (answer, parcel):
                each.cancel()
            await asyncio.gather(answer, parcel, return_exceptions=True)


async def _ask(
    comm: Any, parcel: _Parcel, answer: "asyncio.Future[Any] | None"
) -> "tuple[tuple[bool, bytes], Future[Any]] | None":
    """Send a chunk and wait for the answer, for which `answer` may wait already."""
    try:
        await comm.write(parcel.data)
        return await (answer or comm.read()), parcel.future
    except OSError as error:
        parcel.future.set_exception(WorkerLost(one_line(error)))
        return None


def _settle(answer: tuple[bool, bytes], future: "Future[Any]") -> None:
    """Give a future the value, or the error, that a worker has sent: it has our certificate."""
    is_result, data = answer
    try:
        value = pickle.loads(data)
    except Exception as error:
        is_result, value = False, error
    future.set_result(value) if is_result else future.set_exception(value)


def work_for(address: str) -> None:
    """Evaluate the chunks from an address until it closes the connection; a worker's only task."""
    from distributed import get_worker
    from distributed.comm.core import connect
    from distributed.utils import sync

    worker = get_worker()
    arguments = worker.security.get_connection_args("worker")
    comm = sync(worker.loop, connect, address, **arguments)
    with suppress(OSError):
        data = sync(worker.loop, comm.read)
        while True:
            data = sync(worker.loop, _exchange, comm, _answer(data))
    worker.loop.add_callback(comm.abort)


async def _exchange(comm: Any, answer: tuple[bool, bytes]) -> bytes:
    """Send the answer to a chunk and return the next chunk, in one visit of Dask's thread."""
    await comm.write(answer)
    data: bytes = await comm.read()
    return data


def _answer(data: bytes) -> tuple[bool, bytes]:
    """Make a call; returns (True, its value) or (False, its error), both pickled."""
    try:
        function, arguments, keywords = pickle.loads(data)
        return True, pickle.dumps(function(*arguments, **keywords), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return False, pickle.dumps(error)
