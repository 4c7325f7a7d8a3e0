"""The chunks that a backend has submitted and that are not done, and the wait for the first."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic

from evosweep.backends.protocol import Result, Work


class Window(Generic[Result]):
    """Keeps at most `size` chunks submitted, each with the future of its result.

    `concurrent.futures.wait` registers at every future again for each that is done: with a thousand
    in flight, that took more time than the work itself. So each future comes by itself when it is
    done.
    """

    def __init__(self, chunks: Iterator[Work[Result]], size: int) -> None:
        self._chunks, self._size = chunks, size
        self.pending: dict[Future[Result], Work[Result]] = {}
        self._done: SimpleQueue[Future[Result]] = SimpleQueue()

    def fill(self, submit: Callable[[Work[Result]], Future[Result]]) -> bool:
        """Submit chunks while there is room; returns True if any is not done."""
        while len(self.pending) < self._size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            future = submit(chunk)
            self.pending[future] = chunk
            future.add_done_callback(self._done.put)
            if future.done():  # the executor is broken and takes no more
                break
        return bool(self.pending)

    def wait(self, seconds: float) -> list[Future[Result]]:
        """Return the pending futures that are done, in that order; waits for one to be."""
        done: list[Future[Result]] = []
        with suppress(Empty):
            done.append(self._done.get(timeout=seconds))
            while True:
                done.append(self._done.get_nowait())
        return [future for future in done if future in self.pending]
