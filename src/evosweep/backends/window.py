"""The chunks that a backend has submitted and that are not done, and the wait for the first."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from evosweep.backends.protocol import Result, Work

_Value = TypeVar("_Value")


class Window(Generic[Result, _Value]):
    """Keeps at most `size` chunks submitted, each with the future of its value.

    `concurrent.futures.wait` registers at every future again for each that is done: with a thousand
    in flight, that took more time than the work itself. So each future comes by itself when it is
    done.
    """

    def __init__(self, chunks: Iterator[Work[Result]], size: int) -> None:
        self._chunks, self._size = chunks, size
        self.pending: dict[Future[_Value], Work[Result]] = {}
        self._done: SimpleQueue[Future[_Value]] = SimpleQueue()

    def fill(self, submit: Callable[[Work[Result]], Future[_Value]]) -> bool:
        """Submit chunks while there is room; returns True if any is not done."""
        for _ in self.filling(submit):
            pass
        return bool(self.pending)

    def filling(self, submit: Callable[[Work[Result]], Future[_Value]]) -> Iterator[None]:
        """Submit chunks while there is room, and yield after each that is under way."""
        while len(self.pending) < self._size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            future = submit(chunk)
            self.pending[future] = chunk
            future.add_done_callback(self._done.put)
            if future.done():  # the executor is broken and takes no more
                break
            yield

    def wait(self, seconds: float) -> list[Future[_Value]]:
        """Return the pending futures that are done, in that order; waits for one to be."""
        done: list[Future[_Value]] = []
        with suppress(Empty):
            done.append(self._done.get(timeout=seconds))
            while True:
                done.append(self._done.get_nowait())
        return [future for future in done if future in self.pending]
