"""Chunks that are done come back once each, in order, and only while they are pending."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import pytest

from evosweep.backends.window import Window


@dataclass
class Item:
    """A chunk, as far as a window looks at it."""

    number: int


class Executor:
    """Futures that a test ends."""

    def __init__(self) -> None:
        self.futures: list[Future[int]] = []

    def submit(self, _: Item) -> Future[int]:
        self.futures.append(Future())
        return self.futures[-1]


def window_of(count: int, size: int) -> tuple[Window, Executor]:
    window, executor = Window(map(Item, range(count)), size), Executor()
    assert window.fill(executor.submit)
    return window, executor


def test_those_that_are_done_come_once_in_their_order() -> None:
    window, executor = window_of(4, 4)
    futures = executor.futures
    futures[2].set_result(2)
    futures[0].set_exception(ValueError())
    assert window.wait(60) == [futures[2], futures[0]]
    futures[3].cancel()
    assert window.wait(60) == [futures[3]]
    assert window.wait(0.01) == []


def test_a_future_that_was_done_before_is_not_missed_and_ends_the_filling() -> None:
    window: Window = Window(map(Item, range(3)), 3)
    future: Future[int] = Future()
    future.set_result(1)
    assert window.fill(lambda _: future)
    assert list(window.pending) == [future]
    assert window.wait(60) == [future]


def test_what_nobody_waits_for_any_more_is_left_out() -> None:
    window, executor = window_of(2, 2)
    given_up, awaited = executor.futures
    window.pending.pop(given_up)
    given_up.set_result(1)
    awaited.set_result(2)
    assert window.wait(60) == [awaited]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_there_are_never_more_than_its_size(size: int) -> None:
    drawn: list[int] = []

    def chunks() -> Iterator[Item]:
        for number in range(5):
            drawn.append(number)
            yield Item(number)

    window, executor = Window(chunks(), size), Executor()
    while window.fill(executor.submit):
        assert len(window.pending) <= size
        assert len(drawn) == len(executor.futures)  # no chunk is made before there is room
        next(iter(window.pending)).set_result(0)
        for future in window.wait(60):
            window.pending.pop(future)
    assert drawn == [0, 1, 2, 3, 4]
