"""What the dispatcher measures and decides, number by number, on a clock that only work moves."""

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from evosweep.backends.protocol import Lost
from evosweep.evaluation import dispatcher
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.measures import Cost, Pace, Paces, Recent, Unevenness

COST, CARE, WAIT = 0.01, 0.001, 0.5  # seconds of an item, of making a chunk, of a result


class Clock:
    now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(dispatcher, "time", made)
    return made


class Made:
    """The chunks that were made, each of which takes its time to make and to work on."""

    def __init__(self, clock: Clock, cost: float = COST) -> None:
        self.clock, self.cost, self.chunks = clock, cost, list[tuple[int, list[int], bool]]()
        self.followed: list[bool] = []

    def __call__(self, number: int, items: Any, *, sent: bool, followed: bool = False) -> Any:
        self.clock.now += CARE
        self.chunks.append((number, list(items), sent))
        self.followed.append(followed)
        seconds = self.cost * len(items)

        def work() -> Any:
            self.clock.now += seconds
            return SimpleNamespace(seconds=seconds)

        return SimpleNamespace(number=number, items=list(items), work=work, seconds=seconds)


class Workers:
    """Two workers; what comes of a chunk is told by `outcomes`, as many times as it says."""

    local, overhead, workers = False, 0.002, 2

    def __init__(self, clock: Clock, *outcomes: Any, wait: float = WAIT) -> None:
        self.clock, self.outcomes, self.wait = clock, list(outcomes), wait

    def run(self, chunks: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        for chunk in chunks:
            self.clock.now += self.wait
            result = SimpleNamespace(seconds=chunk.seconds)
            for outcome in self.outcomes.pop(0) if self.outcomes else [result]:
                yield chunk.number, outcome


def _here(workers: int = 1) -> Any:
    return SimpleNamespace(local=True, overhead=0.0, workers=workers)


def test_a_mean_forgets_by_halves() -> None:
    mean = Recent()
    assert not mean.is_measured
    mean.add(3.0, 2.0)
    mean.add(1.0, 2.0)
    assert mean.is_measured
    assert mean.value == 1.0
    mean.fade()
    mean.add(8.0, 2.0)
    assert mean.value == 2.5


def test_a_cost_tells_items_and_seconds() -> None:
    cost = Cost()
    cost.add(0.5, 10)
    assert cost.seconds_of(4) == 0.2
    assert cost.items_in(0.26) == 5
    assert cost.items_in(0.01) == 1
    nothing = Cost()
    nothing.add(0.0, 10)
    assert nothing.seconds_of(3) == pytest.approx(3e-9, rel=1e-9)
    assert nothing.items_in(1.0) == pytest.approx(10**9, rel=1e-6)


@pytest.mark.parametrize(
    ("chunks", "divisor"),
    [
        ([], 2.0),
        ([(1.0, 1.0)], 1.25),
        ([(1.0, 1.1)], 1.4),
        ([(2.0, 1.8)], 1.4),
        ([(1.0, 1.2), (3.0, 3.0)], 1.4),
        ([(1.0, 1.9)], 2.0),
    ],
)
def test_uneven_chunks_are_cut_smaller(chunks: list[tuple[float, float]], divisor: float) -> None:
    """The divisor is 1 and four deviations, from 1.25 to 2."""
    unevenness = Unevenness()
    for expected, seconds in chunks:
        unevenness.add_chunk(expected, seconds)
    assert unevenness.divisor == pytest.approx(divisor)


def test_work_is_even_if_its_deviations_are_small() -> None:
    """The divisor is 1.6 for a deviation of 0.15, whose square is 0.0225."""
    assert not Unevenness().is_small
    for square, small in ((0.0, True), (0.0225, True), (0.0226, False)):
        unevenness = Unevenness()
        unevenness.add(square, 1.0)
        assert unevenness.is_small == small


def test_the_pace_of_first_rounds_follows_the_newest_ones() -> None:
    pace = Pace()
    assert not pace.is_measured
    assert pace.of_round == 0.0
    pace.note(0.5, 1)
    assert pace.is_measured
    assert (pace.of_round, pace.of_item) == (0.5, 0.5)
    pace.note(1.5, 101)
    assert pace.of_round == pytest.approx(0.8)
    assert pace.of_item == pytest.approx(0.8 / 31)
    pace.doubt()
    assert pace.of_round == pytest.approx(0.8 * 0.95)


def test_a_full_round_is_taken_for_a_small_one_until_one_was_sent() -> None:
    paces = Paces()
    assert (paces.of_round, paces.seconds_of_full(100)) == (0.0, math.inf)
    paces.note(0.5, 10, full=False)
    assert (paces.of_round, paces.seconds_of_full(100)) == (0.5, 0.5)
    paces.note(2.0, 40, full=True)
    assert (paces.of_round, paces.seconds_of_full(100)) == (2.0, 5.0)
    paces.note(0.5, 10, full=False)
    assert paces.of_round == pytest.approx(2.0 * 0.95)
    assert paces.seconds_of_full(100) == pytest.approx(5.0 * 0.95)


def test_a_first_round_is_timed_once_workers_are_warm(clock: Clock) -> None:
    """Workers start in the first batch, which says nothing; a batch without a second round too."""
    spread = Dispatcher(Workers(clock), workers_only=True)
    list(spread.run(range(8), Made(clock)))
    assert not spread._paces._small.is_measured
    list(spread.run(range(2), Made(clock)))
    assert not spread._paces._small.is_measured
    made = Made(clock)
    list(spread.run(range(100), made))
    assert spread._paces._small.of_round == pytest.approx(2 * (CARE + WAIT))
    assert spread._paces._small.of_item == pytest.approx(
        2 * (CARE + WAIT) / sum(len(items) for _, items, _ in made.chunks[:2])
    )


@pytest.mark.parametrize(
    ("round_of", "count", "worth"),
    [
        (0.0, 0, False),
        (0.0, 1, True),
        (0.01, 19, False),
        (0.01, 20, True),
        (9.0, 99, False),
        (9.0, 101, True),
    ],
)
def test_a_round_is_worth_what_it_takes_to_send(
    clock: Clock, round_of: float, count: int, *, worth: bool
) -> None:
    """Of items of a millisecond for two workers, and never more than 0.05 s for each."""
    spread = _decided(clock)
    spread._paces.note(round_of, 10, full=False)
    assert spread._is_worth_a_round(count) == worth


@pytest.mark.parametrize(
    ("uneven", "small", "full", "soon"),
    [
        (0.1, 0.0625, None, True),
        (0.1, 0.0626, None, False),
        (0.2, 0.01, 0.01, False),
        (0.1, None, None, False),
        (0.1, 9.0, 0.125, True),
        (0.1, 0.01, 0.126, False),
    ],
)
def test_what_is_soon_sent(
    clock: Clock, uneven: float, small: float | None, full: float | None, *, soon: bool
) -> None:
    """A fourth of the 0.25 s of work in each chunk; the full round that was measured had twice as
    many items."""
    spread = _decided(clock)
    spread._unevenness.add_chunk(1.0, 1.0 + uneven)
    if small is not None:
        spread._paces.note(small, 10, full=False)
    if full is not None:
        spread._paces.note(full, 1000, full=True)
    assert spread._is_soon_sent(250) == soon
    assert spread._size(500, opening=True) == (250 if soon else 62)


@pytest.mark.parametrize(("count", "full"), [(20, False), (64, True)])
def test_a_first_round_is_noted_as_what_it_was(clock: Clock, count: int, *, full: bool) -> None:
    """Of items of a millisecond for two workers, whose small rounds take 8 ms."""
    spread = _decided(clock, workers_only=True, _warm=True)
    spread._unevenness.add_chunk(1.0, 1.0)
    spread._paces.note(0.008, 10, full=False)
    list(spread.run(range(count), Made(clock, 0.001)))
    assert spread._paces._full.is_measured == full


@pytest.mark.parametrize(
    ("wait", "barred"),
    [(0.1489, False), (0.1491, True)],
)
def test_full_chunks_are_barred_where_they_are_not_given_out_evenly(
    clock: Clock, wait: float, *, barred: bool
) -> None:
    """Two chunks of 0.2 s, one for each worker, in 0.3 s are as much too late as they may be."""
    spread = _decided(clock, workers_only=True, _warm=True)
    spread.backend = Workers(clock, wait=wait)
    spread._unevenness.add_chunk(1.0, 1.0)
    spread._paces.note(0.008, 10, full=False)
    made = Made(clock, 0.001)
    list(spread.run(range(400), made))
    assert [len(items) for _, items, _ in made.chunks] == [200, 200]
    assert (spread._paces.seconds_of_full(400) == math.inf) == barred


def test_smaller_chunks_may_be_late(clock: Clock) -> None:
    spread = _decided(clock, workers_only=True, _warm=True)
    list(spread.run(range(400), Made(clock, 0.001)))
    assert spread._paces.seconds_of_full(400) < math.inf


def test_full_rounds_are_tried_again_after_64_small_ones() -> None:
    paces = Paces()
    paces.note(0.5, 10, full=True)
    paces.bar()
    for _ in range(63):
        paces.note(0.5, 10, full=False)
        assert paces.seconds_of_full(10) == math.inf
    paces.note(0.5, 10, full=False)
    assert paces.seconds_of_full(10) == pytest.approx(0.5 * 0.95**64)


def test_chunks_say_whether_another_round_follows(clock: Clock) -> None:
    spread = _decided(clock, workers_only=True)
    spread._unevenness.add_chunk(1.0, 1.0)
    made = Made(clock, 0.001)
    list(spread.run(range(100), made))
    assert [len(items) for _, items, _ in made.chunks] == [12, 12, 31, 31, 7, 7]
    assert made.followed == [True] * 4 + [False] * 2


@pytest.mark.parametrize(("share", "size"), [(500, 500), (501, 250), (5, 5)])
def test_a_full_chunk_is_a_share_unless_that_is_too_long(
    clock: Clock, share: int, size: int
) -> None:
    assert _decided(clock)._full(share) == size


def test_times_of_work_in_this_process(clock: Clock) -> None:
    make = Made(clock)
    here = Dispatcher(_here())
    chunks = [chunk.items for chunk, _ in here.run(range(30), make)]
    # The first tells the cost, but may be slow for another reason: the second tells it.
    assert chunks == [[0], [1, 2], list(range(3, 28)), [28, 29]]
    assert make.chunks == [(-1, items, False) for items in chunks]
    assert here.times.evaluation == pytest.approx(30 * COST)
    assert here.times.dispatch == pytest.approx(4 * CARE)
    assert here.times.idle == 0.0
    assert here._since_workers == pytest.approx(27 * COST + 2 * CARE)
    list(here.run(range(3), make))
    assert make.chunks[4:] == [(-1, [0, 1, 2], False)]
    assert here._since_workers == pytest.approx(30 * COST + 3 * CARE)


def test_the_care_of_a_chunk_is_that_of_its_items(clock: Clock) -> None:
    here = Dispatcher(_here())
    list(here.run([5], Made(clock)))
    assert here._care == pytest.approx(0.3 * CARE)
    list(here.run([5, 6], Made(clock)))
    assert here._care == pytest.approx(0.7 * 0.3 * CARE + 0.3 * CARE / 2)


@pytest.mark.parametrize(
    ("cost", "sizes"),
    [
        (0.0005, [1, 2, 4, 9]),  # until two milliseconds are spent
        (0.0007, [1, 2, 13]),
        (0.0011, [1, 2, 13]),
        (0.002, [1, 2, 13]),
        (0.003, [1, 2, 13]),
        (0.1, [1, 2, 2, 2, 2, 2, 2, 2, 1]),
    ],
)
def test_a_few_items_tell_the_cost(clock: Clock, cost: float, sizes: list[int]) -> None:
    make = Made(clock, cost)
    list(Dispatcher(_here()).run(range(16), make))
    assert [len(items) for _, items, _ in make.chunks] == sizes


def test_a_first_item_of_a_tenth_of_a_second_is_believed(clock: Clock) -> None:
    here = Dispatcher(_here())
    list(here.run([1, 2], Made(clock, 0.1)))
    assert here._cost.value == 0.1
    assert here._cost._weight == 2
    slow, usual = Dispatcher(_here()), Made(clock, 0.05)
    list(slow.run([1, 2], usual))
    assert slow._cost.value == 0.05
    assert slow._cost._weight == 1


def test_no_chunk_is_empty(clock: Clock) -> None:
    make = Made(clock)
    list(Dispatcher(_here()).run(range(28), make))
    assert [len(items) for _, items, _ in make.chunks] == [1, 2, 25]


def test_each_batch_forgets_half_of_what_was_measured(clock: Clock) -> None:
    here = Dispatcher(_here())
    here._cost.add(COST, 1)
    here._unevenness.add_chunk(1.0, 1.5)
    list(here.run([1], Made(clock)))
    assert here._unevenness._weight == 0.5
    assert here._cost._weight == 1.5


def test_times_of_work_by_workers(clock: Clock) -> None:
    make, workers = Made(clock), Workers(clock)
    spread = Dispatcher(workers, workers_only=True)
    done = [(chunk.number, chunk.items) for chunk, _ in spread.run(range(8), make)]
    assert done[:2] == [(0, [0]), (1, [1])]
    assert sorted(item for _, items in done for item in items) == list(range(8))
    assert [number for number, _ in done] == list(range(len(done)))
    assert all(sent for *_, sent in make.chunks)
    count, wall = len(done), len(done) * (CARE + WAIT)
    assert clock.now == pytest.approx(wall)
    assert spread.times.evaluation == pytest.approx(8 * COST)
    assert spread.times.idle == pytest.approx(2 * wall - 8 * COST)
    assert spread.times.dispatch == pytest.approx(0.0, abs=1e-12)
    assert count < 8


def test_the_time_of_a_caller_is_no_waiting(clock: Clock) -> None:
    spread = Dispatcher(Workers(clock), workers_only=True)
    for _ in spread.run(range(2), Made(clock)):
        clock.now += 0.25
    assert spread.times.dispatch == pytest.approx(2 * 0.25)


def test_a_result_that_comes_twice_counts_once(clock: Clock) -> None:
    result = SimpleNamespace(seconds=COST)
    workers = Workers(clock, [result, result], [result])
    spread = Dispatcher(workers, workers_only=True)
    spread._warm = True
    done = list(spread.run(range(2), Made(clock)))
    assert [chunk.number for chunk, _ in done] == [0, 1]
    assert spread.times.evaluation == pytest.approx(2 * COST)
    assert spread._cost._weight == 2


def test_a_lost_chunk_tells_no_cost(clock: Clock) -> None:
    spread = Dispatcher(Workers(clock, [Lost(0)]), workers_only=True)
    ((chunk, outcome),) = spread.run([7], Made(clock))
    assert (chunk.items, outcome) == ([7], Lost(0))
    assert spread.times.evaluation == 0.0
    assert not spread._cost.is_measured
    assert not spread._unevenness.is_measured


def test_later_chunks_tell_how_uneven_work_is(clock: Clock) -> None:
    spread = Dispatcher(Workers(clock), workers_only=True)
    list(spread.run(range(2), Made(clock)))
    assert not spread._unevenness.is_measured  # workers have just begun
    assert (spread._cost.value, spread._cost._weight) == (pytest.approx(COST), 1.0)
    list(spread.run(range(2), Made(clock, 2 * COST)))
    assert spread._unevenness._weight == pytest.approx(2 * COST)  # of the second, by the first
    assert spread._unevenness.value == pytest.approx(0.0)  # whatever the last batch has cost
    assert spread._cost.value == pytest.approx(COST * (0.5 + 2 * 2) / (0.5 + 2))


def test_together_is_one_chunk_of_a_worker(clock: Clock) -> None:
    make = Made(clock)
    ((chunk, outcome),) = Dispatcher(Workers(clock)).together([3, 4, 5], make)
    assert (chunk.number, chunk.items, outcome.seconds) == (0, [3, 4, 5], 3 * COST)
    assert make.chunks == [(0, [3, 4, 5], True)]


def test_the_overhead_of_workers_is_measured_from_the_second_batch_on(clock: Clock) -> None:
    measured = Dispatcher(Workers(clock))
    measured._since_workers = 7.0
    measured._care = 0.01
    measured._account(0.6, waited=0.1, wall=1.0, count=10)
    assert measured._overhead == 0.002
    assert measured._since_workers == 0.0
    assert (measured.times.evaluation, measured.times.idle) == (0.6, 1.4)
    assert measured.times.dispatch == 0.9
    measured._account(0.6, waited=0.1, wall=1.0, count=10)
    assert measured._overhead == pytest.approx((0.002 + 1.0 - 0.3 - 0.1) / 2)
    assert (measured.times.evaluation, measured.times.idle) == (1.2, 2.8)
    assert measured.times.dispatch == 1.8
    measured._account(4.0, waited=2.0, wall=1.0, count=10)
    assert measured._overhead == pytest.approx((0.002 + 0.6) / 4)
    assert (measured.times.idle, measured.times.dispatch) == (2.8, 1.8)


def _decided(clock: Clock, cost: float = 0.001, **state: Any) -> Dispatcher:
    spread = Dispatcher(Workers(clock))
    spread._cost.add(cost, 1)
    for name, value in {"_overhead": 0.05, **state}.items():
        setattr(spread, name, value)
    return spread


def test_who_works(clock: Clock) -> None:
    """Two workers save half of the time, and cost their overhead."""
    assert Dispatcher(_here())._is_local(1)
    assert not Dispatcher(Workers(clock))._is_local(1)  # nothing is known yet
    assert not _decided(clock, workers_only=True)._is_local(1)
    assert _decided(clock)._is_local(99)
    assert not _decided(clock)._is_local(101)
    assert _decided(clock, cost=0.0005, _overhead=0.025)._is_local(100)
    warm = {"_warm": True, "_since_workers": 1.0}
    assert _decided(clock, **warm)._is_local(58)  # 0.021 s would be lost, of 0.020
    assert not _decided(clock, **warm)._is_local(61)
    assert not _decided(clock, **(warm | {"_since_workers": 2.5}))._is_local(1)


@pytest.mark.parametrize(
    ("left", "opening", "size"),
    [
        (1000, True, 125),  # a fourth of an even share
        (500, False, 200),  # an even share by 1.25
        (100, False, 40),
        (32, True, 4),
        (31, True, 4),
        (30, True, 12),  # not worth an opening
        (30, False, 12),
        (20, False, 8),
        (18, False, 9),  # an even share, whose rest would be too short
        (9, False, 5),
        (11, False, 6),
        (12, False, 6),
        (1, False, 1),
        (2, True, 1),
        (100_000, False, 250),  # a quarter of a second
        (100_000, True, 250),
    ],
)
def test_sizes_of_chunks(clock: Clock, left: int, opening: bool, size: int) -> None:
    """Items of a millisecond, and workers that are worth four of them."""
    spread = _decided(clock)
    spread._unevenness.add_chunk(1.0, 1.0)
    assert spread._size(left, opening=opening) == size


def test_a_chunk_of_slow_workers_may_be_longer(clock: Clock) -> None:
    spread = _decided(clock)
    spread.backend.overhead = 0.1
    assert spread._size(100_000, opening=False) == 400
    assert math.isclose(spread._cost.value, 0.001)
