"""The pool: what becomes of chunks where its helpers die at a bad moment."""

import errno
import multiprocessing.synchronize
import os
import signal
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evosweep.backends import pool
from evosweep.backends.pool import Pool
from evosweep.backends.protocol import Lost
from evosweep.errors import RunError
from evosweep.processes.paused import Paused

NUMBERS = range(8)


class Doubling(NamedTuple):
    """A chunk that needs nothing of a run, and long enough for a second worker to be started."""

    number: int

    def work(self) -> int:
        time.sleep(0.05)
        return 2 * self.number


@pytest.mark.parametrize("bad", [1, 2])
def test_chunks_are_lost_where_the_forkserver_dies_as_it_starts_a_worker(
    monkeypatch: pytest.MonkeyPatch, bad: int
) -> None:
    """That worker runs, and may take a chunk with it; the next batch finds workers again."""
    # A run in this process, as another test may have made, leaves the name of its folder behind.
    monkeypatch.delenv(pool.activity.FOLDER_VARIABLE, raising=False)
    real, starts = pool._Worker.start, []

    def start(self: Any) -> None:
        starts.append(self)
        real(self)
        if len(starts) == bad:
            starts[-1] = None
            raise EOFError("unexpected EOF")

    monkeypatch.setattr(pool._Worker, "start", start)
    with Pool(2) as opened:
        found = dict(opened.run(map(Doubling, NUMBERS)))
        again = dict(opened.run(map(Doubling, NUMBERS)))
    doubled = {number: 2 * number for number in NUMBERS}
    assert isinstance(found[bad - 1], Lost)
    assert sorted(found) == list(NUMBERS)
    kept = {n: value for n, value in found.items() if not isinstance(value, Lost)}
    assert kept == {number: doubled[number] for number in kept}
    assert len(kept) >= len(NUMBERS) - 4  # no more are lost than can be in flight
    assert again == doubled


def test_shared_memory_that_is_full_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(multiprocessing.synchronize.SemLock, "__init__", refuse)
    with Pool(2) as opened, pytest.raises(RunError, match=r"/dev/shm is needed .*--shm-size"):
        list(opened.run(map(Doubling, NUMBERS)))


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
