"""The dispatcher: what goes to workers, in which pieces; on a clock that only work moves."""

import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from evosweep.evaluation import dispatcher
from evosweep.evaluation.dispatcher import Dispatcher

SENDING = 0.0001


class Clock:
    now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Piece:
    """Work of so many seconds an item."""

    def __init__(
        self, clock: Clock, number: int, items: Any, costs: Callable[[int], float]
    ) -> None:
        self.number, self.items = number, list(items)
        self._clock, self.seconds = clock, sum(map(costs, items))

    def work(self) -> Any:
        self._clock.now += self.seconds
        return SimpleNamespace(seconds=self.seconds)


class Workers:
    """As many as asked for, each busy until its chunks are done, one after the other."""

    watches, local, overhead = False, False, 0.002  # of the shortest chunk, too

    def __init__(
        self, clock: Clock, workers: int, latency: float = 0.0, making: float = 0.0
    ) -> None:
        self.clock, self.workers, self.latency = clock, workers, latency
        self.making = making  # seconds of an item before its chunk is sent
        self.sizes: list[int] = []
        self.seconds: list[float] = []

    def run(self, chunks: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        begin = self.clock.now
        free = [begin] * self.workers
        for chunk in chunks:
            self.sizes.append(len(chunk.items))
            self.seconds.append(chunk.seconds)
            self.clock.now += self.making * len(chunk.items)
            place = free.index(min(free))
            free[place] += SENDING + chunk.seconds
            yield chunk.number, SimpleNamespace(seconds=chunk.seconds)
        self.clock.now = max(free) + self.latency


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(dispatcher, "time", made)
    return made


def _batch(
    dispatcher: Dispatcher, clock: Clock, count: int, costs: Callable[[int], float]
) -> float:
    """Seconds of a batch, in which every item is worked on once."""
    seen: list[int] = []

    def make(number: int, items: Any, **_: bool) -> Any:
        seen.extend(items)
        return Piece(clock, number, items, costs)

    began = clock.now
    for _ in dispatcher.run(range(count), make):
        pass
    assert sorted(seen) == list(range(count))
    return clock.now - began


def _third(workers: Workers, clock: Clock, count: int, costs: Callable[[int], float]) -> float:
    """Seconds of the third of equal batches, the only one whose chunks the workers still know."""
    dispatcher = Dispatcher(workers)
    for _ in range(3):
        workers.sizes.clear()
        workers.seconds.clear()
        seconds = _batch(dispatcher, clock, count, costs)
    return seconds


def test_cheap_work_stays_here(clock: Clock) -> None:
    workers = Workers(clock, 2)
    dispatcher = Dispatcher(workers)
    for _ in range(50):
        _batch(dispatcher, clock, 1000, lambda _: 1e-6)
    assert workers.sizes == []


def test_costly_work_goes_to_workers(clock: Clock) -> None:
    dispatcher = Dispatcher(Workers(clock, 2))
    first, second = (_batch(dispatcher, clock, 400, lambda _: 0.001) for _ in range(2))
    assert first < 0.21
    assert second < 0.205


def test_workers_that_cost_more_than_they_save_are_hardly_asked(clock: Clock) -> None:
    """Here each batch on workers takes a second more; they are tried for 2 % of the time."""
    workers = Workers(clock, 2, latency=1.0)
    dispatcher = Dispatcher(workers)
    seconds = [_batch(dispatcher, clock, 100, lambda _: 0.001) for _ in range(4000)]
    assert workers.sizes
    assert sum(seconds) < 1.03 * 4000 * 0.1 + 3


def test_workers_are_asked_again_when_work_has_become_costly(clock: Clock) -> None:
    workers = Workers(clock, 2)
    dispatcher = Dispatcher(workers)
    _batch(dispatcher, clock, 100, lambda _: 1e-6)
    assert workers.sizes == []
    _batch(dispatcher, clock, 100, lambda _: 0.01)
    assert _batch(dispatcher, clock, 100, lambda _: 0.01) < 0.52


def test_no_chunk_is_long(clock: Clock) -> None:
    """A kill takes no more than the chunks in flight."""
    workers = Workers(clock, 2)
    dispatcher = Dispatcher(workers)
    for _ in range(2):
        _batch(dispatcher, clock, 10_000, lambda _: 0.01)
    assert max(workers.seconds) <= 0.2501
    longest: list[float] = []
    here = Dispatcher(SimpleNamespace(local=True, overhead=0.0, workers=1))  # type: ignore[arg-type]

    def make(number: int, items: Any, **_: bool) -> Any:
        longest.append(0.01 * len(items))
        return Piece(clock, number, items, lambda _: 0.01)

    for _ in here.run(range(1000), make):
        pass
    assert max(longest) <= 0.2501


def _let_chunks_last(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let no chunk have more seconds of work, also where a worker could have its share at once."""
    monkeypatch.setattr(dispatcher, "_LONGEST", seconds)
    monkeypatch.setattr(dispatcher, "_LONGEST_SHARE", 0.0)


def test_of_even_work_each_worker_gets_its_share_at_once(clock: Clock) -> None:
    """Up to half a second of it."""
    for count, sizes in ((900, [450, 450]), (9_989, [4_995, 4_994]), (10_011, [2_500, 2_500])):
        workers = Workers(clock, 2)
        _third(workers, clock, count, lambda _: 0.0001)
        assert workers.sizes[:2] == sizes


def test_even_work_is_cut_into_few_chunks_that_end_together(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _let_chunks_last(monkeypatch, 0.03601)
    workers = Workers(clock, 2)
    _third(workers, clock, 900, lambda _: 0.0001)
    assert workers.sizes == [360, 360, 90, 90]


def test_the_first_even_batch_of_the_workers_begins_with_smaller_chunks(clock: Clock) -> None:
    """Nothing says yet that it is even, nor how soon its chunks are made."""
    workers = Workers(clock, 2)
    dispatcher = Dispatcher(workers, workers_only=True)
    dispatcher._cost.add(0.0001, 1)
    _batch(dispatcher, clock, 900, lambda _: 0.0001)
    assert workers.sizes[:2] == [112, 112]


@pytest.mark.parametrize(("making", "first"), [(0.000012, 450), (0.000013, 112)])
def test_after_chunks_that_took_long_to_send_batches_begin_small(
    clock: Clock, making: float, first: int
) -> None:
    """All took an eighth of their evaluation, so that the second worker waited; later ones try."""
    workers = Workers(clock, 2, making=making)
    dispatcher = Dispatcher(workers)
    begun = []
    for _ in range(7):
        workers.sizes.clear()
        _batch(dispatcher, clock, 900, lambda _: 0.0001)
        begun.append(workers.sizes[0])
    assert begun[1:4] == [112, 450, first]
    assert begun[4:] == [450] * 3 if first == 450 else 450 in begun[4:]


def test_the_last_round_leaves_no_worker_without_a_chunk(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 250 even items each of eight workers gets 31 or 32, and not 28 or 32."""
    _let_chunks_last(monkeypatch, 0.2501)
    workers = Workers(clock, 8, making=0.0001)
    seconds = _third(workers, clock, 250, lambda _: 0.01)
    assert workers.sizes == [25] * 8 + [7] * 2 + [6] * 6
    assert seconds < 0.32 + 4 * SENDING


def test_no_round_leaves_less_than_the_next_one_takes_to_send(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 25 items, a worker's first chunk has 20; the rest is worth a round, or it is not."""
    _let_chunks_last(monkeypatch, 0.2001)
    for sending, rest in ((0.0008, [4] * 8 + [1] * 8), (0.003, [5] * 8)):
        workers = Workers(clock, 8, making=sending / 20)
        _third(workers, clock, 200, lambda _: 0.01)
        assert workers.sizes == [20] * 8 + rest


@pytest.mark.parametrize(
    ("count", "cost", "last"),
    [(118, 0.001, [2] * 7), (511, 0.00044646, [8] * 11 + [7])],
    ids=["below the shortest", "the shortest"],
)
def test_the_last_round_has_no_chunk_that_costs_more_to_send_than_it_gains(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, count: int, cost: float, last: list[int]
) -> None:
    """Rather, a worker goes without one; the shortest chunk is 4 ms here, twice the overhead."""
    _let_chunks_last(monkeypatch, 0.0143)
    workers = Workers(clock, 13)
    _third(workers, clock, count, lambda _: cost)
    assert workers.sizes[13:] == last


def test_the_first_chunks_are_a_quarter_of_a_share_or_less(clock: Clock) -> None:
    workers = Workers(clock, 2, making=0.00006)
    _third(workers, clock, 1030, lambda _: 0.0001)
    assert workers.sizes[:2] == [128, 128]
    assert min(workers.sizes) > 0


class Ahead(Workers):
    """A backend that takes some chunks before it returns the first result."""

    def run(self, chunks: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        first = list(itertools.islice(chunks, 3 * self.workers))
        yield from super().run(itertools.chain(first, chunks))


def test_until_a_cost_is_known_chunks_have_one_item(clock: Clock) -> None:
    workers = Ahead(clock, 2)
    _batch(Dispatcher(workers, workers_only=True), clock, 20, lambda _: 0.01)
    assert workers.sizes[:6] == [1] * 6
    assert sum(workers.sizes) == 20


def test_the_last_round_has_no_chunk_that_is_too_short(clock: Clock) -> None:
    workers = Workers(clock, 8)
    _third(workers, clock, 30, lambda _: 0.0019)
    assert workers.sizes[-8:] == [4, 4, 4, 4, 4, 4, 3, 3]
    assert sum(workers.seconds) == pytest.approx(0.057)


def test_uneven_work_is_cut_into_smaller_ones(clock: Clock) -> None:
    workers = Workers(clock, 2)
    _third(workers, clock, 1000, lambda item: 0.0002 if item < 500 else 0.00002)
    assert workers.sizes[2:4] == [188, 188]  # half of what the opening leaves
    assert len(workers.sizes) > 6


def test_what_an_evaluation_does_once_is_not_taken_for_its_cost(clock: Clock) -> None:
    """The first one imports for 50 ms; the others are not worth starting workers for."""
    workers = Workers(clock, 2)
    _batch(Dispatcher(workers), clock, 100, lambda item: 1e-6 if item else 0.05)
    assert workers.sizes == []


def test_unequal_work_leaves_no_worker_idle(clock: Clock) -> None:
    """One item in fifty takes fifty times as long; the others' cost says little of it."""
    workers = Workers(clock, 2)
    dispatcher = Dispatcher(workers)

    def costs(item: int) -> float:
        return 0.1 if item % 50 == 49 else 0.002

    for _ in range(3):
        seconds = _batch(dispatcher, clock, 400, costs)
    assert seconds < 1.05 * sum(map(costs, range(400))) / 2 + 0.05
