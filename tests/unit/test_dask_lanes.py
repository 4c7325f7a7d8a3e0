"""A worker of Dask has two chunks at a time, and its end costs the first one alone."""

import asyncio
import operator
import pickle
import socket
import struct
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, closing
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from evosweep.backends.answers import answer
from evosweep.backends.dask_lanes import Lanes, WorkerLost

LENGTH = struct.Struct("=Q")


class Task:
    """A task that never ends."""

    def add_done_callback(self, _: Any) -> None:
        pass


class Client:
    """What lanes need of Dask's client: an event loop, and tasks that a test works on."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.loop = SimpleNamespace(add_callback=self._loop.call_soon_threadsafe)
        self.security = SimpleNamespace(get_listen_args=lambda _: {})
        self.addresses: list[str] = []
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def scheduler_info(self) -> dict[str, str]:
        return {"address": "tcp://127.0.0.1:1"}

    def sync(self, function: Any) -> Any:
        work: Coroutine[Any, Any, Any] = function()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def submit(self, _: Any, address: str, **__: Any) -> Task:
        self.addresses.append(address)
        return Task()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Worker:
    """A worker's end of a lane, which a test moves."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self._socket = socket.create_connection((place.hostname, place.port), timeout=60)
        self._file = self._socket.makefile("rb")

    def take(self) -> bytes:
        return self._file.read(*LENGTH.unpack(self._file.read(LENGTH.size)))

    def answer(self, data: bytes) -> None:
        self._socket.sendall(LENGTH.pack(len(data)) + data)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@pytest.fixture
def bed() -> Iterator[tuple[Lanes, Client, ExitStack]]:
    with closing(Client()) as client, ExitStack() as stack:
        lanes = Lanes(client, 2)  # type: ignore[arg-type]
        stack.callback(lanes.shutdown)
        yield lanes, client, stack


def test_two_chunks_are_sent_and_the_second_one_outlives_its_worker(bed: Any) -> None:
    lanes, client, stack = bed
    first = stack.enter_context(closing(Worker(client.addresses[0])))
    futures = [lanes.submit(operator.neg, number) for number in range(3)]
    data = [first.take(), first.take()]  # before it has answered
    assert [pickle.loads(each).args for each in data] == [(0,), (1,)]
    first.answer(answer(data[0]))
    assert futures[0].result(60) == 0
    assert pickle.loads(first.take()).args == (2,)
    first.close()
    with pytest.raises(WorkerLost):
        futures[1].result(60)
    second = stack.enter_context(closing(Worker(client.addresses[1])))
    second.answer(answer(second.take()))
    assert futures[2].result(60) == -2


def test_each_worker_has_a_chunk_before_one_has_two(bed: Any) -> None:
    lanes, client, stack = bed
    workers = [stack.enter_context(closing(Worker(place))) for place in client.addresses]
    while len(lanes._room) < 4:  # both are connected
        time.sleep(0.001)
    lanes.submit(operator.neg, 1)
    lanes.submit(operator.neg, 2)
    assert sorted(pickle.loads(worker.take()).args for worker in workers) == [(1,), (2,)]


def test_errors_of_calls_and_of_answers_are_those_of_their_futures(bed: Any) -> None:
    lanes, client, stack = bed
    worker = stack.enter_context(closing(Worker(client.addresses[0])))
    futures = [lanes.submit(operator.truediv, 1, 0), lanes.submit(operator.neg, 1)]
    worker.answer(answer(worker.take()))
    worker.answer(b"no pickle")
    with pytest.raises(ZeroDivisionError):
        futures[0].result(60)
    with pytest.raises(pickle.UnpicklingError):
        futures[1].result(60)
