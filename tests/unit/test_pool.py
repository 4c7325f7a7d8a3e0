"""The pool: what becomes of chunks where its helpers die at a bad moment."""

import errno
import os
import signal
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hits import hit, kills
from windows import EVALUATING

from evosweep.backends import pool
from evosweep.backends.pool import Pool
from evosweep.backends.protocol import Lost
from evosweep.errors import RunError
from evosweep.processes import activity
from evosweep.processes.paused import Paused

NUMBERS = range(8)


class Doubling(NamedTuple):
    """A chunk that needs nothing of a run, and long enough for a second worker to be started."""

    number: int

    def work(self) -> int:
        time.sleep(0.05)
        return 2 * self.number


@pytest.mark.parametrize("bad", [1, 2])
def test_a_chunk_is_lost_where_the_forkserver_dies_as_it_starts_its_worker(
    monkeypatch: pytest.MonkeyPatch, bad: int
) -> None:
    """That worker may run, and ends with its connection; the next chunk finds workers again."""
    # A run in this process, as another test may have made, leaves the name of its folder behind.
    monkeypatch.delenv(pool.activity.FOLDER_VARIABLE, raising=False)
    real, starts = ForkServerProcess.start, list[Any]()

    def start(self: Any) -> None:
        starts.append(self)
        real(self)
        if len(starts) == bad:
            raise EOFError("unexpected EOF")

    monkeypatch.setattr(ForkServerProcess, "start", start)
    with Pool(2) as opened:
        found = dict(opened.run(map(Doubling, NUMBERS)))
        again = dict(opened.run(map(Doubling, NUMBERS)))
        starts[bad - 1].join(60)
        assert starts[bad - 1].exitcode == -signal.SIGKILL
    lost = [number for number, value in found.items() if isinstance(value, Lost)]
    assert lost == [bad - 1]
    assert again == {number: 2 * number for number in NUMBERS}
    assert found == again | {bad - 1: Lost()}


def test_a_worker_that_cannot_be_started_is_told_with_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: Any) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(ForkServerProcess, "start", refuse)
    message = r"worker 1 of 2 cannot be started \(Too many open files\); .* \(ulimit -n, -u\)"
    with Pool(2) as opened, pytest.raises(RunError, match=message):
        list(opened.run(map(Doubling, NUMBERS)))


class Dying(NamedTuple):
    """A chunk whose worker is killed in the middle of it, after it has noted what it evaluates."""

    number: int
    batch: int = 0

    @property
    def indices(self) -> list[int]:
        return [self.number]

    def work(self) -> int:
        time.sleep(0.02)
        if self.number == 0:
            activity.seat().take(self.batch, self.number)
            os.kill(os.getpid(), signal.SIGKILL)
        return self.number


@kills(EVALUATING)
def test_the_death_of_a_worker_costs_no_other_one_its_chunk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lost are the chunk that it evaluated, by name, and the one that waited for it."""
    monkeypatch.delenv(pool.activity.FOLDER_VARIABLE, raising=False)
    with Pool(2) as opened:
        found: dict[int, Any] = dict(opened.run(map(Dying, NUMBERS)))
    lost = {number: value for number, value in found.items() if isinstance(value, Lost)}
    assert lost.pop(0) == Lost(0, "worker", signal.SIGKILL)
    hit(EVALUATING)
    assert sorted(found) == list(NUMBERS)
    assert list(lost.values()) in ([], [Lost()])


class Large(NamedTuple):
    """A chunk that no connection holds at once, and whose result is as large."""

    number: int
    text: bytes = bytes(5 * 10**6)

    def work(self) -> tuple[int, int]:
        return self.number, len(self.text)


def test_large_chunks_and_abandoned_ones_stop_nobody() -> None:
    with Pool(2) as opened:
        results = opened.run(map(Large, NUMBERS))
        next(results)
        results.close()
        found = dict(opened.run(map(Large, NUMBERS)))
    assert found == {number: (number, 5 * 10**6) for number in NUMBERS}


class Unreadable(NamedTuple):
    """A chunk that a worker cannot read."""

    number: int

    def __reduce__(self) -> Any:
        return int, ("no number",)


def test_a_chunk_that_cannot_be_read_is_told_and_costs_no_worker() -> None:
    with Pool(1) as opened:
        with pytest.raises(ValueError, match="no number") as caught:
            list(opened.run(map(Unreadable, NUMBERS)))
        assert "in a worker of the pool" in caught.value.__notes__[0]
        (worker,) = opened._alive
        assert dict(opened.run(map(Doubling, [1, 2]))) == {1: 2, 2: 4}
        assert opened._alive == {worker}


class Stopping(NamedTuple):
    """A chunk whose worker stops as if somebody had sent it SIGSTOP, the first time."""

    number: int
    folder: str

    def work(self) -> int:
        if self.number == 3:
            try:
                os.close(os.open(f"{self.folder}/stopped", os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return self.number
            os.kill(os.getpid(), signal.SIGSTOP)
        return self.number


def test_a_worker_that_is_stopped_for_good_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(pool.activity.FOLDER_VARIABLE, raising=False)
    with Pool(2) as opened:
        opened._paused = Paused(0.3)
        found = dict(opened.run(Stopping(n, str(tmp_path)) for n in NUMBERS))
        assert sorted(found) == list(NUMBERS)
        assert isinstance(found[3], Lost)
        again = dict(opened.run(Stopping(n, str(tmp_path)) for n in NUMBERS))
    assert again == {number: number for number in NUMBERS}
