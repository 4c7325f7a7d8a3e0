"""Futures that are done come back once each, in order, and only those that are asked for."""

from concurrent.futures import Future

from evosweep.backends.finished import Finished


def test_those_that_are_done_come_once_in_their_order() -> None:
    finished: Finished[int] = Finished()
    futures = [Future[int]() for _ in range(4)]
    for future in futures:
        finished.watch(future)
    futures[2].set_result(2)
    futures[0].set_exception(ValueError())
    assert finished.wait(60, among=futures) == [futures[2], futures[0]]
    futures[3].cancel()
    assert finished.wait(60, among=futures) == [futures[3]]
    assert finished.wait(0.01, among=futures) == []


def test_a_future_that_was_done_before_is_not_missed() -> None:
    finished: Finished[int] = Finished()
    future: Future[int] = Future()
    future.set_result(1)
    finished.watch(future)
    assert finished.wait(60, among=[future]) == [future]


def test_what_nobody_waits_for_any_more_is_left_out() -> None:
    finished: Finished[int] = Finished()
    given_up, awaited = Future[int](), Future[int]()
    for future in (given_up, awaited):
        finished.watch(future)
    given_up.set_result(1)
    awaited.set_result(2)
    assert finished.wait(60, among={awaited}) == [awaited]
