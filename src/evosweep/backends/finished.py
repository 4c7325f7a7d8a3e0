"""Wait for the first of many futures, at a cost that does not grow with their number."""

from collections.abc import Container
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Finished(Generic[_Value]):
    """The futures that are done, each once, in the order in which they were done.

    `concurrent.futures.wait` registers at every future again for each that is done: with a thousand
    in flight, that took more time than the work itself.
    """

    def __init__(self) -> None:
        self._done: SimpleQueue[Future[_Value]] = SimpleQueue()

    def watch(self, future: Future[_Value]) -> None:
        """Let `wait` return this future once it is done."""
        future.add_done_callback(self._done.put)

    def wait(self, seconds: float, among: Container[Future[_Value]]) -> list[Future[_Value]]:
        """Return those of `among` that were done since the last call; waits for one to be."""
        done: list[Future[_Value]] = []
        with suppress(Empty):
            done.append(self._done.get(timeout=seconds))
            while True:
                done.append(self._done.get_nowait())
        return [future for future in done if future in among]
